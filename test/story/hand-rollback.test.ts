// Owns the proof that a person may have undone what ran: in reverse, each once, with locks of its own, and told everywhere (P3, P6, P7).
import assert from 'node:assert/strict'
import { PEOPLE } from '../sandbox/world/people.ts'
import { cardSays, click, eventsOf, threadSays } from './governance.ts'
import {
  another,
  auditHolds,
  endedAgain,
  go,
  keysOf,
  lockedOf,
  prepare,
  press,
  recycleStep,
  report,
  resetStep,
  saidOnce,
  toldOnce,
  turnedDown,
  underWay,
  wordOf,
} from './hand.ts'
import { until } from './runbot.ts'
import { answerOf, stage } from './story.ts'

const { approver, outsider, requester } = PEOPLE

const POOL = { host: '${target}', pool: '${parameters.pool}' }

describe('story: a rollback on request', () => {
  const story = stage({
    count: 24,
    edit: (place) => {
      prepare(place, [recycleStep(), resetStep()])
      another(place, 'one-way', { steps: [recycleStep(), resetStep({ rollback: undefined })] })
      another(place, 'no-way-back', { steps: [recycleStep({ rollback: undefined })] })
      another(place, 'hard-to-undo', {
        steps: [recycleStep({ rollback: { do: 'ops.recycle_pool', with: POOL } })],
      })
    },
  })
  const FORTH = ['recycle-pool', 'iisreset']
  const BACK = ['recycle-pool', 'start-pool']

  /** A run that has succeeded on these hosts. */
  const done = async (hosts: readonly string[], what?: string, more?: string) => {
    const run = await go(story, hosts, what, more)
    assert.equal((await story.ended(run)).status, 'succeeded')
    return run
  }

  it('undoes every step on every target, the last one first, and tells it everywhere once (P3, P6)', async () => {
    const hosts = [story.host(), story.host()]
    const [one = '', two = ''] = hosts
    const { number } = report(story, one)
    const run = await done(hosts, 'restart-iis', ` for ${number}`)
    await until('the incident to be resolved', () => story.world.servicenow.incident(number)['state'] === '6')
    await turnedDown(story, run, outsider, `rollback ${run} because "no"`, /you may not roll this run back/)
    const { text } = await story.say(approver, `rollback ${run} because "users complain even more"`)
    assert.match(text, /is being rolled back, the last step first/)
    const { status, reason } = await endedAgain(story, run)
    assert.equal(status, 'rolledBack')
    assert.match(reason, /Maya Lind had it undone: users complain even more/)
    for (const host of hosts) {
      assert.deepEqual(story.effects(host), [...FORTH, ...BACK])
      assert(reason.includes(`${host}: reset, recycle-pool rolled back`), reason)
    }
    assert.equal(await wordOf(story, run, 'rollbackRequested'), 'Maya Lind: users complain even more')
    const undone = (await eventsOf(story, run, 'rollbackStarted')).map(({ step, target }) => `${target} ${step}`)
    assert.deepEqual(undone, [`${one} reset`, `${one} recycle-pool`, `${two} reset`, `${two} recycle-pool`])
    await until('the incident to be taken up again', () => story.world.servicenow.incident(number)['state'] === '2')
    const notes = await toldOnce(story, run, number)
    assert.match(notes.at(-1) ?? '', /rolled back.*Maya Lind had it undone/i)
    await cardSays(story, run, /Rolled back on request/)
    await threadSays(story, run, /had it undone/)
    saidOnce(story, run, /wants what ran undone/, /had it undone/, new RegExp(`reset\\W+on ${one}\\W+rolled back`))
    await turnedDown(
      story,
      run,
      approver,
      `rollback ${run} because "again"`,
      /nothing that ran can be rolled back, or it already is/,
    )
    await turnedDown(
      story,
      run,
      approver,
      { verb: 'rollback' },
      /nothing that ran can be rolled back, or it already is/,
    )
    await until('the locks to be given back', async () => (await lockedOf(story, hosts)).length === 0)
  })

  it('opens the incident again that it had resolved, and that begins no new run; what a person says they resolved stays so (P6, P8)', async () => {
    const [first, second] = [story.raise(), story.raise()]
    for (const { number } of [first, second]) {
      const shown = await story.asked(number)
      await click(story, shown, { as: approver })
      assert.equal((await story.ended(shown.run)).status, 'succeeded')
      await until('the incident to be resolved', () => story.world.servicenow.incident(number)['state'] === '6')
    }
    story.world.servicenow.update('incident', second.sysId, { close_notes: 'Somebody did the rest by hand.' })
    for (const { number } of [first, second]) {
      const [run = ''] = await story.runsOf(number)
      await story.say(approver, `rollback ${run} because "no better"`)
      assert.equal((await endedAgain(story, run)).status, 'rolledBack')
      await toldOnce(story, run, number)
    }
    const stateOf = ({ number }: { number: string }) => story.world.servicenow.incident(number)['state']
    await until('the incident to be taken up again', () => stateOf(first) === '2')
    assert.equal(stateOf(second), '6')
    assert.match(story.world.servicenow.incident(first.number)['close_notes'] ?? '', /^Resolved by runbot/)
    // Events are worked off in their order: when this one has its run, those before it would have theirs.
    await story.world.servicenow.settled()
    await story.runOf(story.raise().number)
    for (const { number } of [first, second]) assert.equal((await story.runsOf(number)).length, 1)
  })

  it('waits in sight for a run that is at work on the same CI by then, and goes on after it (P7)', async () => {
    const host = story.host()
    const run = await done([host])
    const release = story.world.ops.hold('recycle-pool', host)
    const other = await go(story, [host], 'no-way-back')
    await underWay(story, host, 'recycle-pool', 2)
    await press(story, run, approver, 'rollback', { note: 'back' })
    await until('the wait', async () =>
      (await eventsOf(story, run, 'waited')).some(
        ({ reason }) => reason === `reset on ${host} is to be rolled back, but run ${other} is at work on the same CI`,
      ),
    )
    await until('the wait on the card', () =>
      JSON.stringify(story.cardOf(run)?.card).includes(`run ${other} is at work`),
    )
    assert.deepEqual(story.effects(host), [...FORTH, 'recycle-pool'])
    release()
    assert.equal((await story.ended(other)).status, 'succeeded')
    assert.equal((await endedAgain(story, run)).status, 'rolledBack')
    assert.deepEqual(story.effects(host), [...FORTH, 'recycle-pool', ...BACK])
    await until('the lock to be given back', async () => (await lockedOf(story, [host])).length === 0)
  })

  it('names the steps that cannot be undone, and undoes the others (P12)', async () => {
    const host = story.host()
    const run = await done([host], 'one-way')
    await story.say(approver, `rollback ${run} because "back"`)
    const { status, reason } = await endedAgain(story, run)
    assert.equal(status, 'failed')
    assert.match(reason, new RegExp(`${host}: reset ran, and cannot be rolled back`))
    assert.deepEqual(story.effects(host), [...FORTH, 'start-pool'])
  })

  it('is refused where nothing can be undone, where nothing ran, and while it is under way (P12)', async () => {
    const [one, two, three] = [story.host(), story.host(), story.host()]
    const without = await done([one], 'no-way-back')
    const said = await turnedDown(
      story,
      without,
      approver,
      `rollback ${without}`,
      /nothing that ran can be rolled back/,
    )
    assert.match(said, /look at its steps/i)
    assert.doesNotMatch(JSON.stringify(story.cardOf(without)?.card), /"verb":"rollback"/)

    const remove = story.world.ops.faults.add({
      fault: { status: 400, body: { title: 'no' } },
      match: ({ method, path, body }) =>
        method === 'POST' && path === '/v1/runs' && (body as { runbook?: string }).runbook === 'recycle-pool',
    })
    const nothing = await go(story, [two])
    assert.equal((await story.ended(nothing)).status, 'failed')
    remove()
    await turnedDown(story, nothing, approver, `rollback ${nothing}`, /nothing (of it ran|that ran can be rolled back)/)
    assert.deepEqual(story.effects(two), [])

    const release = story.world.ops.hold('recycle-pool', three)
    const busy = await go(story, [three])
    await underWay(story, three)
    await until('its handle', async () => (await eventsOf(story, busy, 'actionAccepted')).length > 0)
    await turnedDown(story, busy, approver, `rollback ${busy}`, /it is under way/)
    await turnedDown(story, busy, requester, `rollback ${busy}`, /you may not roll this run back/)
    await story.say(approver, `takeover ${busy}`)
    release()
    await story.ended(busy)
    await story.say(approver, `rollback ${busy} because "I want it as it was"`)
    assert.equal((await endedAgain(story, busy)).status, 'rolledBack')
    assert.deepEqual(story.effects(three), ['recycle-pool', 'start-pool'])
  })

  it('of a rollback that failed is sent once more, under a new key (P3)', async () => {
    const host = story.host()
    const run = await done([host], 'hard-to-undo')
    story.world.sites[host]?.stopPool()
    await story.say(approver, `rollback ${run} because "back"`)
    const { status, reason } = await endedAgain(story, run)
    assert.equal(status, 'rollbackFailed')
    assert.match(reason, /the rollback of recycle-pool: .*stopped and cannot be recycled/)
    story.world.sites[host]?.heal()
    const answer = answerOf(await press(story, run, approver, 'rollback', { note: 'it is up now' }))
    assert.doesNotMatch(answer, /Not done/)
    assert.equal((await endedAgain(story, run, 2)).status, 'rolledBack')
    assert.deepEqual(story.effects(host), ['recycle-pool', 'recycle-pool', 'recycle-pool'])
    assert.equal(new Set(keysOf(story, host, 'recycle-pool')).size, 3)
    await turnedDown(story, run, approver, `rollback ${run}`, /or it already is/)
  })

  it('stops where somebody takes it over, and goes on where they give it back (P3, P11)', async () => {
    const hosts = [story.host(), story.host()]
    const [one = '', two = ''] = hosts
    const run = await done(hosts)
    const release = story.world.ops.hold('start-pool', one)
    await story.say(approver, `rollback ${run} because "back"`)
    await underWay(story, one, 'start-pool')
    await story.say(approver, `takeover ${run} because "not so fast"`)
    release()
    assert.equal((await endedAgain(story, run)).status, 'needsHuman')
    assert.deepEqual([story.effects(one), story.effects(two)], [[...FORTH, ...BACK], FORTH])
    assert.deepEqual(await lockedOf(story, hosts), hosts)
    await story.say(approver, `resume ${run}`)
    assert.equal((await endedAgain(story, run, 2)).status, 'rolledBack')
    for (const host of hosts) assert.deepEqual(story.effects(host), [...FORTH, ...BACK])
  })

  it('is sent once although runbot dies in the middle of it (P3)', async () => {
    const hosts = [story.host(), story.host()]
    const [one = ''] = hosts
    const run = await done(hosts)
    const release = story.world.ops.hold('start-pool', one)
    await story.say(approver, `rollback ${run} because "back"`)
    await underWay(story, one, 'start-pool')
    await story.bot().kill()
    release()
    await story.restart()
    assert.equal((await endedAgain(story, run)).status, 'rolledBack')
    for (const host of hosts) assert.deepEqual(story.effects(host), [...FORTH, ...BACK])
  })

  for (const moment of ['rollbackRequested', 'rollbackStarted', 'rollbackEnded'])
    it(`is sent once although runbot dies right after ${moment} was recorded (P3)`, async () => {
      const host = story.host()
      const run = await done([host])
      await story.bot().stop()
      const dying = await story.restart({
        RUNBOT_IMPORT: new URL('kill-at.ts', import.meta.url).href,
        RUNBOT_KILL_ON: moment,
      })
      // Whoever asks may get no answer any more.
      await story.say(approver, `rollback ${run} because "back"`).catch(() => undefined)
      assert.equal(await dying.gone, null, 'it was killed')
      await story.restart()
      assert.equal((await endedAgain(story, run)).status, 'rolledBack')
      assert.deepEqual(story.effects(host), [...FORTH, ...BACK])
      assert.equal((await eventsOf(story, run, 'rollbackStarted')).length, 2)
    })

  it('leaves an audit trail that holds (P4)', () => auditHolds(story))
})
