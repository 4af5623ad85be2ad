// Owns the specs of how a run ends: its status, and that what is said of every target is true (P11, P12).
import assert from 'node:assert/strict'
import { ending, halt, haltNow, stoppedWords } from '../../src/core/ending.ts'
import type { Draft, PlannedStep } from '../../src/core/plan.ts'
import type { RunEvent } from '../../src/core/run.ts'
import {
  after,
  ana,
  asking,
  begun,
  braked,
  confirmAsked,
  done,
  draft,
  ended,
  ends,
  eventsOf,
  failed,
  finished,
  minute,
  nobody,
  on,
  owes,
  plan,
  preflighted,
  started,
  step,
  stepAsked,
  stopRequested,
  t0,
  takenOver,
  undoEnded,
  undone,
  undoRequested,
  undoStarted,
  verified,
} from './given.ts'

const at = (target: string, id = 'a') => on(id, target)
const fleet = (changes: Partial<PlannedStep> = {}, more: Partial<Draft> = {}) =>
  draft(['x', 'y', 'z'], (host) => [step('a', host, changes), step('b', host)], {
    waves: [['x', 'y', 'z']],
    concurrency: 3,
    ...more,
  })
const run = (of: Draft, ...events: readonly RunEvent[]) => after(begun(of), t0, ...events)
const all = (host: string) => [...done(at(host)), ...done(at(host, 'b'))]
const skippedB = (host: string): RunEvent => ({
  type: 'stepSkipped',
  ...at(host, 'b'),
  reason: 'an earlier step failed',
})
const bad = (host: string) => [...failed(at(host)), ...undone(at(host)), skippedB(host)]

describe('a run ends', () => {
  it('as succeeded only when every target did, and names them', () => {
    assert.equal(ends(run(fleet(), ...all('x'), ...all('y'), ...all('z'))), 'succeeded: verified on x, y, z')
  })

  it('as needs human where one outcome is unknown, whatever the others did (P3)', () => {
    const lost = [preflighted(at('y')), started(at('y')), ended(at('y'), 'unknown')]
    assert.match(
      ends(run(fleet(), ...all('x'), ...lost, ...bad('z'))),
      /^needsHuman: y: what became of a cannot be told/,
    )
    const undo = [...failed(at('z')), undoStarted(at('z')), undoEnded(at('z'), 'failed')]
    assert.match(ends(run(fleet(), ...all('x'), ...lost, ...undo)), /^needsHuman: /)
  })

  it('as a failed rollback before it ends as failed, and says every reason', () => {
    const stuck = [...failed(at('x')), undoStarted(at('x')), undoEnded(at('x'), 'failed')]
    assert.equal(
      ends(run(fleet(), ...stuck, ...bad('y'), ...all('z'))),
      'rollbackFailed: x: the rollback of a failed: the undo failed; y: a failed: it failed',
    )
  })

  it('as failed where something stayed as it failed, although another was rolled back', () => {
    const left = [preflighted(at('x'), false, 'the pool is up')]
    assert.equal(
      ends(run(fleet({}, { stopAfterFailures: 9 }), ...left, ...bad('y'), ...all('z'))),
      'failed: x: preflight of a says stop: the pool is up; y: a failed: it failed',
    )
  })

  it('as rolled back, with the reasons of each target apart', () => {
    const both = run(fleet({}, { stopAfterFailures: 9 }), ...bad('x'), ...bad('y'), ...all('z'))
    assert.equal(ends(both), 'rolledBack: x: a failed: it failed; y: a failed: it failed')
    const asked = run(
      fleet(),
      ...done(at('x')),
      ...done(at('y')),
      undoRequested,
      ...undone(at('x')),
      ...undone(at('y')),
    )
    assert.equal(
      ends(asked),
      'rolledBack: Bo had it undone: it got worse. x: a rolled back; y: a rolled back; z: nothing ran',
    )
  })

  it('with the truth about a target that was under way when too many failed: it is half done (P11)', () => {
    const half = run(fleet({}, { concurrency: 2 }), ...done(at('y')), ...bad('x'))
    assert.equal(ends(half), 'rolledBack: x: a failed: it failed; y: stopped after a; not attempted: z')
  })

  it('with the truth about a target that would have been attempted anew (P11)', () => {
    const again = fleet({ retry: { max: 1, afterMs: minute } }, { stopAfterFailures: 1 })
    const spent = [
      { type: 'retried', ...at('x'), attempt: 2, by: null, reason: 'again' } as const,
      ...failed(at('x')).map((event) => (event.type === 'actionStarted' ? { ...event, attempt: 2 } : event)),
    ]
    const words = ends(
      run(
        again,
        ...bad('y').slice(0, 5),
        ...failed(at('x')),
        ...undone(at('x')),
        ...spent,
        ...undone(at('x')),
        skippedB('x'),
      ),
    )
    assert.match(words, /x: a failed: it failed/)
    assert.doesNotMatch(words, /not attempted: y/)
  })
})

