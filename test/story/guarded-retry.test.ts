// Owns the proof that only a known failure is attempted anew: as often as the runbook says, after its rollback, with a new key.
import assert from 'node:assert/strict'
import { PEOPLE } from '../sandbox/world/people.ts'
import { amend, asking, click, eventsOf, RUNBOOK } from './governance.ts'
import { blackout } from './hand.ts'
import { approved, breakForGood, recycle, reset, rollOut, storyOf, touched, withRunbook } from './rollout.ts'
import { until } from './runbot.ts'
import { type Story, stage } from './story.ts'

const { approver, changeManager, requester, secondApprover } = PEOPLE
const UNDONE = ['recycle-pool', 'start-pool']

/** The keys under which something was really done on a host. */
const keys = ({ world }: Story, host = ''): readonly string[] =>
  world.ops.effects
    .filter(({ runbook, target }) => target === host && (runbook === 'recycle-pool' || runbook === 'start-pool'))
    .map(({ clientRunId }) => clientRunId)

describe('story: runbot attempts a failed step anew', () => {
  const story = stage(
    withRunbook({
      targets: { max: 8, waves: ['100%'], concurrency: 2, stopAfterFailures: 2 },
      steps: [recycle({ retry: { max: 2, after: '1s' } }), reset()],
    }),
  )

  it('each time after its rollback, with a new key and every check made again, until it succeeds (P2, P3)', async () => {
    const { run, hosts } = await rollOut(story, 2, ([one = '']) => story.world.ops.orders.fail('recycle-pool', one, 2))
    assert.equal((await story.ended(run)).status, 'succeeded')
    const [one = '', two = ''] = hosts
    assert.deepEqual(hosts.map(story.effects), [[...UNDONE, ...UNDONE, 'recycle-pool'], ['recycle-pool']])
    assert.equal(new Set(keys(story, one)).size, 5)
    const once = ['preflighted recycle', 'actionStarted recycle', 'actionAccepted recycle', 'actionEnded recycle']
    const failed = [...once, 'rollbackStarted recycle', 'rollbackAccepted recycle', 'rollbackEnded recycle']
    const log = (await storyOf(story, run, one)).filter((each) => !each.startsWith('evidenceCaptured'))
    assert.deepEqual(log.slice(0, 2 * (failed.length + 1)), [
      ...failed,
      'retried recycle',
      ...failed,
      'retried recycle',
    ])
    const attempts = (await eventsOf(story, run, 'actionStarted')).filter(({ target }) => target === one)
    assert.deepEqual(
      attempts.map(({ attempt }) => attempt),
      [1, 2, 3],
    )
    assert.doesNotMatch((await storyOf(story, run, two)).join(), /retried/)
  })

  it('at most as often as the runbook says; then the ladder goes on, which asks (P1)', async () => {
    const { run, hosts } = await rollOut(story, 1, ([one]) => breakForGood(story, one))
    const [one = ''] = hosts
    const shown = await asking(story, run, 'step:reset')
    assert.deepEqual(story.effects(one), [...UNDONE, ...UNDONE, ...UNDONE])
    story.world.sites[one]?.setRecycleOutcome('healthy')
    for (const as of [secondApprover, changeManager]) await click(story, shown, { as })
    assert.equal((await story.ended(run)).status, 'succeeded')
    assert.deepEqual(story.effects(one), [...UNDONE, ...UNDONE, ...UNDONE, 'iisreset'])
  })

  it('never after a rollback that failed (P3)', async () => {
    const { run, hosts } = await rollOut(story, 1, ([one = '']) => {
      for (const operation of UNDONE) story.world.ops.orders.fail(operation, one)
    })
    assert.equal((await story.ended(run)).status, 'rollbackFailed')
    assert.deepEqual(story.effects(hosts[0] ?? ''), UNDONE)
    assert.deepEqual(await eventsOf(story, run, 'retried'), [])
  })
})

describe('story: an unknown outcome where the runbook allows attempts (time passes 30 times as fast)', () => {
  const action = { do: 'ops.recycle_pool', with: { host: '${target}' }, timeout: '5s' }
  const story = stage(
    withRunbook({ steps: [recycle({ action, retry: { max: 5, after: '1s' } }), reset()] }, { speed: 30 }),
  )

  it('is never attempted anew, rolled back or climbed over: a person decides (P3)', async () => {
    const host = story.host()
    const visible = blackout(story, host, 'recycle-pool', true)
    const { run } = await approved(story, [host], `restart-iis ${host}`)
    const { status, reason } = await story.ended(run, 15_000)
    visible()
    assert.equal(status, 'needsHuman')
    assert.match(reason, /what became of recycle cannot be told/)
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    for (const type of ['retried', 'rollbackStarted', 'rungReached'] as const)
      assert.deepEqual(await eventsOf(story, run, type), [])
  })
})

