// Owns the proof that a run which somebody has in hand starts nothing, keeps its CIs, and goes on or closes at a word (P2, P7, P11).
import assert from 'node:assert/strict'
import { PEOPLE } from '../sandbox/world/people.ts'
import { amend, asking, begin, cardSays, click, eventsOf, GOVERNANCE, RUNBOOK } from './governance.ts'
import {
  another,
  auditHolds,
  endedAgain,
  go,
  lockedOf,
  prepare,
  press,
  recycleStep,
  report,
  saidOnce,
  toldOnce,
  turnedDown,
  underWay,
  wordOf,
} from './hand.ts'
import { until } from './runbot.ts'
import { answerOf, stage } from './story.ts'

const { approver, changeManager, onCall, outsider, requester, secondApprover } = PEOPLE

describe('story: a run that is taken over', () => {
  const story = stage({
    count: 32,
    edit: (place) => {
      prepare(place, [recycleStep()])
      another(place, 'other-recycle', { title: 'Recycle it otherwise' })
    },
  })

  /** Three hosts one after the other; the first is under way and stays so until it is released. */
  const midway = async (more = '', hosts: readonly string[] = [story.host(), story.host(), story.host()]) => {
    const [one = '', two = '', three = ''] = hosts
    const release = story.world.ops.hold('recycle-pool', one)
    const run = await go(story, hosts, 'restart-iis', more)
    await underWay(story, one)
    // Nothing else is recorded from now on before somebody acts.
    await until('its handle', async () => (await eventsOf(story, run, 'actionAccepted')).length > 0)
    return { hosts, one, two, three, run, release }
  }
  /** The same, in somebody's hands, with nothing under way any more. */
  const inHand = async (more?: string, hosts?: readonly string[]) => {
    const begun = await midway(more, hosts)
    await story.say(approver, `takeover ${begun.run} because "let me look"`)
    begun.release()
    assert.equal((await story.ended(begun.run)).status, 'needsHuman')
    return begun
  }
  const effects = (hosts: readonly string[]) => hosts.map((host) => story.effects(host).length)

  it('follows what is under way, starts nothing new, says so of every target, and goes on when it is given back (P6, P7, P11)', async () => {
    const first = story.host()
    const { number } = report(story, first)
    const { hosts, one, two, three, run, release } = await midway(` for ${number}`, [first, story.host(), story.host()])
    const answer = answerOf(await press(story, run, approver, 'takeover', { note: 'this looks wrong' }))
    assert.doesNotMatch(answer, /Not done/)
    assert.equal(await wordOf(story, run, 'takenOver'), 'Maya Lind: this looks wrong')
    release()
    const { status, reason } = await story.ended(run)
    assert.equal(status, 'needsHuman')
    assert.match(reason, /Maya Lind has taken it over: this looks wrong/)
    assert.match(reason, new RegExp(`${one}: finished before \\(succeeded\\); ${two}: stopped; ${three}: stopped`))
    assert.deepEqual(await eventsOf(story, run, 'verified').then((all) => all.map(({ target, ok }) => [target, ok])), [
      [one, true],
    ])
    assert.deepEqual(effects(hosts), [1, 0, 0])
    assert.equal(story.world.servicenow.incident(number)['state'], '2')
    await cardSays(story, run, /Maya Lind[\s\S]*has it in hand since/)
    await toldOnce(story, run, number)

    assert.deepEqual(await lockedOf(story, hosts), hosts, 'what was left may still matter')

    await turnedDown(story, run, approver, { verb: 'takeover' }, /you have it already/)
    const taken = await story.say(secondApprover, `takeover ${run} because "my shift"`)
    assert.match(taken.text, /is yours/)
    assert.equal(await wordOf(story, run, 'takenOver'), 'Jonas Weber: my shift')

    assert.match((await story.say(secondApprover, `resume ${run} because "it is fine"`)).text, /goes on/)
    assert.equal((await endedAgain(story, run)).status, 'succeeded')
    assert.equal(await wordOf(story, run, 'resumed'), 'Jonas Weber: it is fine')
    assert.deepEqual(effects(hosts), [1, 1, 1])
    await until('the incident to be resolved', () => story.world.servicenow.incident(number)['state'] === '6')
    await cardSays(story, run, /Succeeded/)
    await toldOnce(story, run, number)
    saidOnce(
      story,
      run,
      /Maya Lind\W+has taken it over;/,
      /Jonas Weber\W+has taken it over;/,
      /Jonas Weber\W+lets it go on/,
      /Succeeded/,
    )
    await until('the locks to be given back', async () => (await lockedOf(story, hosts)).length === 0)
    assert.equal((await story.runsOf(number)).length, 1)
  })

  it('is nobody’s to take, resume, settle or close who has no right to, and says why (P10, P12)', async () => {
    const { run, release, hosts } = await midway()
    for (const as of [outsider, changeManager])
      await turnedDown(story, run, as, `takeover ${run} because "mine"`, /you may not take this run over/)
    await turnedDown(
      story,
      run,
      requester,
      { verb: 'takeover' },
      /you may not take this run over: that takes a member of web-platform, small-team/,
    )
    await turnedDown(story, run, approver, `resume ${run}`, /it is under way/)
    await story.say(onCall, `takeover ${run} because "it is my pool"`)
    assert.equal(await wordOf(story, run, 'takenOver'), 'Sam Okafor: it is my pool')
    release()
    await story.ended(run)
    for (const verb of ['resume', 'rollback', 'retry']) await turnedDown(story, run, outsider, { verb }, /you may not/)
    await turnedDown(
      story,
      run,
      outsider,
      { verb: 'settle', data: { happened: 'yes' } },
      /you may not say what became of this run/,
    )
    await turnedDown(
      story,
      run,
      approver,
      { verb: 'confirm', data: { works: 'yes' } },
      /only who asked for this run|nobody is asked/,
    )
    await turnedDown(story, run, approver, `settle ${run} yes`, /nothing of this run is unknown/)
    await turnedDown(story, run, approver, `retry ${run}`, /nothing of this run has failed/)
    assert.deepEqual(effects(hosts), [1, 0, 0])
  })

  it('is closed with a note, gives its CIs back, and cannot be taken up again (P7, P11)', async () => {
    const first = story.host()
    const { number } = report(story, first)
    const { hosts, two, run } = await inHand(` for ${number}`, [first, story.host(), story.host()])
    const { text } = await story.say(approver, `stop ${run} because "I did the rest by hand"`)
    assert.match(text, /is closed: closed by Maya Lind: I did the rest by hand/)
    const { status, reason } = await endedAgain(story, run)
    assert.deepEqual([status, reason], ['cancelled', 'closed by Maya Lind: I did the rest by hand'])
    const notes = await toldOnce(story, run, number)
    assert.match(notes.at(-1) ?? '', /closed by Maya Lind: I did the rest by hand/)
    await cardSays(story, run, /closed by Maya Lind/)
    assert.deepEqual(effects(hosts), [1, 0, 0])
    await until('the locks to be given back', async () => (await lockedOf(story, hosts)).length === 0)
    await turnedDown(story, run, approver, `resume ${run}`, /this run has already ended/)
    await turnedDown(story, run, approver, `takeover ${run}`, /this run has already ended/)
    assert.equal((await story.ended(await go(story, [two], 'other-recycle'))).status, 'succeeded')
  })

  it('sends nothing more when a freeze has come meanwhile, and goes on after the unfreeze (P2, P11)', async () => {
    const { hosts, run } = await inHand()
    await story.say(changeManager, 'freeze runbook:restart-iis because "audit"')
    await story.say(approver, `resume ${run} because "go"`)
    const { status, reason } = await endedAgain(story, run)
    assert.equal(status, 'needsHuman')
    assert.match(reason, /frozen by Ines Duarte: audit/)
    assert.deepEqual(effects(hosts), [1, 0, 0])
    assert.deepEqual(await lockedOf(story, hosts), hosts)
    await unfreeze('runbook:restart-iis')
    await story.say(approver, `resume ${run} because "thawed"`)
    assert.equal((await endedAgain(story, run, 2)).status, 'succeeded')
    assert.deepEqual(effects(hosts), [1, 1, 1])
  })

  it('sends nothing more where its approver has lost the authority meanwhile (P2)', async () => {
    const hosts = [story.host(), story.host()]
    const [one = '', two = ''] = hosts
    const release = story.world.ops.hold('recycle-pool', one)
    const run = await begin(story, requester, `restart-iis ${hosts.join(' ')}`)
    await click(story, await asking(story, run), { as: onCall })
    await underWay(story, one)
    await story.say(approver, `takeover ${run}`)
    release()
    await story.ended(run)
    const member = story.world.servicenow
      .rows('sys_user_grmember')
      .find(
        ({ user, group }) =>
          user === onCall.sysId &&
          group === story.world.servicenow.rows('sys_user_group').find(({ name }) => name === 'Web Platform')?.sys_id,
      )
    const id = member?.sys_id ?? ''
    story.world.servicenow.update('sys_user_grmember', id, { group: 'f'.repeat(32) })
    await story.say(approver, `resume ${run}`)
    const { status, reason } = await endedAgain(story, run)
    story.world.servicenow.update('sys_user_grmember', id, { group: member?.['group'] ?? '' })
    assert.equal(status, 'needsHuman')
    assert.match(reason, /an approver no longer has the authority/)
    assert.deepEqual([story.effects(one).length, story.effects(two).length], [1, 0])
  })

  it('before it began needs a person with nothing sent, and is started anew, not resumed (P1, P12)', async () => {
    const host = story.host()
    const run = await begin(story, requester, `restart-iis ${host}`)
    await asking(story, run)
    await story.say(approver, `takeover ${run} because "wait"`)
    const { status, reason } = await story.ended(run)
    assert.deepEqual([status, reason], ['needsHuman', 'Maya Lind has taken it over: wait; nothing was sent'])
    const said = await turnedDown(story, run, approver, `resume ${run}`, /it never began/)
    assert.match(said, /start it again with run restart-iis/i)
    await turnedDown(story, run, approver, `rollback ${run}`, /nothing of it ran/)
    assert.deepEqual(story.effects(host), [])
    assert.deepEqual(await lockedOf(story, [host]), [])
  })

  it('lasts through the death of runbot: nothing is started by the one that comes after it (P3, P11)', async () => {
    const { hosts, one, two, run, release } = await midway()
    await story.say(approver, `takeover ${run} because "hold on"`)
    await story.bot().kill()
    release()
    await story.restart()
    assert.equal((await story.ended(run)).status, 'needsHuman')
    assert.deepEqual(effects(hosts), [1, 0, 0])
    assert.deepEqual(await lockedOf(story, hosts), hosts)
    const blocked = await begin(story, requester, `other-recycle ${two}`)
    assert.match((await story.ended(blocked)).reason, new RegExp(`run ${run} is at work on`))
    await story.say(approver, `resume ${run}`)
    assert.equal((await endedAgain(story, run)).status, 'succeeded')
    assert.deepEqual(effects(hosts), [1, 1, 1])
    assert.deepEqual(story.effects(one), ['recycle-pool'])
  })

  it('leaves an audit trail that holds (P4)', () => auditHolds(story))

  it('sends nothing more where the runbook has changed meanwhile (P1, P2)', async () => {
    const { hosts, run } = await inHand()
    amend(story.place, RUNBOOK, { title: 'Recycle it anew', steps: [recycleStep({ rollback: undefined })] })
    await until('the new file', async () => /Recycle it anew/.test((await story.say(approver, 'runbooks')).text))
    await story.say(approver, `resume ${run} because "go"`)
    const { status, reason } = await endedAgain(story, run)
    assert.equal(status, 'needsHuman')
    assert.match(reason, /the plan has changed since it was approved/)
    assert.deepEqual(effects(hosts), [1, 0, 0])
    await story.say(approver, `stop ${run} because "done by hand"`)
    assert.equal((await endedAgain(story, run, 2)).status, 'cancelled')
  })

  async function unfreeze(scope: string): Promise<void> {
    // Who froze it may not end it.
    amend(story.place, GOVERNANCE, { freeze: { unfreeze: { may: ['change-managers', 'small-team'] } } })
    await until('the unfreeze', async () =>
      /no longer frozen/.test((await story.say(secondApprover, `unfreeze ${scope}`)).text),
    )
  }
})
