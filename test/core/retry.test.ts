// Owns the specs of a new attempt: what runbot repeats by itself, what a person may, and what it does to the rest (P3).
import assert from 'node:assert/strict'
import type { RunCommand } from '../../src/core/decide.ts'
import type { PlannedStep } from '../../src/core/plan.ts'
import type { Run, RunEvent } from '../../src/core/run.ts'
import { noStep, stepOf } from '../../src/core/step-state.ts'
import {
  after,
  ana,
  approved,
  begun,
  bo,
  braked,
  done,
  draft,
  ended,
  ends,
  eventsOf,
  failed,
  finished,
  minute,
  on,
  owes,
  preflighted,
  resumed,
  retried,
  settled,
  skipped,
  started,
  startedAgain,
  step,
  stepAsked,
  stopRequested,
  t0,
  undoEnded,
  undone,
  undoRequested,
  undoStarted,
  verdict,
  verified,
} from './given.ts'

const [a, b, c] = [on('a'), on('b'), on('c')]
const byRunbot = { max: 2, afterMs: 5 * minute }
const byPeople = { max: 1 }
/** The steps of one target, each with these changes. */
const steps = (changes: { readonly [id: string]: Partial<PlannedStep> }) =>
  draft(['web-01'], (host) => Object.entries(changes).map(([id, change]) => step(id, host, change)))
const retry = (target: string | null = null): RunCommand => ({ do: 'retry', by: bo, reason: 'again', target })

