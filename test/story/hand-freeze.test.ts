// Owns the proof that a freeze holds a rollback back until somebody who may freeze lets it through, or until it is over (P2, P11).
import assert from 'node:assert/strict'
import { PEOPLE } from '../sandbox/world/people.ts'
import { amend, cardSays, eventsOf, GOVERNANCE } from './governance.ts'
import {
  auditHolds,
  endedAgain,
  go,
  lockedOf,
  prepare,
  press,
  recycleStep,
  report,
  toldOnce,
  turnedDown,
  underWay,
} from './hand.ts'
import { until } from './runbot.ts'
import { answerOf, stage } from './story.ts'

const { approver, changeManager, onCall, outsider, secondApprover } = PEOPLE

describe('story: a rollback that a freeze holds back', () => {
  const story = stage({
    count: 8,
    edit: (place) => {
      prepare(place, [recycleStep()])
      amend(place, GOVERNANCE, { freeze: { unfreeze: { may: ['change-managers', 'small-team'] } } })
    },
  })
  afterEach(async () => {
    if ((await story.say(secondApprover, 'unfreeze')).text.includes('no longer frozen')) return
    await story.say(approver, 'unfreeze')
  })

  const freeze = async () => {
    const { text } = await story.say(changeManager, 'freeze because "the auditors are here"')
    assert.match(text, /frozen/i)
  }
  /** A run whose verification has failed during a freeze, so that its rollback is owed and was not sent. */
  const held = async (more = '', host = story.host()) => {
    story.world.sites[host]?.break()
    story.world.sites[host]?.setRecycleOutcome('broken')
    const release = story.world.ops.hold('recycle-pool', host)
    const run = await go(story, [host], 'restart-iis', more)
    await underWay(story, host)
    await freeze()
    release()
    const { status, reason } = await story.ended(run)
    assert.equal(status, 'needsHuman')
    assert.match(
      reason,
      new RegExp(`recycle-pool on ${host} is to be rolled back, but freeze: .*the auditors are here`),
    )
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    assert.deepEqual(await lockedOf(story, [host]), [host])
    return { host, run }
  }

  it('is let through by who may freeze, with a reason, and by nobody else (P10, P12)', async () => {
    const first = story.host()
    const { number } = report(story, first)
    const { host, run } = await held(` for ${number}`, first)
    const frozen = /frozen: everything is frozen by Ines Duarte: the auditors are here/
    for (const verb of ['resume', 'rollback']) {
      const said = await turnedDown(story, run, onCall, { verb, data: { note: 'please' } }, frozen)
      assert.match(said, /have a member of small-team, change-managers do it/)
      await turnedDown(story, run, outsider, { verb, data: { note: 'please' } }, /you may not/)
      await turnedDown(story, run, approver, { verb }, /to roll back all the same takes a reason/)
    }
    assert.match((await story.say(changeManager, `resume ${run} because "it is worse as it is"`)).text, /goes on/)
    assert.equal((await endedAgain(story, run)).status, 'rolledBack')
    const [resumed] = await eventsOf(story, run, 'resumed')
    assert.deepEqual(
      [resumed?.by.name, resumed?.released, resumed?.reason],
      ['Ines Duarte', true, 'it is worse as it is'],
    )
    assert.deepEqual(story.effects(host), ['recycle-pool', 'start-pool'])
    const notes = await toldOnce(story, run, number)
    assert(notes.some((note) => /by Ines Duarte \(released during the freeze\): it is worse as it is/.test(note)))
    await cardSays(story, run, /rolled back/)
  })

  it('is let through on the card too, with the note as its reason (P2)', async () => {
    const { host, run } = await held()
    const answer = answerOf(await press(story, run, approver, 'rollback', { note: 'customers call' }))
    assert.doesNotMatch(answer, /Not done/)
    assert.equal((await endedAgain(story, run)).status, 'rolledBack')
    const [asked] = await eventsOf(story, run, 'rollbackRequested')
    assert.deepEqual([asked?.by.name, asked?.released, asked?.reason], ['Maya Lind', true, 'customers call'])
    assert.deepEqual(story.effects(host), ['recycle-pool', 'start-pool'])
  })

  it('is there for whoever may take the run over, once it is no longer frozen (P2, P12)', async () => {
    const { host, run } = await held()
    await turnedDown(story, run, onCall, { verb: 'rollback' }, /frozen/)
    assert.match((await story.say(secondApprover, 'unfreeze')).text, /no longer frozen/)
    const card = await cardSays(story, run, /Roll back/)
    assert(JSON.stringify(card).includes('"verb":"rollback"'))
    await press(story, run, onCall, 'rollback')
    assert.equal((await endedAgain(story, run)).status, 'rolledBack')
    const [asked] = await eventsOf(story, run, 'rollbackRequested')
    assert.deepEqual([asked?.by.name, asked?.released], ['Sam Okafor', undefined])
    assert.deepEqual(story.effects(host), ['recycle-pool', 'start-pool'])
    await until('the lock to be given back', async () => (await lockedOf(story, [host])).length === 0)
  })

  it('of a run that had succeeded is let through in the same way (P2)', async () => {
    const host = story.host()
    const run = await go(story, [host])
    assert.equal((await story.ended(run)).status, 'succeeded')
    await freeze()
    await turnedDown(story, run, onCall, `rollback ${run} because "no better"`, /frozen/)
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    await story.say(approver, `rollback ${run} because "no better"`)
    assert.equal((await endedAgain(story, run)).status, 'rolledBack')
    assert.deepEqual(story.effects(host), ['recycle-pool', 'start-pool'])
  })

  it('leaves an audit trail that holds (P4)', () => auditHolds(story))
})