describe('a run that is held back ends', () => {
  const some = [...all('x'), ...done(at('y'))]

  it('as who or what held it says, with the state of every target (P11)', () => {
    const states = 'x: finished before (succeeded); y: stopped after a; z: stopped'
    assert.equal(ends(run(fleet(), ...some, stopRequested)), `cancelled: stopped by Bo: wrong host. ${states}`)
    assert.equal(ends(run(fleet(), ...some, takenOver())), `needsHuman: Bo has taken it over: I look myself. ${states}`)
    assert.equal(ends(run(fleet(), ...some, takenOver(ana, ''))), `needsHuman: Ana has taken it over. ${states}`)
    assert.equal(ends(run(fleet(), ...some, braked())), `needsHuman: the alarm was raised. ${states}`)
    assert.equal(ends(run(fleet(), ...some, braked('closed', 'failed'))), `failed: closed. ${states}`)
  })

  it('with the brake’s own words where there is one target only', () => {
    const one = draft(['x'], (host) => [step('a', host), step('b', host)])
    assert.equal(ends(run(one, ...done(at('x')), braked())), 'needsHuman: the alarm was raised')
  })

  it('with the stop’s words before those of the brake: a person said so', () => {
    assert.match(ends(run(fleet(), ...some, braked(), stopRequested)), /^cancelled: stopped by Bo/)
    assert.match(ends(run(fleet(), ...some, takenOver(), stopRequested)), /^cancelled: stopped by Bo/)
  })

  it('as it stands where nothing was left to hold back', () => {
    for (const hold of [stopRequested, takenOver(), braked()])
      assert.equal(ends(run(fleet(), ...all('x'), ...all('y'), ...all('z'), hold)), 'succeeded: verified on x, y, z')
  })

  it('as needs human where an outcome is unknown, and tells of every target all the same (P11)', () => {
    const lost = [preflighted(at('y')), started(at('y')), ended(at('y'), 'unknown')]
    assert.equal(
      ends(run(fleet(), ...all('x'), ...lost, stopRequested)),
      'needsHuman: stopped by Bo: wrong host. x: finished before (succeeded); y: unknown; z: stopped; ' +
        'y: what became of a cannot be told: it unknown',
    )
  })

  it('behind the brake only once what is under way has ended and what it broke is rolled back', () => {
    const flying = run(fleet(), preflighted(at('x')), started(at('x')), ...done(at('y')), braked())
    assert.equal(owes(flying), 'follow a x action')
    const broken = after(flying, t0, ended(at('x'), 'failed'))
    assert.equal(owes(broken), 'rollBack a x')
    assert.equal(owes(after(broken, t0, undoStarted(at('x')))), 'follow a x rollback')
    assert.match(ends(after(broken, t0, ...undone(at('x')))), /^needsHuman: the alarm was raised\. /)
  })

  it('with the truth about a step that ran and whose caller had not answered (P11)', () => {
    const of = draft(['x', 'y'], (host) => [step('a', host, { confirm: { by: 'caller', withinMs: 60 * minute } })])
    const waits = run(of, ...done(at('x')), confirmAsked(at('x')), stopRequested)
    assert.equal(
      ends(waits),
      'cancelled: stopped by Bo: wrong host. x: stopped, a ran and nobody confirmed it; y: stopped',
    )
  })

  it('says of what is under way that it still runs, action and rollback alike (P11)', () => {
    const both = run(fleet(), started(at('x')), ...failed(at('y')), undoStarted(at('y')), takenOver())
    assert.match(stoppedWords(both), /x: still running a; y: still running a; z: stopped$/)
  })
})

describe('what stops a run', () => {
  it('ends it at once where nothing is under way, and speaks of every target (P11)', () => {
    const words = 'closed. x: stopped after a; y: stopped; z: stopped'
    assert.deepEqual(halt(run(fleet(), ...done(at('x'))), 'needsHuman', 'closed'), finished('needsHuman', words))
    assert.deepEqual(halt(asking(), 'expired', 'late'), finished('expired', 'late'))
  })

  it('is the brake where an action, a verification or a rollback is under way', () => {
    const brake = { type: 'braked', status: 'needsHuman', reason: 'closed' }
    const flying = run(fleet(), preflighted(at('x')), started(at('x')))
    assert.deepEqual(halt(flying, 'needsHuman', 'closed'), brake)
    assert.deepEqual(halt(after(flying, t0, ended(at('x'))), 'needsHuman', 'closed'), brake)
    const undo = run(fleet(), ...failed(at('x')), undoStarted(at('x')))
    assert.deepEqual(halt(undo, 'needsHuman', 'closed'), brake)
  })

  it('is the brake where a rollback is owed, which no other stop may swallow', () => {
    const broken = run(fleet(), ...failed(at('x')))
    assert.equal(halt(broken, 'needsHuman', 'closed').type, 'braked')
    assert.equal(haltNow(broken, 'needsHuman', 'frozen').type, 'finished')
  })

  it('ends it at once while a caller is asked: that is nothing under way', () => {
    const of = fleet({ confirm: { by: 'caller', withinMs: 60 * minute } })
    assert.equal(halt(run(of, ...done(at('x')), confirmAsked(at('x'))), 'failed', 'closed').type, 'finished')
  })

  it('lets what is under way end, also where a second person rejects what the first has rejected (P11)', () => {
    const of = fleet({ approval: 'always' })
    const flying = run(of, preflighted(at('x')), preflighted(at('y')), stepAsked('a'))
    const both = after(flying, t0, started(at('z')))
    const reject = (by: typeof ana) =>
      ({
        do: 'reject',
        by,
        scope: 'step:a',
        plan,
        note: '',
        standing: { groups: ['owner'], unknown: [] },
        parties: nobody,
        frozen: null,
      }) as const
    const once = after(both, t0, ...eventsOf(reject(ana), both))
    assert.equal(once.brake?.reason, 'Ana rejected step:a')
    const twice = after(once, t0, ...eventsOf(reject({ ...ana, id: 'bo', name: 'Bo' }), once))
    assert.equal(twice.finished, null)
    assert.equal(owes(twice), 'follow a z action')
  })
})

it('an end says the same whenever it is asked (DESIGN §3)', () => {
  const of = run(fleet(), ...all('x'), ...bad('y'), verified(at('z')))
  assert.deepEqual(ending(of), ending(JSON.parse(JSON.stringify(of)) as typeof of))
})