describe('an attempt that runbot makes itself', () => {
  const run = begun(steps({ a: { retry: byRunbot, rollback: null }, b: {} }))
  const once = after(run, t0, ...failed(a))

  it('comes after the failure and its rest, and not before', () => {
    assert.equal(owes(once), 'rest until +5')
    assert.equal(owes(once, t0 + 5 * minute - 1), 'rest until +5')
    assert.equal(owes(once, t0 + 5 * minute), 'retry a web-01 2')
  })

  it('comes after the rollback of the attempt before, and counts its rest from there', () => {
    const undoes = after(begun(steps({ a: { retry: byRunbot } })), t0, ...failed(a))
    assert.equal(owes(undoes, t0 + 9 * minute), 'rollBack a web-01')
    const undoneLater = after(after(undoes, t0 + minute, undoStarted(a)), t0 + 2 * minute, undoEnded(a))
    assert.equal(owes(undoneLater, t0 + 6 * minute), 'rest until +7')
  })

  it('begins with a look at the world, as the first did (P2)', () => {
    const again = after(once, t0, retried(a, 2, null))
    assert.deepEqual(stepOf(again, a), { ...noStep, attempt: 2 })
    assert.equal(owes(again), 'preflight a web-01')
    assert.equal(owes(after(again, t0, preflighted(a))), 'act a web-01')
  })

  it('is made as often as declared, then the ladder goes on', () => {
    const failedAgain = (attempt: number) => [
      retried(a, attempt, null),
      preflighted(a),
      startedAgain(a, attempt),
      ended(a, 'failed'),
    ]
    const twice = after(once, t0, ...failedAgain(2))
    assert.equal(owes(twice, t0 + 5 * minute), 'retry a web-01 3')
    assert.equal(owes(after(twice, t0, ...failedAgain(3)), t0 + 5 * minute), 'skip b web-01')
  })

  it('is made of an action that certainly never started, too', () => {
    const never = after(run, t0, preflighted(a), started(a), ended(a, 'failed', 'none'))
    assert.equal(owes(never, t0 + 5 * minute), 'retry a web-01 2')
  })

  it('is not made of what nobody can tell, of a failed rollback, or of a preflight that says stop (P3)', () => {
    const of = begun(steps({ a: { retry: byRunbot } }))
    const hour = t0 + 60 * minute
    assert.equal(owes(after(of, t0, preflighted(a), started(a), ended(a, 'unknown')), hour), 'finish needsHuman')
    const stuck = after(of, t0, ...failed(a), undoStarted(a), undoEnded(a, 'failed'))
    assert.equal(owes(stuck, hour), 'finish rollbackFailed')
    assert.equal(owes(after(of, t0, preflighted(a, false)), hour), 'finish failed')
  })

  it('follows what a person found out: it did not happen (P3)', () => {
    const unknown = after(run, t0, preflighted(a), started(a), ended(a, 'unknown'), finished('needsHuman'))
    const looked = after(unknown, t0 + minute, settled(a, false))
    assert.equal(owes(looked, t0 + minute), 'rest until +6')
  })

  it('of what certainly never started is no rollback where the brake falls before it (P3)', () => {
    const wide = draft(['x', 'y'], (host) => [step('a', host, { retry: byRunbot })], {
      waves: [['x', 'y']],
      concurrency: 2,
    })
    const [x, y] = [on('a', 'x'), on('a', 'y')]
    const never = after(begun(wide), t0, preflighted(x), started(x), ended(x, 'failed', 'none'))
    assert.equal(owes(after(never, t0, preflighted(y), started(y), ended(y, 'unknown'))), 'finish needsHuman')
    assert.equal(owes(after(never, t0, braked())), 'finish needsHuman')
  })

  it('is not made after a stop (P11)', () => {
    const alone = begun(steps({ a: { retry: byRunbot, rollback: null } }))
    assert.equal(owes(after(alone, t0, ...failed(a), stopRequested), t0 + 5 * minute), 'finish failed')
    assert.equal(owes(after(once, t0, stopRequested), t0 + 5 * minute), 'finish cancelled')
  })

  it('makes no new run of it: it was never over', () => {
    assert.equal(after(once, t0, retried(a, 2, null)).reopened, 0)
  })

  it('undoes nothing of the earlier steps while it may still succeed, where a failure undoes all', () => {
    const of = steps({ x: {}, a: { retry: byRunbot, rollback: null } })
    const all = { ...of, onFailure: { escalate: null, assign: null, rollback: 'all' as const } }
    const broken = after(begun(all), t0, ...done(on('x')), ...failed(a))
    assert.equal(owes(broken), 'rest until +5')
    const last = after(broken, t0, retried(a, 3, null), preflighted(a), startedAgain(a, 3), ended(a, 'failed'))
    assert.equal(owes(last), 'rollBack x web-01')
  })

  it('asks again for a step that captures: people agreed to what was captured before (P1)', () => {
    const captured = (size: number): RunEvent => ({ ...preflighted(a), captured: { size } }) as RunEvent
    const asks = begun(steps({ a: { retry: byRunbot, rollback: null, approval: 'always' } }))
    const agreed = after(asks, t0, captured(3), stepAsked('a'), approved(ana, 'step:a'))
    assert.equal(owes(agreed), 'act a web-01')
    const again = after(agreed, t0, started(a), ended(a, 'failed'), retried(a, 2, null))
    assert.equal(owes(after(again, t0, captured(9))), 'askPart step:a')
  })
})

