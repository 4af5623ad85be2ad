// Owns the proof that a run outlives the replica that works on it: killed, paused for longer than its lease, or restarted in turn (P3, P6).
import assert from 'node:assert/strict'
import { PEOPLE } from '../sandbox/world/people.ts'
import { click, eventsOf, preflightOf } from './governance.ts'
import { go, prepare, recycleStep, report, toldOnce, underWay } from './hand.ts'
import { replicas } from './replicas-stage.ts'
import { cardsOf } from './replicas-told.ts'
import { type Runbot, until } from './runbot.ts'

/** Each test, also on a machine that does other things at the same time. */
const BUSY_MS = 120_000

const { approver } = PEOPLE
const LONG_MS = 40_000

for (const on of ['cosmos', 'sqlite'] as const)
  describe(`story: a replica that is gone, on ${on}`, function () {
    this.timeout(BUSY_MS)
    const story = replicas({ on, count: 30, edit: (place) => prepare(place, [recycleStep()]) })
    afterEach(async () => {
      while (story.replicas().length < 3) await story.join()
    })

    /** A run whose operation is under way, and the replica that works on it; people speak to another one. */
    const midway = async () => {
      const host = story.host()
      const { number } = report(story, host)
      const release = story.world.ops.hold('recycle-pool', host)
      const run = await go(story, [host], 'restart-iis', ` for ${number}`)
      await underWay(story, host)
      await until('its handle', async () => (await eventsOf(story, run, 'actionAccepted')).length > 0)
      const working = await story.holder(run)
      await story.at(story.other(working), async () => undefined)
      return { host, number, run, release, working }
    }
    /** Whatever is to be done from now on, this one does. */
    const alone = (replica: Runbot) =>
      Promise.all(story.replicas().flatMap((each) => (each === replica ? [] : [each.stop()])))
    const once = async (run: string, host: string, number: string) => {
      assert.deepEqual(story.effects(host), ['recycle-pool'])
      await toldOnce(story, run, number)
      assert.equal(cardsOf(story, run).length, 1)
    }

    it('killed at work, another one finds the run and ends it, with one effect (P3)', async () => {
      const { host, number, run, release, working } = await midway()
      await working.kill()
      release()
      assert.equal((await story.ended(run, LONG_MS)).status, 'succeeded')
      await once(run, host, number)
    })

    it('paused for longer than its lease, it does nothing when it wakes up: the run went on elsewhere (P3, P6)', async () => {
      const { host, number, run, release, working } = await midway()
      process.kill(working.pid, 'SIGSTOP')
      release()
      assert.equal((await story.ended(run, LONG_MS)).status, 'succeeded')
      const told = await toldOnce(story, run, number)
      const { length } = await story.log(run)
      process.kill(working.pid, 'SIGCONT')
      // By the end of this run it has looked at the other one too.
      await alone(working)
      const next = story.host()
      const later = await story.at(working, () => go(story, [next]))
      assert.equal((await story.ended(later, LONG_MS)).status, 'succeeded')
      assert.equal((await story.log(run)).length, length)
      assert.deepEqual(await toldOnce(story, run, number), told)
      await once(run, host, number)
    })

    it('paused when its request is about to leave, it causes no second effect when it wakes up (P3)', async () => {
      const host = story.host()
      const { number } = report(story, host)
      const release = story.world.ops.hold('pool-status', host)
      const run = await go(story, [host], 'restart-iis', ` for ${number}`)
      await preflightOf(story, host)
      const pausing = story.pauseAtLaunch()
      release()
      const paused = await pausing
      await story.at(story.other(paused), async () => undefined)
      assert.deepEqual(story.effects(host), [])
      assert.equal((await story.ended(run, LONG_MS)).status, 'succeeded')
      process.kill(paused.pid, 'SIGCONT')
      await alone(paused)
      const later = await story.at(paused, () => go(story, [story.host()]))
      assert.equal((await story.ended(later, LONG_MS)).status, 'succeeded')
      await once(run, host, number)
    })

    it('restarted one after the other under load, nothing is lost and nothing happens twice (P3, P6, P8)', async function () {
      const raised: { readonly host: string; readonly number: string; readonly run: string }[] = []
      const load = async (leaving: Runbot) => {
        const { host, number, sysId } = story.silently()
        // What it acknowledged is not lost; what it did not, its sender brings to another door.
        const isTaken = await story.announce(leaving, sysId).then(
          (status) => status === 202,
          () => false,
        )
        if (!isTaken) assert.equal(await story.announce(story.other(leaving), sysId), 202)
        const shown = await until(`the ask about ${number}`, () => story.asked(number), LONG_MS)
        await story.at(story.other(leaving), () => click(story, shown, { as: approver }))
        raised.push({ host, number, run: shown.run })
      }
      for (const leaving of story.replicas()) {
        await load(leaving)
        await story.join()
        const loads = [load(leaving), load(leaving)]
        const code = await leaving.stop()
        assert.equal(code, 0, 'it leaves in good order')
        await Promise.all(loads)
      }
      for (const { host, number, run } of raised) {
        assert.equal((await story.ended(run, LONG_MS)).status, 'succeeded')
        await once(run, host, number)
      }
    })

    it('leaves an audit trail that holds (P4)', () => story.auditHolds())
  })
