// Owns the proof that replicas share what is one: a CI's lock, its anti-flap limit, an event's run, card and notes (P6, P7, P8).
import assert from 'node:assert/strict'
import { PEOPLE } from '../sandbox/world/people.ts'
import { amend, asking, begin, click, RUNBOOK } from './governance.ts'
import { go, prepare, recycleStep, toldOnce, underWay } from './hand.ts'
import { replicas } from './replicas-stage.ts'
import { cardsOf } from './replicas-told.ts'
import { until } from './runbot.ts'
import type { Shown } from './story.ts'

/** Each test, also on a machine that does other things at the same time. */
const BUSY_MS = 120_000

const { approver, requester } = PEOPLE

for (const on of ['cosmos', 'sqlite'] as const)
  describe(`story: what several replicas share, on ${on}`, function () {
    this.timeout(BUSY_MS)
    const story = replicas({ on, count: 20, edit: (place) => prepare(place, [recycleStep()]) })

    it('makes one run and one card of an event that reaches all of them at once, and tells it once (P6, P8)', async () => {
      const { number, sysId, host } = story.silently()
      const all = story.replicas()
      const statuses = await Promise.all([
        ...all.map((each) => story.announce(each, sysId, 'msg_same')),
        ...all.map((each) => story.announce(each, sysId)),
      ])
      assert.deepEqual(new Set(statuses), new Set([202]))
      const shown = await story.asked(number)
      await until('all events to be worked on', async () => (await (await story.store()).backlog()) === 0)
      assert.deepEqual(await story.runsOf(number), [shown.run])
      await story.at(story.other(), () => click(story, shown, { as: approver }))
      assert.equal((await story.ended(shown.run)).status, 'succeeded')
      await toldOnce(story, shown.run, number)
      assert.equal(cardsOf(story, shown.run).length, 1)
      assert.deepEqual(story.effects(host), ['recycle-pool'])
    })

    it('lets one of two runs on the same CI act, started at two replicas at the same moment (P7)', async () => {
      const host = story.host()
      const [a, b] = story.replicas()
      assert(a && b)
      const asked: Shown[] = []
      for (const each of [a, b]) {
        const run = await story.at(each, () => begin(story, requester, `restart-iis ${host}`))
        asked.push(await asking(story, run))
      }
      const release = story.world.ops.hold('recycle-pool', host)
      await Promise.all(
        [a, b].map((each, index) =>
          story.at(each, () => click(story, asked[index] ?? assert.fail(), { as: approver })),
        ),
      )
      await underWay(story, host)
      // One holds the CI as long as its operation is held, so whoever ends now is the other.
      const ends = asked.map(
        ({ run }) =>
          async () =>
            (await story.log(run)).find(({ type }) => type === 'finished'),
      )
      const loser = await until('the end of one', async () =>
        (await Promise.all(ends.map((end) => end()))).find(Boolean),
      )
      assert(loser?.type === 'finished' && loser.status === 'stoppedByPolicy', JSON.stringify(loser))
      assert.match(loser.reason, /is at work on the same CI/)
      assert.deepEqual(story.effects(host), ['recycle-pool'])
      release()
      const statuses = await Promise.all(asked.map(async ({ run }) => (await story.ended(run)).status))
      assert.deepEqual(statuses.toSorted(), ['stoppedByPolicy', 'succeeded'])
      assert.deepEqual(story.effects(host), ['recycle-pool'])
    })

    it('leaves an audit trail that holds (P4)', () => story.auditHolds())
  })

describe('story: the anti-flap limit of several replicas', function () {
  this.timeout(BUSY_MS)
  const story = replicas({
    count: 4,
    edit: (place) => {
      prepare(place, [recycleStep()])
      amend(place, RUNBOOK, { limits: { antiFlap: { max: 1, within: '30m' } } })
    },
  })

  it('counts what another replica has sent (P7)', async () => {
    const host = story.host()
    const [a, , c] = story.replicas()
    assert(a && c)
    const first = await story.at(a, () => go(story, [host]))
    assert.equal((await story.ended(first)).status, 'succeeded')
    const second = await story.at(c, () => begin(story, requester, `restart-iis ${host}`))
    const { status, reason } = await story.ended(second)
    assert.equal(status, 'stoppedByPolicy')
    assert.match(reason, new RegExp(`already acted on ${host} 1× within 30 min`))
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })
})