describe('an attempt that a person asks for', () => {
  const of = steps({ a: { retry: byPeople, rollback: null } })
  const over = (run: Run, ...events: readonly RunEvent[]) => after(run, t0, ...events, finished('failed'))
  const broken = over(begun(of), ...failed(a))

  it('is of what failed, with the next number and so a key of its own (P3)', () => {
    assert.deepEqual(eventsOf(retry(), broken), [retried(a)])
    const again = after(broken, t0, retried(a))
    assert.deepEqual(stepOf(again, a), { ...noStep, attempt: 2 })
    assert.equal(owes(again), 'preflight a web-01')
  })

  it('needs a new key also for what undoes it (P3)', () => {
    const undoes = after(begun(steps({ a: { retry: byPeople } })), t0, ...failed(a), ...undone(a), retried(a))
    assert.deepEqual(stepOf(undoes, a), { ...noStep, attempt: 2, rollbackAttempt: 2 })
    const never = after(begun(of), t0, preflighted(a), started(a), ended(a, 'failed', 'none'), retried(a))
    assert.equal(stepOf(never, a).rollbackAttempt, 1)
  })

  it('is possible after a preflight that said stop, and after an action that never started', () => {
    assert.deepEqual(eventsOf(retry(), over(begun(of), preflighted(a, false))), [retried(a)])
    const never = over(begun(of), preflighted(a), started(a), ended(a, 'failed', 'none'))
    assert.deepEqual(eventsOf(retry(), never), [retried(a)])
  })

  it('takes the run up again, and asks anew for what asks for itself (P1)', () => {
    const asks = begun(steps({ a: { retry: byPeople, rollback: null, approval: 'always' } }))
    const ran = after(asks, t0, preflighted(a), stepAsked('a'), approved(ana, 'step:a'), started(a), ended(a, 'failed'))
    const again = after(ran, t0, finished('failed'), retried(a), preflighted(a))
    assert.deepEqual([again.finished, again.reopened, again.status], [null, 1, 'executing'])
    assert.deepEqual(Object.keys(again.asks), ['run'])
    assert.equal(owes(again), 'askPart step:a')
  })

  it('is refused while the run is under way (P12)', () => {
    assert.equal(verdict(retry(), begun(of)), 'it is under way | wait for its end, or take it over')
  })

  it('is refused where nothing failed, or nothing there (P12)', () => {
    assert.equal(verdict(retry(), over(begun(of), ...done(a))), 'nothing of this run has failed')
    assert.equal(verdict(retry('web-09'), broken), 'nothing of this run has failed | name another target, or none')
  })

  it('is refused where the runbook allows none, or no more (P12)', () => {
    const helps = 'roll it back, close it, or run the runbook anew'
    const never = over(begun(steps({ a: { rollback: null } })), ...failed(a))
    assert.equal(verdict(retry(), never), `the runbook lets nobody retry a | ${helps}`)
    const twice = over(broken, retried(a), preflighted(a), startedAgain(a), ended(a, 'failed'))
    assert.equal(verdict(retry(), twice), `a was attempted 2 times, and its runbook allows no more | ${helps}`)
  })

  it('is refused while an outcome is unknown: a person looks first (P3, P12)', () => {
    const of2 = draft(['web-01', 'web-02'], (host) => [step('a', host, { retry: byPeople, rollback: null })])
    const there = on('a', 'web-02')
    const both = after(begun(of2), t0, ...failed(a), preflighted(there), started(there), ended(there, 'unknown'))
    assert.equal(
      verdict(retry(), after(both, t0, finished('needsHuman'))),
      'what became of a on web-02 is unknown | look there, then say whether it happened: ' +
        'if it did, runbot goes on with its verification; if not, it counts as never started',
    )
  })

  it('is refused after its window, to the millisecond, with how to start anew (P12)', () => {
    const windowMs = of.reopenWithinMs
    assert.equal(verdict(retry(), broken, t0 + windowMs - 1), 'retried')
    assert.equal(
      verdict(retry(), broken, t0 + windowMs),
      'it ended more than 24 h ago, and what was approved then counts no longer | start it anew with run restart-iis',
    )
  })

  it('is of one target where one is named, and of every failed one otherwise', () => {
    const fleet = draft(['web-01', 'web-02', 'web-03'], (host) => [
      step('a', host, { retry: byPeople, rollback: null }),
    ])
    const some = over(begun(fleet), ...failed(a), ...done(on('a', 'web-02')), ...failed(on('a', 'web-03')))
    assert.deepEqual(eventsOf(retry(), some), [retried(a), retried(on('a', 'web-03'))])
    assert.deepEqual(eventsOf(retry('web-03'), some), [retried(on('a', 'web-03'))])
  })

  it('goes on where more targets failed than the rollout allows: a person wants that one', () => {
    const fleet = draft(['web-01', 'web-02'], (host) => [step('a', host, { retry: byPeople, rollback: null })], {
      waves: [['web-01', 'web-02']],
    })
    const both = over(begun({ ...fleet, stopAfterFailures: 2 }), ...failed(a), ...failed(on('a', 'web-02')))
    const one = after(both, t0, retried(on('a', 'web-02')))
    assert.equal(owes(one), 'preflight a web-02')
    const strict = { ...fleet, concurrency: 2 }
    const pair = over(begun(strict), ...failed(a), ...failed(on('a', 'web-02')))
    assert.equal(owes(after(pair, t0, retried(on('a', 'web-02')))), 'preflight a web-02')
  })

  it('rests before runbot’s own next attempt, also where more targets failed than allowed', () => {
    const fleet = (rollback: boolean) =>
      draft(
        ['web-01', 'web-02'],
        (host) => [
          step('a', host, { retry: { max: 3, afterMs: 5 * minute }, ...(rollback ? {} : { rollback: null }) }),
        ],
        { waves: [['web-01', 'web-02']], concurrency: 2 },
      )
    const there = on('a', 'web-02')
    const spent = (at: typeof a, ...more: readonly RunEvent[]) => [
      retried(at, 4, null),
      preflighted(at),
      startedAgain(at, 4),
      ended(at, 'failed'),
      ...more,
    ]
    for (const rollback of [false, true]) {
      const more = (at: typeof a) => (rollback ? undone(at) : [])
      // web-01 has used all its attempts; web-02 failed its second, which a person had wanted.
      const run = after(
        over(begun(fleet(rollback)), ...spent(a, ...more(a)), ...failed(there), ...more(there)),
        t0,
        retried(there),
        preflighted(there),
        startedAgain(there),
        ended(there, 'failed'),
        ...more(there),
      )
      assert.equal(owes(run), 'rest until +5')
      assert.equal(owes(run, t0 + 5 * minute), 'retry a web-02 3')
    }
  })

  it('of several takes no more of them at once than the rollout allows', () => {
    const fleet = draft(['x', 'y', 'z'], (host) => [step('a', host, { retry: byPeople, rollback: null })], {
      waves: [['x', 'y', 'z']],
      concurrency: 1,
      stopAfterFailures: 1,
    })
    const all = ['x', 'y', 'z'].map((host) => on('a', host))
    const again = over(begun(fleet), ...all.flatMap(failed))
    const run = after(again, t0, ...all.map((at) => retried(at)))
    assert.equal(owes(run), 'preflight a x')
    const x = on('a', 'x')
    assert.equal(owes(after(run, t0, preflighted(x), startedAgain(x), ended(x, 'failed'))), 'preflight a y')
  })

  it('asks for its wave anew, also where more targets failed than allowed (P1)', () => {
    const fleet = draft(['x', 'y', 'z'], (host) => [step('a', host, { retry: byPeople, rollback: null })], {
      waves: [['x'], ['y', 'z']],
      concurrency: 2,
      stopAfterFailures: 2,
      waveApproval: 'always',
    })
    const run = over(begun(fleet), ...['x', 'y', 'z'].flatMap((host) => failed(on('a', host))))
    assert.equal(owes(after(run, t0, retried(on('a', 'z')))), 'askPart wave:2')
  })
})

