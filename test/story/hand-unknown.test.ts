// Owns the proof that of a request which nobody can tell of a person decides, and that nothing is sent twice for it (P3, P12).
import assert from 'node:assert/strict'
import { PEOPLE } from '../sandbox/world/people.ts'
import { cardSays, eventsOf } from './governance.ts'
import {
  another,
  auditHolds,
  blackout,
  endedAgain,
  go,
  keysOf,
  lockedOf,
  prepare,
  press,
  recycleStep,
  report,
  toldOnce,
  turnedDown,
  underWay,
  wordOf,
} from './hand.ts'
import { until } from './runbot.ts'
import { answerOf, stage } from './story.ts'

const { approver, onCall, outsider, secondApprover } = PEOPLE

const SPEED = 30

/** Minutes pass in seconds here: what the sandbox really does takes its own time all the same. */
const patient = {
  action: { do: 'ops.recycle_pool', with: { host: '${target}', pool: '${parameters.pool}' }, timeout: '5s' },
  verify: {
    do: 'http.get',
    with: { url: '${ci.health_url}' },
    expect: 'result.status == 200',
    every: '500ms',
    hold: '1s',
    within: '5m',
  },
  rollback: { do: 'ops.start_pool', with: { host: '${target}', pool: '${parameters.pool}' }, timeout: '5s' },
}

