// Owns the specs of the ladder: how one step ended, where one target stands, and what `steps` says in an expression.
import assert from 'node:assert/strict'
import type { PlannedStep } from '../../src/core/plan.ts'
import { stepEnd, stepsScope, targetEnd } from '../../src/core/progress.ts'
import type { RunEvent } from '../../src/core/run.ts'
import { stepOf } from '../../src/core/step-state.ts'
import {
  after,
  begun,
  check,
  done,
  draft,
  ended,
  ladder,
  on,
  preflighted,
  started,
  step,
  t0,
  undoEnded,
  undoStarted,
  verified,
} from './given.ts'

const [recycle, restart] = [on('recycle'), on('restart')]
const skipped: RunEvent = { type: 'stepSkipped', ...restart, reason: 'not needed' }
const failedOnce = [preflighted(recycle), started(recycle), ended(recycle, 'failed')]
const rolledBack = [...failedOnce, undoStarted(recycle), undoEnded(recycle)]

describe('one step', () => {
  const end = (events: readonly RunEvent[], changes: Partial<PlannedStep> = {}) =>
    stepEnd(step('recycle', 'web-01', changes), stepOf(after(begun(), t0, ...events), recycle))
  const looks = { action: null, rollback: null }
  const cases: readonly [string, ReturnType<typeof stepEnd>, readonly RunEvent[], Partial<PlannedStep>?][] = [
    ['is open before anything', 'open', []],
    ['is open after its preflight', 'open', [preflighted(recycle)]],
    ['is open while its action runs', 'open', [preflighted(recycle), started(recycle)]],
    ['is open until it is verified', 'open', [started(recycle), ended(recycle)]],
    ['succeeded when it was verified', 'succeeded', done(recycle)],
    [
      'succeeded with its action where nothing verifies it',
      'succeeded',
      [started(recycle), ended(recycle)],
      { verify: null },
    ],
    ['is contradicted by its preflight', 'contradicted', [preflighted(recycle, false)]],
    ['is not contradicted by a preflight once it acted', 'open', [started(recycle), preflighted(recycle, false)]],
    ['is open while its failure is not rolled back', 'open', failedOnce],
    ['failed when it was rolled back', 'failed', rolledBack],
    ['failed at once where nothing can be rolled back', 'failed', failedOnce, { rollback: null }],
    [
      'failed when its verification did',
      'failed',
      [...done(recycle).slice(0, 3), verified(recycle, false)],
      { rollback: null },
    ],
    ['is open while its rollback runs', 'open', [...failedOnce, undoStarted(recycle)]],
    ['has a failed rollback', 'rollbackFailed', [...failedOnce, undoStarted(recycle), undoEnded(recycle, 'failed')]],
    [
      'is unknown where its rollback is',
      'unknown',
      [...failedOnce, undoStarted(recycle), undoEnded(recycle, 'unknown')],
    ],
    ['is unknown where its action is', 'unknown', [started(recycle), ended(recycle, 'unknown')]],
    ['was not started where that is certain', 'notStarted', [started(recycle), ended(recycle, 'failed', 'none')]],
    ['was undone after it had succeeded', 'undone', [...done(recycle), undoStarted(recycle), undoEnded(recycle)]],
    ['is open while it is undone', 'open', [...done(recycle), undoStarted(recycle)]],
    ['could not be undone', 'rollbackFailed', [...done(recycle), undoStarted(recycle), undoEnded(recycle, 'failed')]],
    ['is skipped', 'skipped', [{ ...skipped, ...recycle }]],
    ['of checks only is open until its preflight', 'open', [], { ...looks, verify: null }],
    ['of checks only succeeded with its preflight', 'succeeded', [preflighted(recycle)], { ...looks, verify: null }],
    ['of checks only succeeded with its verification', 'succeeded', [preflighted(recycle), verified(recycle)], looks],
    ['of checks only failed with its verification', 'failed', [preflighted(recycle), verified(recycle, false)], looks],
  ]
  for (const [title, wanted, events, changes] of cases) it(title, () => assert.equal(end(events, changes), wanted))
})