describe('what a new attempt does to the rest of its target', () => {
  const over = (run: Run, ...events: readonly RunEvent[]) => after(run, t0, ...events, finished('failed'))
  const works = (at: typeof a) => [preflighted(at), startedAgain(at), ended(at), verified(at)]
  const unhelped = { rollback: null, retry: byPeople }
  const rung = (changes: Partial<PlannedStep> = {}) => ({ when: 'steps["a"].failed', ...changes })
  const reached = (at: typeof a): RunEvent => ({ type: 'rungReached', ...at, reason: 'a failed' })

  it('has the steps done that were skipped because it had failed', () => {
    const run = over(begun(steps({ a: unhelped, b: {} })), ...failed(a), skipped(b, 'an earlier step failed'))
    const again = after(run, t0, ...eventsOf(retry(), run), ...works(a))
    assert.equal(owes(again), 'preflight b web-01')
    assert.equal(ends(after(again, t0, ...done(b))), 'succeeded: verified on web-01')
  })

  it('weighs its rungs anew: a riskier rung is not climbed where the repeated step succeeded', () => {
    const run = over(begun(steps({ a: unhelped, b: rung(unhelped) })), ...failed(a), reached(b), ...failed(b))
    const again = after(run, t0, ...eventsOf(retry(), run), ...works(a))
    assert.equal(owes(again), 'weighRung b web-01')
  })

  it('is refused where a later rung failed that may not be repeated: it could never succeed (P12)', () => {
    const run = over(begun(steps({ a: unhelped, b: rung({ rollback: null }) })), ...failed(a), reached(b), ...failed(b))
    assert.equal(
      verdict(retry(), run),
      'the runbook lets nobody retry b | roll it back, close it, or run the runbook anew',
    )
  })

  it('is not of a failure that a rung mended (P12)', () => {
    const run = after(begun(steps({ a: unhelped, b: rung() })), t0, ...failed(a), reached(b), ...done(b))
    assert.equal(ends(run), 'succeeded: verified on web-01')
    assert.equal(verdict(retry(), after(run, t0, finished('succeeded'))), 'nothing of this run has failed')
  })

  it('is refused where what it builds on was undone (P12)', () => {
    const all = { escalate: null, assign: null, rollback: 'all' as const }
    const of = { ...steps({ a: {}, b: unhelped }), onFailure: all }
    const undoneFirst = over(begun(of), ...done(a), ...failed(b), ...undone(a))
    const asked = over(begun(of), ...done(a), ...failed(b), undoRequested, ...undone(a))
    for (const run of [undoneFirst, asked])
      assert.equal(verdict(retry(), run), 'what ran before b on web-01 was rolled back | run the runbook anew')
  })

  it('leaves what succeeded before it as it is', () => {
    const run = over(begun(steps({ a: {}, b: unhelped, c: {} })), ...done(a), ...failed(b))
    const again = after(run, t0, retried(b))
    assert.equal(owes(again), 'preflight b web-01')
    assert.equal(owes(after(again, t0, ...works(b))), 'preflight c web-01')
    assert.equal(ends(after(again, t0, ...works(b), ...done(c))), 'succeeded: verified on web-01')
  })
})

