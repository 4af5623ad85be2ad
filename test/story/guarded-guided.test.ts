// Owns the proof that a guided run shows each step before it is taken, on each target for itself, and takes none unasked (P1).
import assert from 'node:assert/strict'
import { PEOPLE } from '../sandbox/world/people.ts'
import { asking, begin, cardSays, click, eventsOf, refused } from './governance.ts'
import { recycle } from './rollout.ts'
import { until } from './runbot.ts'
import { type Story, stage, wordsOf } from './story.ts'
import { goBack, hostsWithVersions, sentTo, withVersions } from './versions.ts'

const { approver, requester, secondApprover } = PEOPLE

/** What led to the ask for a scope: the last thing that happened on the target, and what was sent so far. */
const before = async (story: Story, run: string, scope: string): Promise<string | undefined> => {
  const log = await story.log(run)
  const asked = log.findIndex((event) => event.type === 'stepAsked' && event.scope === scope)
  return log.slice(0, asked).findLast((event) => 'target' in event)?.type
}

describe('story: a guided run', () => {
  const hosts = hostsWithVersions()
  const story = stage(
    withVersions(hosts, { approval: 'each-step', targets: { max: 8, waves: ['100%'] }, steps: [goBack(), recycle()] }),
  )

  it('waits at each step with its preflight done and its exact request shown, until somebody says Proceed', async () => {
    const host = story.host()
    const run = await begin(story, requester, `restart-iis ${host}`)
    const first = await asking(story, run, 'step:go-back')
    assert.equal(await before(story, run, 'step:go-back'), 'preflighted')
    assert.deepEqual([sentTo(story, host), story.effects(host)], [[], []])
    const card = wordsOf((await cardSays(story, run, /Proceed/)).card)
    for (const words of [
      /result\.previous != result\.version/,
      /previous = 2\.3\.9/,
      /was 2\.4\.1/,
      /ops\.set_version/,
    ])
      assert.match(card, words)
    assert.match(await refused(story, first, { as: requester }), /you are not in|you requested/)
    await click(story, first, { as: approver })
    const second = await asking(story, run, 'step:recycle')
    assert.deepEqual([sentTo(story, host).length, story.effects(host)], [1, []])
    assert.equal(await before(story, run, 'step:recycle'), 'preflighted')
    assert.match(await refused(story, first, { as: secondApprover }), /this was already decided/)
    await click(story, second, { as: secondApprover })
    assert.equal((await story.ended(run)).status, 'succeeded')
    assert.deepEqual([sentTo(story, host).length, story.effects(host)], [1, ['recycle-pool']])
  })

  it('asks on each target for itself: a yes to one is none to the next (P1)', async () => {
    const [one, two] = [story.host(), story.host()]
    const run = await begin(story, requester, `restart-iis ${one} ${two}`)
    const sent: string[] = []
    for (const host of [one, two])
      for (const step of ['go-back', 'recycle']) {
        const shown = await asking(story, run, `step:${step}@${host}`)
        const real = [one, two].flatMap((each) => [
          ...sentTo(story, each).map(() => `go-back ${each}`),
          ...story.effects(each).map(() => `recycle ${each}`),
        ])
        assert.deepEqual(real, sent, `before Proceed for ${step} on ${host}`)
        await click(story, shown, { as: approver })
        sent.push(`${step} ${host}`)
      }
    assert.equal((await story.ended(run)).status, 'succeeded')
    assert.deepEqual(
      (await eventsOf(story, run, 'approved')).map(({ scope }) => scope),
      [one, two].flatMap((host) => [`step:go-back@${host}`, `step:recycle@${host}`]),
    )
    for (const host of [one, two]) assert.deepEqual([sentTo(story, host).length, story.effects(host).length], [1, 1])
  })

  it('calls a person where a step is rejected: what was done stays done, nothing more leaves (P1, P11)', async () => {
    const [one, two] = [story.host(), story.host()]
    const run = await begin(story, requester, `restart-iis ${one} ${two}`)
    await click(story, await asking(story, run, `step:go-back@${one}`), { as: approver })
    const shown = await asking(story, run, `step:recycle@${one}`)
    await click(story, shown, { as: secondApprover, verb: 'reject', inputs: { note: 'the version is enough' } })
    const { status, reason } = await story.ended(run)
    assert.equal(status, 'needsHuman')
    assert.match(reason, new RegExp(`Jonas Weber rejected step:recycle@${one}: the version is enough`))
    assert.match(reason, new RegExp(`${one}: stopped after go-back; ${two}: stopped`))
    assert.deepEqual([sentTo(story, one).length, story.effects(one)], [1, []])
    assert.deepEqual([sentTo(story, two).length, story.effects(two)], [0, []])
  })
})

describe('story: a guided run whose host has changed since the ask (time passes 30 times as fast)', () => {
  const hosts = hostsWithVersions()
  const story = stage(
    withVersions(hosts, { approval: 'each-step', targets: { max: 8, waves: ['100%'] } }, { speed: 30 }),
  )

  it('looks again before it acts, and asks anew where another request would leave (P1, P2)', async () => {
    const host = story.host()
    const run = await begin(story, requester, `restart-iis ${host}`)
    const shown = await asking(story, run, 'step:go-back')
    const old = Date.now() + 61_000 / 30
    hosts.reports(host, { previous: '1.1.1' })
    await until('the preflight to become a minute old', () => Date.now() > old)
    await click(story, shown, { as: approver })
    const again = await until('a second ask', async () =>
      (await eventsOf(story, run, 'stepAsked')).length === 2 ? asking(story, run, 'step:go-back') : undefined,
    )
    assert.deepEqual(sentTo(story, host), [])
    await cardSays(story, run, /previous = 1\.1\.1/)
    await click(story, again, { as: approver })
    assert.equal((await story.ended(run)).status, 'succeeded')
    assert.deepEqual(
      sentTo(story, host).map(({ version }) => version),
      ['1.1.1'],
    )
  })
})