describe('one target', () => {
  const all = draft(['web-01'], ladder, { onFailure: { escalate: null, assign: null, rollback: 'all' } })
  const where = (events: readonly RunEvent[], of = draft()) => targetEnd(after(begun(of), t0, ...events), 'web-01')
  const next = (events: readonly RunEvent[], of = draft()) => {
    const state = where(events, of)
    return state.done ? state.end : `${state.step.id}${state.broken ? ', broken' : ''}${state.undo ? ', undo' : ''}`
  }
  const reason = (events: readonly RunEvent[], of = draft()) => {
    const state = where(events, of)
    return state.done ? state.reason : 'not done'
  }

  it('is at its first open step', () => assert.equal(next([]), 'recycle'))
  it('goes on to the rung, broken, after a failure', () => assert.equal(next(rolledBack), 'restart, broken'))
  it('goes on to the rung, whole, after a success', () => assert.equal(next(done(recycle)), 'restart'))

  it('succeeded when every step did or was not needed', () => {
    assert.deepEqual(where([...done(recycle), skipped]), {
      done: true,
      end: 'succeeded',
      reason: 'every step was verified',
    })
  })

  it('succeeded when a rung mended the failure', () => {
    assert.equal(next([...rolledBack, ...done(restart)]), 'succeeded')
  })

  it('does not take a later step that is no rung for a mend', () => {
    const plain = draft(['web-01'], (host) => [step('recycle', host), step('restart', host)])
    assert.equal(next([...rolledBack, ...done(restart)], plain), 'rolledBack')
  })

  it('says why it failed, and whether it was rolled back (P12)', () => {
    assert.equal(next([...rolledBack, skipped]), 'rolledBack')
    assert.equal(reason([...rolledBack, skipped]), 'recycle failed: it failed')
    const noUndo = draft(['web-01'], (host) => [step('recycle', host, { rollback: null })])
    assert.equal(next(failedOnce, noUndo), 'failed')
    const unverified = [...done(recycle).slice(0, 3), verified(recycle, false)]
    assert.equal(reason(unverified, noUndo), 'recycle failed: still 503')
  })

  it('stops where a preflight contradicts, and undoes nothing', () => {
    const events = [...done(recycle), preflighted(restart, false, 'the pool is up')]
    assert.equal(next(events, all), 'failed')
    assert.equal(reason(events), 'preflight of restart says stop: the pool is up')
  })

  it('stops without a rollback where the action never started (P3)', () => {
    const events = [started(recycle), ended(recycle, 'failed', 'none')]
    assert.equal(next(events), 'failed')
    assert.equal(reason(events), 'recycle never started: it failed')
  })

  it('is unknown where an outcome is, and says of which step (P3)', () => {
    assert.equal(next([started(recycle), ended(recycle, 'unknown')]), 'unknown')
    assert.equal(
      reason([started(recycle), ended(recycle, 'unknown')]),
      'what became of recycle cannot be told: it unknown',
    )
    const undo = [...failedOnce, undoStarted(recycle), undoEnded(recycle, 'unknown')]
    assert.equal(reason(undo), 'what became of recycle cannot be told: the undo unknown')
  })

  it('says which rollback failed', () => {
    const events = [...failedOnce, undoStarted(recycle), undoEnded(recycle, 'failed')]
    assert.equal(reason(events), 'the rollback of recycle failed: the undo failed')
  })

  describe('that undoes everything', () => {
    const three = draft(['web-01'], (host) => ['a', 'b', 'c'].map((id) => step(id, host)), all)
    const [a, b, c] = [on('a'), on('b'), on('c')]
    const broken = [
      ...done(a),
      ...done(b),
      preflighted(c),
      started(c),
      ended(c, 'failed'),
      undoStarted(c),
      undoEnded(c),
    ]
    const undone = (at: typeof a) => [undoStarted(at), undoEnded(at)]
    const at = (...events: readonly RunEvent[]) => next([...broken, ...events], { ...three, steps: three3() })
    const three3 = () => ({ 'web-01': ['a', 'b', 'c'].map((id) => step(id)) })

    it('goes back in reverse, one step after the other', () => {
      assert.equal(at(), 'b, broken, undo')
      assert.equal(at(undoStarted(b)), 'b, undo')
      assert.equal(at(...undone(b)), 'a, broken, undo')
      assert.equal(at(...undone(b), ...undone(a)), 'rolledBack')
    })

    it('stops where an undo fails, or cannot be told', () => {
      assert.equal(at(undoStarted(b), undoEnded(b, 'failed')), 'rollbackFailed')
      assert.equal(at(undoStarted(b), undoEnded(b, 'unknown')), 'unknown')
    })

    it('passes over what cannot be undone', () => {
      const noB = { 'web-01': [step('a'), step('b', 'web-01', { rollback: null }), step('c')] }
      assert.equal(next(broken, { ...three, steps: noB }), 'a, broken, undo')
    })

    it('undoes only the failed step by default', () => {
      assert.equal(next(broken, { ...draft(), steps: three3() }), 'rolledBack')
    })
  })
})

describe('steps in an expression', () => {
  const scope = (events: readonly RunEvent[]) => stepsScope(after(begun(), t0, ...events), 'web-01')

  it('says of each step of this target how it ended', () => {
    const no = { failed: false, succeeded: false, unknown: false, skipped: false }
    assert.deepEqual(scope(rolledBack), { recycle: { ...no, failed: true }, restart: no })
    assert.deepEqual(scope([...done(recycle), skipped]), {
      recycle: { ...no, succeeded: true },
      restart: { ...no, skipped: true },
    })
    assert.deepEqual(scope([started(recycle), ended(recycle, 'unknown')])['recycle'], { ...no, unknown: true })
    assert.deepEqual(scope([preflighted(recycle, false)])['recycle'], { ...no, failed: true })
    assert.deepEqual(scope([started(recycle), ended(recycle, 'failed', 'none')])['recycle'], { ...no, failed: true })
  })

  it('knows nothing of a target that the plan does not have', () => {
    assert.deepEqual(stepsScope(begun(), 'constructor'), {})
  })
})

it('runs a step and a target whose names every object has like any other (P3)', () => {
  const of = draft(['__proto__', 'toString'], (host) => [
    step('recycle', host),
    step('constructor', host, { preflight: check('ops.look') }),
  ])
  const steps = Object.fromEntries(['__proto__', 'toString'].map((host) => [host, ladderOf(host)]))
  for (const host of ['__proto__', 'toString']) {
    const fresh = targetEnd(begun({ ...of, steps }), host)
    assert.equal(!fresh.done && fresh.step.id, 'recycle')
    const later = targetEnd(after(begun({ ...of, steps }), t0, ...done(on('recycle', host))), host)
    assert.equal(!later.done && later.step.id, 'constructor')
  }
})
const ladderOf = (host: string) => [step('recycle', host), step('constructor', host)]
