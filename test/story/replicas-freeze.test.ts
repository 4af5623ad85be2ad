// Owns the proof that a freeze said to one replica holds for all of them within a second, and shows on every open card (P11).
import assert from 'node:assert/strict'
import { PEOPLE } from '../sandbox/world/people.ts'
import { amend, cardSays, GOVERNANCE } from './governance.ts'
import { go, prepare, recycleStep } from './hand.ts'
import { replicas } from './replicas-stage.ts'
import { until } from './runbot.ts'
import { payloadOf } from './story.ts'

/** Each test, also on a machine that does other things at the same time. */
const BUSY_MS = 120_000

const { changeManager, secondApprover } = PEOPLE
const WITHIN_MS = 1_000
const HOSTS = 6

for (const on of ['cosmos', 'sqlite'] as const)
  describe(`story: a freeze at one of several replicas, on ${on}`, function () {
    this.timeout(BUSY_MS)
    const story = replicas({
      on,
      count: 40,
      edit: (place) => {
        prepare(place, [recycleStep()])
        amend(place, GOVERNANCE, { freeze: { unfreeze: { may: ['change-managers', 'small-team'] } } })
      },
    })
    const sent = () => story.world.ops.effects.filter(({ runbook }) => runbook === 'recycle-pool')

    it('no replica sends a mutating request a second later, and every open card shows it (P6, P11)', async () => {
      const open = await Promise.all([story.raise(), story.raise()].map(({ number }) => story.asked(number)))
      const runs: string[] = []
      for (const replica of story.replicas()) {
        const hosts = Array.from({ length: HOSTS }, story.host)
        runs.push(await story.at(replica, () => go(story, hosts)))
      }
      await until('every run to be at work', () =>
        runs.every((run) => sent().some((each) => each.clientRunId.startsWith(run))),
      )
      const [first, , last = first] = story.replicas()
      assert(first && last)
      const { text } = await story.at(last, () => story.say(changeManager, 'freeze because "the auditors are here"'))
      // It was recorded before its answer came, so this is later than the promise's second begins.
      const answeredAt = Date.now()
      assert.match(text, /frozen/i)
      for (const run of runs) assert.notEqual((await story.ended(run, 30_000)).status, 'succeeded')
      const latest = Math.max(...sent().map(({ at }) => Date.parse(at)))
      assert(latest < answeredAt + WITHIN_MS, `one left ${latest - answeredAt} ms after the freeze was confirmed`)
      assert(sent().length < runs.length * HOSTS, 'there was something left to hold back')
      for (const { run } of open) {
        const { card } = await cardSays(story, run, /everything is frozen by Ines Duarte: the auditors are here/)
        assert.equal(payloadOf({ card }, 'approve'), undefined)
      }
      const ended = await story.at(first, () => story.say(secondApprover, 'unfreeze'))
      assert.match(ended.text, /no longer frozen/)
      for (const { run } of open)
        await until('the buttons to be back', () => payloadOf(story.cardOf(run) ?? { card: null }, 'approve'))
    })

    it('leaves an audit trail that holds (P4)', () => story.auditHolds())
  })