describe('story: a person has what failed attempted anew (time passes 30 times as fast)', () => {
  const story = stage(
    withRunbook(
      {
        targets: { max: 8, waves: ['100%'], concurrency: 3, stopAfterFailures: 3 },
        limits: { reopenWithin: '5m' },
        steps: [recycle({ approval: 'always', retry: { max: 1 } })],
      },
      { speed: 30 },
    ),
  )

  /** Three hosts, of which the second fails whatever is done, and is rolled back. */
  const failed = async () => {
    const { run, hosts } = await rollOut(story, 3, ([, two]) => breakForGood(story, two), 'step:recycle')
    assert.equal((await story.ended(run)).status, 'rolledBack')
    assert.deepEqual(hosts.map(story.effects), [['recycle-pool'], UNDONE, ['recycle-pool']])
    return { run, hosts, two: hosts[1] ?? '' }
  }
  const retry = (run: string, as = approver) => story.say(as, `retry ${run} because "it is mended"`)
  const ends = async (run: string) => (await eventsOf(story, run, 'finished')).map(({ status }) => status)

  it('only that, with a new key, and only once its step was approved anew; all others stay as they are (P1, P3)', async () => {
    const { run, hosts, two } = await failed()
    story.world.sites[two]?.setRecycleOutcome('healthy')
    const before = story.world.ops.effects.length
    assert.match((await retry(run)).text, /tries again what failed, and nothing else/)
    const shown = await until('a second ask', async () =>
      (await eventsOf(story, run, 'stepAsked')).length === 2 ? asking(story, run, 'step:recycle') : undefined,
    )
    const looks = story.world.ops.effects.slice(before).map(({ runbook, target }) => `${runbook} ${target}`)
    assert.deepEqual([...new Set(looks)], [`pool-status ${two}`])
    await click(story, shown, { as: secondApprover })
    await until('the second end', async () => (await ends(run)).length === 2)
    assert.deepEqual(await ends(run), ['rolledBack', 'succeeded'])
    assert.deepEqual(hosts.map(story.effects), [['recycle-pool'], [...UNDONE, 'recycle-pool'], ['recycle-pool']])
    assert.equal(new Set(keys(story, two)).size, 3)
  })

  it('is refused to who may not, where nothing has failed, and where no attempt is left (P12)', async () => {
    const { run, hosts, two } = await failed()
    const refusals = [
      [await retry(run, requester), /You may not retry this run: that takes a member of/],
      [await story.say(approver, `retry ${run} ${hosts[0]}`), /Nothing of this run has failed/],
    ] as const
    for (const [{ text }, words] of refusals) assert.match(text, words)
    await retry(run)
    const again = await until('a second ask', async () =>
      (await eventsOf(story, run, 'stepAsked')).length === 2 ? asking(story, run, 'step:recycle') : undefined,
    )
    await click(story, again, { as: approver })
    await until('the second end', async () => (await ends(run)).length === 2)
    assert.match((await retry(run)).text, /Recycle was attempted 2 times, and its runbook allows no more/)
    assert.deepEqual(story.effects(two), [...UNDONE, ...UNDONE])
  })

  it('is refused once the time for it is over (P12)', async () => {
    const { run, two } = await failed()
    const over = Date.now() + (5 * 60_000) / 30
    await until('five minutes to pass', () => Date.now() > over)
    assert.match((await retry(run)).text, /It ended more than .* ago, and what was approved then counts no longer/)
    assert.deepEqual(story.effects(two), UNDONE)
  })
})

describe('story: a retry where the runbook allows none, and of a canary', () => {
  const story = stage(
    withRunbook(
      { targets: { max: 8, waves: [1, '100%'] }, steps: [recycle()] },
      {
        edit: (place) => {
          place.add('catalog/again.yaml', RUNBOOK, (text) => text.replace('runbook: restart-iis', 'runbook: again'))
          amend(place, 'catalog/again.yaml', { steps: [recycle({ retry: { max: 1 } })] })
        },
      },
    ),
  )

  it('is refused, and says what helps (P12)', async () => {
    const { run, hosts } = await rollOut(story, 2, ([one]) => breakForGood(story, one))
    assert.equal((await story.ended(run)).status, 'rolledBack')
    const { text } = await story.say(approver, `retry ${run}`)
    assert.match(text, /The runbook lets nobody retry recycle[\s\S]*Roll it back, close it, or run the runbook anew/)
    assert.deepEqual(touched(story, hosts), hosts.slice(0, 1))
  })

  it('touches nothing that was never attempted: what failed is repeated, and nothing else', async () => {
    const hosts = [story.host(), story.host(), story.host()]
    const [one = '', ...rest] = hosts
    breakForGood(story, one)
    const { run } = await approved(story, hosts, `again ${hosts.join(' ')}`)
    assert.match((await story.ended(run)).reason, new RegExp(`not attempted: ${rest.join(', ')}`))
    story.world.sites[one]?.setRecycleOutcome('healthy')
    await story.say(approver, `retry ${run}`)
    const again = await until('the second end', async () => (await eventsOf(story, run, 'finished'))[1])
    assert.deepEqual(hosts.map(story.effects), [[...UNDONE, 'recycle-pool'], [], []])
    assert.notEqual(again.status, 'succeeded')
    assert.match(again.reason, new RegExp(`not attempted: ${rest.join(', ')}`))
  })
})
