// Owns the proof that where the caller is the proof their word alone ends the run, given in ServiceNow or on the card (P6, P10).
import assert from 'node:assert/strict'
import { PEOPLE } from '../sandbox/world/people.ts'
import { asking, begin, cardSays, click, eventsOf } from './governance.ts'
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
  toldOnce,
  turnedDown,
} from './hand.ts'
import { until } from './runbot.ts'
import { answerOf, stage } from './story.ts'

const { approver, outsider, requester } = PEOPLE

describe('story: the caller is asked (time passes 30 times as fast)', () => {
  const story = stage({
    count: 12,
    speed: 30,
    edit: (place) => {
      const looked = { do: 'http.get', with: { url: '${ci.health_url}' }, expect: 'result.status == 200' }
      prepare(place, [
        recycleStep({ verify: { ...looked, every: '500ms', hold: '1s', within: '5m', confirm: 'caller' } }),
      ])
      another(place, 'ask-alone', { steps: [recycleStep({ verify: { confirm: 'caller', within: '2m' } })] })
    },
  })

  const asked = (run: string) => until('the question', async () => (await eventsOf(story, run, 'confirmAsked'))[0])
  const questions = (sysId: string, run: string) =>
    story.world.servicenow.notes(sysId, 'comments').filter((text) => text.includes(`[runbot ${run}#`))
  /** A run of an incident that Omar Reyes has reported, whose question stands in ServiceNow. */
  const waiting = async () => {
    const { host, number, sysId } = story.raise()
    const shown = await story.asked(number)
    await click(story, shown, { as: approver })
    const { run } = shown
    assert.equal((await asked(run)).of, 'Omar Reyes')
    await until('the question in ServiceNow', () => questions(sysId, run).length > 0)
    // ServiceNow's times have whole seconds: a person does not answer within the one in which they are asked.
    await looked(sysId)
    assert.equal((await eventsOf(story, run, 'verified')).at(-1)?.ok, true, 'it is looked at before anybody is asked')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    return { host, number, sysId, run }
  }
  const comment = (sysId: string, text: string, user = 'omar.reyes') =>
    story.world.servicenow.update('incident', sysId, { comments: text }, user)
  /** Resolves when runbot has looked for an answer, twice: the first look may have begun before. */
  const looked = async (sysId: string) => {
    const looks = () =>
      story.world.servicenow.requests.filter(
        ({ method, path, query }) =>
          method === 'GET' &&
          path.endsWith('sys_journal_field') &&
          /element=comments/.test(query['sysparm_query'] ?? '') &&
          query['sysparm_query']?.includes(sysId),
      ).length
    const before = looks()
    await until('two looks', () => looks() >= before + 2)
  }

  it('takes a yes that the caller writes in ServiceNow, nobody else’s and no other words, and resolves (P6, P10)', async () => {
    const { host, number, sysId, run } = await waiting()
    const [question = ''] = questions(sysId, run)
    assert.match(question, new RegExp(`For ${number} we did this on ${host}: Recycle the pool`))
    assert.match(question, /YES if it works again for you, NO if it does not/)
    await cardSays(story, run, new RegExp(`${host}[\\s\\S]*work again[\\s\\S]*Omar Reyes[\\s\\S]*as a comment in `))
    comment(sysId, 'YES, all good', 'maya.lind')
    comment(sysId, 'YES', 'runbot')
    comment(sysId, 'Yes, but only sometimes')
    await looked(sysId)
    assert.deepEqual(await eventsOf(story, run, 'confirmed'), [])
    comment(sysId, 'Yes, it works again. Thanks!')
    assert.equal((await story.ended(run)).status, 'succeeded')
    const [confirmed] = await eventsOf(story, run, 'confirmed')
    assert.deepEqual([confirmed?.ok, confirmed?.via, confirmed?.by], [true, 'servicenow', 'Omar Reyes'])
    assert.match(confirmed?.reason ?? '', /it works: Yes, it works again\. Thanks!/)
    await until('the incident to be resolved', () => story.world.servicenow.incident(number)['state'] === '6')
    await toldOnce(story, run, number)
    assert.equal(questions(sysId, run).length, 1)
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    await turnedDown(story, run, requester, { verb: 'confirm', data: { works: 'no' } }, /this run has already ended/)
  })

  it('takes a no in ServiceNow as a failed verification: it is rolled back, and goes to people', async () => {
    const { host, number, sysId, run } = await waiting()
    comment(sysId, 'NO, still not working')
    const { status, reason } = await story.ended(run)
    assert.equal(status, 'rolledBack')
    assert.match(reason, /the caller says it does not work: NO, still not working/)
    assert.deepEqual(story.effects(host), ['recycle-pool', 'start-pool'])
    await toldOnce(story, run, number)
    assert.equal(story.world.servicenow.incident(number)['state'], '2')
  })

  it('takes the caller’s answer on the card, and turns everybody else away (P9, P10, P12)', async () => {
    const { host, number, run } = await waiting()
    for (const as of [approver, outsider])
      await turnedDown(
        story,
        run,
        as,
        { verb: 'confirm', data: { works: 'yes' } },
        /only Omar Reyes, who reported it, can confirm it/,
      )
    for (const works of ['', 'maybe', true, { yes: 1 }])
      await turnedDown(story, run, requester, { verb: 'confirm', data: { works } }, /the card said neither yes nor no/)
    const card = JSON.stringify(story.cardOf(run)?.card)
    assert(card.includes('"works":"yes"') && card.includes('"works":"no"'), card)
    const answer = answerOf(await press(story, run, requester, 'confirm', { works: 'yes', note: 'faster than before' }))
    assert.doesNotMatch(answer, /Not done/)
    assert.equal((await story.ended(run)).status, 'succeeded')
    const [confirmed] = await eventsOf(story, run, 'confirmed')
    assert.deepEqual([confirmed?.ok, confirmed?.via, confirmed?.by], [true, undefined, 'Omar Reyes'])
    assert.match(confirmed?.reason ?? '', /faster than before/)
    await until('the incident to be resolved', () => story.world.servicenow.incident(number)['state'] === '6')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })

  it('takes the caller’s no in chat, with what they say', async () => {
    const { host, run } = await waiting()
    await turnedDown(story, run, approver, `confirm ${run} no`, /only Omar Reyes/)
    assert.match((await story.say(requester, `confirm ${run} no because "still 503"`)).text, /Thank you/)
    const { status, reason } = await story.ended(run)
    assert.equal(status, 'rolledBack')
    assert.match(reason, /Omar Reyes says it does not work: still 503/)
    assert.deepEqual(story.effects(host), ['recycle-pool', 'start-pool'])
  })

  it('counts silence as no proof: it is not verified when its time is over', async () => {
    const host = story.host()
    const { number, sysId } = report(story, host)
    const run = await go(story, [host], 'ask-alone', ` for ${number}`)
    await asked(run)
    const { status, reason } = await story.ended(run)
    assert.equal(status, 'rolledBack')
    assert.match(reason, /nobody confirmed within 2 min that it works/)
    const [confirmed] = await eventsOf(story, run, 'confirmed')
    assert.deepEqual([confirmed?.ok, confirmed?.by], [false, null])
    assert.deepEqual(story.effects(host), ['recycle-pool', 'start-pool'])
    assert.equal(questions(sysId, run).length, 1)
  })

  it('asks who asked for it where there is no incident (P10)', async () => {
    const host = story.host()
    const run = await begin(story, requester, `restart-iis ${host}`)
    await click(story, await asking(story, run), { as: approver })
    assert.equal((await asked(run)).of, 'Omar Reyes')
    await cardSays(story, run, /work again[\s\S]*Omar Reyes/)
    await turnedDown(
      story,
      run,
      approver,
      { verb: 'confirm', data: { works: 'yes' } },
      /only who asked for this run can confirm it/,
    )
    await press(story, run, requester, 'confirm', { works: 'yes' })
    assert.equal((await story.ended(run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })

  it('needs a person where it is taken over meanwhile; given back it asks nobody twice, and the answer counts (P6, P11)', async () => {
    const { host, sysId, number, run } = await waiting()
    await story.say(approver, `takeover ${run} because "let me call them"`)
    const { status, reason } = await story.ended(run)
    assert.deepEqual([status, /recycle-pool ran and nobody confirmed it/.test(reason)], ['needsHuman', true], reason)
    assert.deepEqual(await lockedOf(story, [host]), [host])
    await turnedDown(story, run, requester, { verb: 'confirm', data: { works: 'yes' } }, /already ended/)
    comment(sysId, 'Yes')
    await story.say(approver, `resume ${run} because "they wrote"`)
    assert.equal((await endedAgain(story, run)).status, 'succeeded')
    assert.equal((await eventsOf(story, run, 'confirmed'))[0]?.via, 'servicenow')
    await toldOnce(story, run, number)
    assert.equal(questions(sysId, run).length, 1)
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })

  it('leaves an audit trail that holds (P4)', () => auditHolds(story))
})

describe('story: the caller is asked by a runbot that dies', () => {
  const story = stage({ count: 4, edit: (place) => prepare(place, [recycleStep({ verify: { confirm: 'caller' } })]) })
  const questions = (sysId: string) =>
    story.world.servicenow.notes(sysId, 'comments').filter((text) => text.includes('[runbot '))

  /** The caller says yes on the card; then the question still stands there once. */
  const answered = async (host: string, number: string, sysId: string, run: string) => {
    await until('the question in ServiceNow', () => questions(sysId).length > 0)
    await press(story, run, requester, 'confirm', { works: 'yes' })
    assert.equal((await story.ended(run)).status, 'succeeded')
    await toldOnce(story, run, number)
    assert.equal(questions(sysId).length, 1)
    assert.equal((await eventsOf(story, run, 'confirmAsked')).length, 1)
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  }

  it('asks once where it dies between the question and its answer from ServiceNow (P6)', async () => {
    const { host, number, sysId } = story.raise()
    const shown = await story.asked(number)
    const remove = story.world.servicenow.faults.add({
      fault: 'reset-after-commit',
      times: 100_000,
      match: ({ method, body }) =>
        method === 'PATCH' && typeof (body as { comments?: unknown } | null)?.comments === 'string',
    })
    await click(story, shown, { as: approver })
    await until('the question in ServiceNow', () => questions(sysId).length > 0)
    await story.bot().kill()
    remove()
    await story.restart()
    await answered(host, number, sysId, shown.run)
  })

  it('asks once where it dies right after the wish to ask was recorded (P6)', async () => {
    const { host, number, sysId } = story.raise()
    const shown = await story.asked(number)
    await story.bot().stop()
    const dying = await story.restart({
      RUNBOT_IMPORT: new URL('kill-at.ts', import.meta.url).href,
      RUNBOT_KILL_ON: 'confirmAsked',
    })
    await click(story, shown, { as: approver })
    assert.equal(await dying.gone, null, 'it was killed')
    assert.deepEqual(questions(sysId), [])
    await story.restart()
    await answered(host, number, sysId, shown.run)
  })

  it('leaves an audit trail that holds (P4)', () => auditHolds(story))
})