describe('story: a person says what became of it (time passes 30 times as fast)', () => {
  const story = stage({
    count: 16,
    speed: SPEED,
    edit: (place) => {
      prepare(place, [recycleStep({ ...patient, retry: { max: 1 } })])
      another(place, 'once-only', { steps: [recycleStep(patient)] })
      another(place, 'side-by-side', { targets: { concurrency: 2, stopAfterFailures: 9 } })
      another(place, 'no-patience', {
        steps: [recycleStep({ ...patient, verify: { ...patient.verify, within: '5s' } })],
      })
      another(place, 'brief', { limits: { reopenWithin: '1m' } })
    },
  })

  /** A run that needs a person, for nobody can tell of its request on this host; the endpoint answers again. */
  const lost = async (happens: boolean, runbook = 'restart-iis', host = story.host(), more = '') => {
    const lift = blackout(story, host, 'recycle-pool', happens)
    const run = await go(story, [host], runbook, more)
    const { status, reason } = await story.ended(run)
    assert.equal(status, 'needsHuman')
    assert.match(reason, /what became of recycle-pool cannot be told/)
    lift()
    return { host, run }
  }

  it('explains both choices where it is asked to go on, and on the card (P12)', async () => {
    const { host, run } = await lost(true)
    const both = new RegExp(`what became of recycle-pool on ${host} is unknown`)
    for (const wanted of [`resume ${run}`, `retry ${run}`]) {
      const said = await turnedDown(story, run, approver, wanted, both)
      assert.match(
        said,
        /look there, then say whether it happened: if it did, runbot goes on with its verification; if not, it counts as never started/i,
      )
    }
    const { card } = await cardSays(story, run, /It happened/)
    assert(JSON.stringify(card).includes('"happened":"yes"') && JSON.stringify(card).includes('"happened":"no"'))
    await cardSays(
      story,
      run,
      /runbot goes on with its verification[\s\S]*It did not happen[\s\S]*counts as never started/,
    )
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    assert.deepEqual(await lockedOf(story, [host]), [host])
  })

  it('goes on with the verification where it happened, and sends nothing again (P3, P6)', async () => {
    const first = story.host()
    const { number } = report(story, first)
    const { host, run } = await lost(true, 'restart-iis', first, ` for ${number}`)
    assert.match((await story.say(approver, `settle ${run} yes because "its log says so"`)).text, /Noted/)
    assert.equal((await endedAgain(story, run)).status, 'succeeded')
    assert.equal(await wordOf(story, run, 'settled'), 'Maya Lind: its log says so')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    assert.equal((await eventsOf(story, run, 'verified')).at(-1)?.ok, true)
    await until('the incident to be resolved', () => story.world.servicenow.incident(number)['state'] === '6')
    await cardSays(story, run, /Succeeded/)
    await toldOnce(story, run, number)
    await turnedDown(story, run, approver, `settle ${run} no`, /nothing of this run is unknown/)
    await until('the lock to be given back', async () => (await lockedOf(story, [host])).length === 0)
  })

  it('counts it as never started where it did not happen, and sends it once more, under a new key, where the runbook allows (P3)', async () => {
    const { host, run } = await lost(false)
    assert.deepEqual(story.effects(host), [])
    await story.say(approver, `settle ${run} no because "nothing there"`)
    const { status, reason } = await endedAgain(story, run)
    assert.equal(status, 'failed')
    assert.match(reason, /recycle-pool never started: Maya Lind looked: it did not happen \(nothing there\)/)
    assert.deepEqual(story.effects(host), [])
    await turnedDown(story, run, outsider, `retry ${run}`, /you may not retry this run/)
    assert.match((await story.say(onCall, `retry ${run} because "now it answers"`)).text, /tries again what failed/)
    assert.equal((await endedAgain(story, run, 2)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    const keys = (await eventsOf(story, run, 'actionStarted')).map(({ key, attempt }) => [attempt, key] as const)
    assert.deepEqual(
      keys.map(([attempt]) => attempt),
      [1, 2],
    )
    assert.notEqual(keys[0]?.[1], keys[1]?.[1])
    assert.deepEqual(keysOf(story, host, 'recycle-pool'), [keys[1]?.[1]])
    assert.equal(await wordOf(story, run, 'retried'), 'Sam Okafor: now it answers')
  })

  it('refuses a retry where the runbook allows none, and one too many where it does (P12)', async () => {
    const none = await lost(false, 'once-only')
    await story.say(approver, `settle ${none.run} no`)
    await endedAgain(story, none.run)
    await turnedDown(story, none.run, approver, `retry ${none.run}`, /the runbook lets nobody retry recycle-pool/)
    assert.deepEqual(story.effects(none.host), [])

    const { host, run } = await lost(false)
    await story.say(approver, `settle ${run} no`)
    await endedAgain(story, run)
    const lift = blackout(story, host, 'recycle-pool', false)
    await story.say(approver, `retry ${run}`)
    assert.equal((await endedAgain(story, run, 2)).status, 'needsHuman')
    lift()
    await story.say(approver, `settle ${run} no`)
    await endedAgain(story, run, 3)
    await turnedDown(
      story,
      run,
      approver,
      `retry ${run}`,
      /recycle-pool was attempted 2 times, and its runbook allows no more/,
    )
    assert.deepEqual(story.effects(host), [])
  })

  it('is settled on the card too: by who may, with a yes or a no, and by nothing else (P9, P10)', async () => {
    const { host, run } = await lost(true)
    const data = { step: 'recycle-pool', target: host, happened: 'yes' }
    await turnedDown(
      story,
      run,
      approver,
      { verb: 'settle', data: { ...data, happened: 'maybe' } },
      /the card said neither yes nor no/,
    )
    await turnedDown(
      story,
      run,
      approver,
      { verb: 'settle', data: { ...data, happened: true } },
      /the card said neither yes nor no/,
    )
    await turnedDown(
      story,
      run,
      approver,
      { verb: 'settle', data: { ...data, target: 'web-99' } },
      /nothing of this run is unknown/,
    )
    await turnedDown(story, run, outsider, { verb: 'settle', data }, /you may not say what became of this run/)
    const answer = answerOf(await press(story, run, secondApprover, 'settle', { ...data, note: 'seen' }))
    assert.doesNotMatch(answer, /Not done/)
    assert.equal((await endedAgain(story, run)).status, 'succeeded')
    assert.equal(await wordOf(story, run, 'settled'), 'Jonas Weber: seen')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })

  it('wants the target named where it is unknown on two, and repeats only the one that failed (P3, P12)', async () => {
    const [one, two] = [story.host(), story.host()]
    const lifts = [blackout(story, one, 'recycle-pool', true), blackout(story, two, 'recycle-pool', false)]
    const run = await go(story, [one, two], 'side-by-side')
    const first = await story.ended(run)
    for (const lift of lifts) lift()
    assert.equal(first.status, 'needsHuman')
    assert(
      first.reason.includes(`${one}: what became of`) && first.reason.includes(`${two}: what became of`),
      first.reason,
    )
    const said = await turnedDown(
      story,
      run,
      approver,
      `settle ${run} yes`,
      new RegExp(`2 requests are unknown: recycle-pool on ${one}, recycle-pool on ${two}`),
    )
    assert.match(said, /name the target/i)
    await story.say(approver, `settle ${run} yes ${one}`)
    assert.equal((await endedAgain(story, run)).status, 'needsHuman')
    assert.deepEqual(
      (await eventsOf(story, run, 'verified')).map(({ target, ok }) => [target, ok]),
      [[one, true]],
    )
    await story.say(approver, `settle ${run} no`)
    assert.equal((await endedAgain(story, run, 2)).status, 'failed')
    await turnedDown(story, run, approver, `retry ${run} ${one}`, /nothing of this run has failed/)
    await story.say(approver, `retry ${run} ${two}`)
    assert.equal((await endedAgain(story, run, 3)).status, 'succeeded')
    assert.deepEqual([story.effects(one), story.effects(two)], [['recycle-pool'], ['recycle-pool']])
  })

  it('says of a stopped run what is unknown, and is closed by a person (P11)', async () => {
    const [one, two] = [story.host(), story.host()]
    const lift = blackout(story, one, 'recycle-pool', true)
    const run = await go(story, [one, two])
    await underWay(story, one)
    await story.say(approver, `stop ${run} because "enough"`)
    const { status, reason } = await story.ended(run)
    lift()
    assert.equal(status, 'needsHuman')
    assert.match(reason, new RegExp(`stopped by Maya Lind: enough. ${one}: unknown; ${two}: stopped`))
    assert.deepEqual([story.effects(one), story.effects(two)], [['recycle-pool'], []])
    await story.say(approver, `stop ${run} because "it is up"`)
    assert.equal((await endedAgain(story, run)).reason, 'closed by Maya Lind: it is up')
    await until('the locks to be given back', async () => (await lockedOf(story, [one, two])).length === 0)
  })

  it('sends no second rollback before a person has said what became of the first, then one with a new key (P3)', async () => {
    const host = story.host()
    story.world.sites[host]?.break()
    story.world.sites[host]?.setRecycleOutcome('broken')
    const lift = blackout(story, host, 'start-pool', false)
    const run = await go(story, [host], 'no-patience')
    const { status, reason } = await story.ended(run)
    lift()
    assert.equal(status, 'needsHuman')
    assert.match(reason, /what became of recycle-pool cannot be told/)
    for (const wanted of [`rollback ${run}`, `resume ${run}`])
      await turnedDown(
        story,
        run,
        approver,
        wanted,
        new RegExp(`what became of the rollback of recycle-pool on ${host} is unknown`),
      )
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    await story.say(approver, `settle ${run} no`)
    assert.equal((await endedAgain(story, run)).status, 'rollbackFailed')
    await story.say(approver, `rollback ${run} because "once more"`)
    assert.equal((await endedAgain(story, run, 2)).status, 'rolledBack')
    assert.deepEqual(story.effects(host), ['recycle-pool', 'start-pool'])
    const keys = (await eventsOf(story, run, 'rollbackStarted')).map(({ key }) => key)
    assert.equal(new Set(keys).size, 2)
    assert.deepEqual(keysOf(story, host, 'start-pool'), [keys[1]])
    await turnedDown(story, run, approver, `rollback ${run}`, /nothing that ran can be rolled back, or it already is/)
  })

  it('is not taken up again once its time is over (P12)', async () => {
    const host = story.host()
    const run = await go(story, [host], 'brief')
    assert.equal((await story.ended(run)).status, 'succeeded')
    const endedAt = Date.now()
    await until('the minute to be over', () => (Date.now() - endedAt) * SPEED > 60_000)
    const said = await turnedDown(
      story,
      run,
      approver,
      `rollback ${run} because "late"`,
      /it ended more than 1 min ago/,
    )
    assert.match(said, /start it anew with run brief/i)
    await turnedDown(story, run, approver, { verb: 'rollback' }, /what was approved then counts no longer/)
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })

  it('leaves an audit trail that holds (P4)', () => auditHolds(story))
})
