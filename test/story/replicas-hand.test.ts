// Owns the proof that people may speak and click at any replica: nothing is sticky, and nothing counts twice.
import assert from 'node:assert/strict'
import type { Entry } from '../../src/ports/store.ts'
import { PEOPLE } from '../sandbox/world/people.ts'
import { asking, begin, cardSays, click, eventsOf } from './governance.ts'
import { go, keysOf, prepare, recycleStep, report, toldOnce, underWay } from './hand.ts'
import { type Replicas, replicas } from './replicas-stage.ts'
import { until } from './runbot.ts'
import { answerOf } from './story.ts'

/** Each test, also on a machine that does other things at the same time. */
const BUSY_MS = 120_000

const { approver, requester, secondApprover } = PEOPLE
const isStop = ({ event }: Entry) => (event as { readonly type?: string }).type === 'stopRequested'
/** The promise, and what is not exact: the store's time to a second, and a busy machine. */
const SOON_MS = 2_000
const MARGIN_MS = 1_500

for (const on of ['cosmos', 'sqlite'] as const)
  describe(`story: people at any replica, on ${on}`, function () {
    this.timeout(BUSY_MS)
    const story: Replicas = replicas({
      on,
      count: 20,
      edit: (place) => prepare(place, [recycleStep()]),
    })

    /** Two hosts one after the other, the first under way; the replica at work, and another one. */
    const midway = async () => {
      const [one, two] = [story.host(), story.host()]
      const { number } = report(story, one)
      const release = story.world.ops.hold('recycle-pool', one)
      const run = await go(story, [one, two], 'restart-iis', ` for ${number}`)
      await underWay(story, one)
      await until('its handle', async () => (await eventsOf(story, run, 'actionAccepted')).length > 0)
      const working = await story.holder(run)
      return { one, two, run, number, release, working, other: story.other(working) }
    }
    it('stops at a word to one replica the run that another works on, within 2 s (P11)', async () => {
      const { one, two, run, number, release, other } = await midway()
      const { text } = await story.at(other, () => story.say(secondApprover, `stop ${run} because "wrong rack"`))
      assert.match(text, /stopped by Jonas Weber: wrong rack/)
      const cancelled = await until('the cancellation at the far side', () =>
        story.world.ops.runs().find(({ status, clientRunId }) => status === 'cancelled' && clientRunId.startsWith(run)),
      )
      const asked = (await (await story.store()).entries(run)).find(isStop)
      const took = Date.parse(cancelled.finishedAt ?? '') - (asked?.at ?? 0)
      assert(took < SOON_MS + MARGIN_MS, `the far side heard it after ${took} ms`)
      assert.equal((await story.ended(run)).status, 'cancelled')
      assert.deepEqual([story.effects(one), story.effects(two)], [['recycle-pool'], []])
      await toldOnce(story, run, number)
      release()
    })

    it('hands over at a word to one replica the run that another works on, and starts nothing more (P11)', async () => {
      const { one, two, run, number, release, other } = await midway()
      const { text } = await story.at(other, () => story.say(approver, `takeover ${run} because "let me look"`))
      assert.match(text, /is yours/)
      release()
      const { status } = await story.ended(run)
      assert.equal(status, 'needsHuman')
      assert.deepEqual([story.effects(one), story.effects(two)], [['recycle-pool'], []])
      await cardSays(story, run, /Maya Lind[\s\S]*has it in hand since/)
      await toldOnce(story, run, number)
    })

    it('counts a click at one replica for the ask that another drew (P1)', async () => {
      const host = story.host()
      const [drawing, clicked] = story.replicas()
      assert(drawing && clicked)
      const run = await story.at(drawing, () => begin(story, requester, `restart-iis ${host}`))
      const shown = await asking(story, run)
      await story.at(clicked, () => click(story, shown, { as: approver }))
      assert.equal((await story.ended(run)).status, 'succeeded')
      assert.deepEqual(story.effects(host), ['recycle-pool'])
    })

    it('counts the same click at all replicas at once as one, and sends one request (P1, P3)', async () => {
      for (let round = 0; round < 3; round += 1) {
        const host = story.host()
        const run = await begin(story, requester, `restart-iis ${host}`)
        const shown = await asking(story, run)
        const replies = await Promise.all(
          story.replicas().map((each) => story.at(each, () => click(story, shown, { as: approver }))),
        )
        assert.deepEqual(
          replies.map(({ status }) => status),
          story.replicas().map(() => 200),
          replies.map(answerOf).join(' | '),
        )
        assert.equal((await story.ended(run)).status, 'succeeded')
        assert.equal((await eventsOf(story, run, 'approved')).length, 1)
        assert.equal(keysOf(story, host, 'recycle-pool').length, 1)
      }
    })

    it('leaves an audit trail that holds (P4)', () => story.auditHolds())
  })