it('a new attempt starts nothing else of a run that a person stopped (P11)', () => {
  const fleet = draft(['web-01', 'web-02'], (host) => [step('a', host, { retry: byPeople, rollback: null })], {
    stopAfterFailures: 2,
  })
  const run = after(begun(fleet), t0, ...failed(a), stopRequested, finished('cancelled'))
  const again = after(run, t0, retried(a))
  assert.equal(owes(again), 'preflight a web-01')
  const mended = after(again, t0, preflighted(a), startedAgain(a), ended(a), verified(a))
  assert.match(owes(mended), /^finish /)
})

it('a new attempt whose outcome was unknown starts nothing else either, once somebody looked (P11)', () => {
  const fleet = draft(['web-01', 'web-02'], (host) => [step('a', host, { retry: byPeople, rollback: null })])
  const run = after(begun(fleet), t0, ...failed(a), stopRequested, finished('cancelled'), retried(a))
  const lost = after(run, t0, preflighted(a), startedAgain(a), ended(a, 'unknown'), finished('needsHuman'))
  const looked = after(lost, t0, settled(a, true), verified(a))
  assert.equal(ends(looked), 'needsHuman: verified on web-01; not attempted: web-02')
  assert.equal(owes(after(looked, t0, finished('needsHuman'), resumed())), 'preflight a web-02')
})

it('a new attempt that succeeded makes no success of a run whose other targets were never attempted (P11)', () => {
  const fleet = draft(['web-01', 'web-02'], (host) => [step('a', host, { retry: byPeople, rollback: null })])
  const run = after(begun(fleet), t0, ...failed(a), finished('failed'), retried(a))
  const mended = after(run, t0, preflighted(a), startedAgain(a), ended(a), verified(a))
  assert.equal(ends(mended), 'needsHuman: verified on web-01; not attempted: web-02')
  const rest = after(mended, t0, finished('needsHuman'), resumed())
  assert.equal(owes(rest), 'preflight a web-02')
})
