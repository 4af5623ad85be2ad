// Owns the specs of what the engine may do to a run: each refusal with its sentence (P1, P2, P3, P12).

import assert from 'node:assert/strict'
import { compilePlanned } from '../../src/adapters/catalog/template.ts'
import type { RunCommand } from '../../src/core/decide.ts'
import { emptyRun } from '../../src/core/evolve.ts'
import { PREFLIGHT_FRESH_MS } from '../../src/core/owed.ts'
import type { Decision } from '../../src/core/policy.ts'
import type { Run, RunEvent } from '../../src/core/run.ts'
import {
  after,
  ana,
  approved,
  asking,
  begun,
  bo,
  decision,
  done,
  draft,
  ended,
  eventsOf,
  finished,
  guardrail,
  minute,
  nobody,
  on,
  oneApprover,
  other,
  plan,
  planned,
  preflighted,
  proposed,
  started,
  step,
  stepAsked,
  stopRequested,
  t0,
  undoEnded,
  undoStarted,
  verdict,
  waveAsked,
} from './given.ts'

const [recycle, restart] = [on('recycle'), on('restart')]
describe('the decision', () => {
  const fresh = after(emptyRun('r-1'), t0, proposed, planned())
  type Decide = Extract<RunCommand, { do: 'decide' }>
  const as = (changes: Partial<Decision>, replan: Decide['replan'] = null): Decide => ({
    do: 'decide',
    plan,
    replan,
    decision: decision(changes),
  })

  it('asks by its rule, which expires from now', () => {
    const [event] = eventsOf(as({}), fresh, t0 + 5)
    assert.deepEqual(event?.type === 'decided' && [event.rule?.name, event.expiresAt], [
      'one-approver',
      t0 + 5 + 30 * minute,
    ])
  })

  it('allows without a rule', () => {
    assert.equal(verdict(as({ effect: 'allow', rule: null }), fresh), 'decided')
    const [event] = eventsOf(as({ effect: 'allow' }), fresh)
    assert.deepEqual(event?.type === 'decided' && [event.rule, event.expiresAt], [null, null])
  })

  it('that asks without a rule is refused: nobody could approve (P1)', () => {
    assert.equal(verdict(as({ rule: null }), fresh), 'the decision asks, but names no rule')
  })

  it('ends a run in shadow or advise as recorded', () => {
    const because = ['tier 1 in test runs by itself', 'autonomy is shadow']
    const [, end] = eventsOf(as({ effect: 'record', because }), fresh)
    assert.deepEqual(end, finished('recorded', 'tier 1 in test runs by itself; autonomy is shadow'))
  })

  it('that stops ends the run with every reason (P12)', () => {
    const guardrails = [guardrail('VIP', 'stop'), guardrail('targets', 'unknown')]
    const [, end] = eventsOf(as({ effect: 'stop', because: ['one', 'two'], guardrails }), fresh)
    assert.deepEqual(end, finished('stoppedByPolicy', 'one; two'))
  })

  it('that stops says first what stops, then what would have asked (P12)', () => {
    const guardrails = [
      guardrail('matrix', 'ask', 'tier 1 asks'),
      guardrail('VIP', 'stop', 'a VIP'),
      guardrail('targets', 'unknown', 'no CI'),
    ]
    const because = ['tier 1 asks', 'a VIP', 'no CI (unknown is not allowed in production)']
    const [, end] = eventsOf(as({ effect: 'stop', because, guardrails }), fresh)
    assert.deepEqual(
      end,
      finished('stoppedByPolicy', 'a VIP; no CI (unknown is not allowed in production); tier 1 asks'),
    )
  })

  it('hands what is for people only to a person, and nothing else', () => {
    const matrix = guardrail('matrix', 'stop', 'tier 3 in prod is for people only: runbot never sends it')
    const end = (...guardrails: Decision['guardrails']) => {
      const last = eventsOf(as({ effect: 'stop', guardrails }), fresh).at(-1)
      return last?.type === 'finished' && last.status
    }
    assert.equal(end(guardrail('freeze'), matrix), 'needsHuman')
    assert.equal(end(guardrail('freeze', 'stop'), matrix), 'stoppedByPolicy')
    assert.equal(end(guardrail('requester', 'stop', '"for people only" may not request x')), 'stoppedByPolicy')
    assert.equal(end(guardrail('matrix', 'stop', 'tier 3 in prod is forbidden')), 'stoppedByPolicy')
  })

  it('is made once; a new plan is decided anew, and comes first in the log', () => {
    assert.equal(verdict(as({}), asking()), 'it was already decided')
    assert.equal(verdict(as({}, planned()), asking()), 'planned, decided')
  })

  it('does not change once something was sent (P1)', () => {
    const words = 'something was already sent, so the plan cannot change any more'
    assert.equal(verdict(as({}, planned()), after(begun(), t0, started(recycle))), words)
    assert.equal(verdict(as({}, planned()), after(begun(), t0, preflighted(recycle))), 'planned, decided')
  })

  it('is not made for a run that has ended or was stopped (P11)', () => {
    assert.equal(verdict(as({}), after(fresh, t0, stopRequested)), 'it has ended')
    assert.equal(verdict(as({}), after(fresh, t0, finished('cancelled'))), 'it has ended')
  })
})

describe('begin', () => {
  const begin = (run: Run, parties = nobody) => verdict({ do: 'begin', parties }, run)

  it('needs the decision or complete approvals (P1)', () => {
    assert.equal(begin(asking()), 'it is not approved')
    assert.equal(begin(after(asking(), t0, approved(ana))), 'executionStarted')
    assert.equal(begin(asking(draft(), decision({ effect: 'allow', rule: null }))), 'executionStarted')
  })

  it('does not count approvals of another plan, another scope, or before the plan was asked again (P1)', () => {
    assert.equal(begin(after(asking(), t0, approved(ana, 'run', other))), 'it is not approved')
    assert.equal(begin(after(asking(), t0, approved(ana, 'step:restart'))), 'it is not approved')
    const command: RunCommand = { do: 'decide', plan, decision: decision(), replan: planned() }
    const run = after(asking(), t0, approved(ana))
    assert.equal(begin(after(run, t0, ...eventsOf(command, run))), 'it is not approved')
  })

  it('wants two people where the author is not known (P10)', () => {
    const run = after(asking(draft(), decision({ rule: oneApprover({ not: ['author'] }) })), t0, approved(ana))
    assert.equal(begin(run, { ...nobody, authors: null }), 'it is not approved')
    assert.equal(begin(after(run, t0, approved(bo)), { ...nobody, authors: null }), 'executionStarted')
  })

  it('happens once, and not after a stop or an end (P11)', () => {
    assert.equal(begin(begun()), 'it cannot begin')
    assert.equal(begin(after(asking(), t0, approved(ana), stopRequested)), 'it cannot begin')
    assert.equal(begin(after(asking(), t0, approved(ana), finished('expired'))), 'it cannot begin')
    assert.equal(begin(after(emptyRun('r-1'), t0, proposed, planned())), 'it cannot begin')
  })
})

describe('starting a mutation', () => {
  type Start = Extract<RunCommand, { do: 'startAction' | 'startRollback' }>
  const start = (changes: Partial<Start> = {}): Start => ({
    do: 'startAction',
    at: recycle,
    key: 'k-1',
    gate: { plan, checked: [] },
    compile: compilePlanned,
    deadlineAt: t0 + 30_000,
    parties: nobody,
    ...changes,
  })
  const ready = after(begun(), t0, preflighted(recycle))
  const says = (changes: Partial<Start> = {}, run = ready, at = t0) => verdict(start(changes), run, at)

  it('records the planned request with its key, deadline and gate before it leaves (P3, P9)', () => {
    assert.deepEqual(eventsOf(start(), ready), [
      {
        type: 'actionStarted',
        ...recycle,
        attempt: 1,
        key: 'k-1',
        gate: { plan, checked: [] },
        deadlineAt: t0 + 30_000,
        request: step('recycle').action,
        rollback: step('recycle').rollback,
      },
    ])
  })

  it('is refused where the gate was opened for another plan (P1)', () => {
    assert.equal(says({ gate: { plan: other, checked: [] } }), 'the gate was opened for another plan')
  })

  it('is refused before the run begins, after it ended, and where the plan has no such step (P9)', () => {
    const words = 'it is not executing'
    assert.equal(says({}, after(asking(), t0, approved(ana))), words)
    assert.equal(says({}, after(ready, t0, finished('cancelled'))), words)
    for (const at of [on('format'), on('recycle', 'db-01'), on('recycle', '__proto__'), on('constructor')])
      assert.equal(says({ at }), words)
    const looks = draft(['web-01'], () => [step('recycle', 'web-01', { action: null, rollback: null })])
    assert.equal(says({}, begun(looks)), 'the plan has no action here')
  })

  it('is refused after a stop (P11)', () => {
    assert.equal(says({}, after(ready, t0, stopRequested)), 'it was stopped')
  })

  it('is refused a second time, whatever became of the first (P3)', () => {
    const words = 'this step was already started (P3)'
    const once = after(ready, t0, started(recycle))
    assert.equal(says({}, once), words)
    for (const outcome of ['succeeded', 'failed', 'unknown'] as const)
      assert.equal(says({}, after(once, t0, ended(recycle, outcome), preflighted(recycle))), words)
  })

  it('is refused without a preflight that passed within the last minute (P2)', () => {
    const words = 'its preflight did not pass just now (P2)'
    assert.equal(says({}, begun()), words)
    assert.equal(says({}, after(begun(), t0, preflighted(recycle, false))), words)
    assert.equal(says({}, ready, t0 + PREFLIGHT_FRESH_MS), 'actionStarted')
    assert.equal(says({}, ready, t0 + PREFLIGHT_FRESH_MS + 1), words)
    const bare = draft(['web-01'], () => [step('recycle', 'web-01', { preflight: null })])
    assert.equal(says({}, begun(bare)), 'actionStarted')
  })

  /** The first rung failed and was undone, and the next one's turn has come. */
  const climbed: readonly RunEvent[] = [
    preflighted(recycle),
    started(recycle),
    ended(recycle, 'failed'),
    undoStarted(recycle),
    undoEnded(recycle),
    { type: 'rungReached', ...restart, reason: 'recycle failed' },
  ]

  it('is refused for a step that asks, until that step is approved (P1)', () => {
    const climbing = after(begun(), t0, ...climbed, preflighted(restart))
    const words = 'step:restart is not approved (P1)'
    assert.equal(says({ at: restart }, climbing), words)
    const asked = after(climbing, t0, stepAsked('restart'))
    assert.equal(says({ at: restart }, after(asked, t0, approved(bo))), words)
    assert.equal(says({ at: restart }, after(asked, t0, approved(bo, 'step:restart'))), 'actionStarted')
    const allowed = after(asking(draft(), decision({ effect: 'allow', rule: null })), t0, preflighted(restart), {
      type: 'executionStarted',
      plan,
    })
    assert.equal(says({ at: restart }, allowed), words)
  })

  it('is refused in a later wave until that wave is approved, where waves ask (P1)', () => {
    const two = draft(['a', 'b'], (host) => [step('recycle', host)])
    const fresh = (waveApproval: string | null) => begun({ ...two, waveApproval })
    const of = (waveApproval: string | null) =>
      after(fresh(waveApproval), t0, ...done(on('recycle', 'a')), preflighted(on('recycle', 'b')))
    const into = (target: string, run: Run) => says({ at: on('recycle', target) }, run)
    assert.equal(into('b', of(null)), 'actionStarted')
    const both = after(fresh('always'), t0, preflighted(on('recycle', 'a')), preflighted(on('recycle', 'b')))
    assert.equal(into('a', both), 'actionStarted')
    // The first wave is not over: a limit of the rollout may still be reached there.
    assert.equal(into('b', after(fresh(null), t0, preflighted(on('recycle', 'b')))), 'it is not its turn')
    assert.equal(into('b', of('always')), 'wave:2 is not approved (P1)')
    const asked = after(of('always'), t0, waveAsked(2))
    assert.equal(into('b', after(asked, t0, approved(bo), approved(bo, 'wave:3'))), 'wave:2 is not approved (P1)')
    assert.equal(into('b', after(asked, t0, approved(bo, 'wave:2'))), 'actionStarted')
  })

  it('is refused where the approvals no longer suffice: the author became unknown (P1, P10)', () => {
    const run = after(begun(draft(), decision({ rule: oneApprover({ not: ['author'] }) })), t0, preflighted(recycle))
    assert.equal(says({ parties: { ...nobody, authors: null } }, run), 'run is not approved (P1)')
  })

  describe('that undoes', () => {
    const undo = (run: Run, changes: Partial<Start> = {}) => says({ do: 'startRollback', key: 'k-2', ...changes }, run)
    const failed = after(ready, t0, started(recycle), ended(recycle, 'failed'))
    const words = 'there is nothing to roll back, or it was already started'

    it('sends the planned rollback, once (P3, P9)', () => {
      const [event] = eventsOf(start({ do: 'startRollback' }), failed)
      assert.deepEqual(event?.type === 'rollbackStarted' && event.request, step('recycle').rollback)
      assert.equal(undo(after(failed, t0, undoStarted(recycle))), words)
    })

    it('needs an action to undo, and a declared way', () => {
      assert.equal(undo(ready), words)
      const noUndo = draft(['web-01'], () => [step('recycle', 'web-01', { rollback: null })])
      assert.equal(undo(after(begun(noUndo), t0, ...done(recycle))), words)
      assert.equal(undo(after(ready, t0, started(recycle), ended(recycle, 'failed', 'none'))), words)
    })

    it('is gated by the plan alone: no fresh preflight, no further approval (P2)', () => {
      assert.equal(undo(failed, { parties: { ...nobody, authors: null } }), 'rollbackStarted')
      assert.equal(undo(failed, { gate: { plan: other, checked: [] } }), 'the gate was opened for another plan')
      assert.equal(undo(after(failed, t0, finished('needsHuman'))), 'it is not executing')
    })
  })
})

describe('asking for a part of the run', () => {
  type AskPart = Extract<RunCommand, { do: 'askPart' }>
  const command = (changes: Partial<AskPart> = {}): AskPart => ({
    do: 'askPart',
    scope: 'step:restart',
    rule: oneApprover(),
    again: false,
    ...changes,
  })
  const ask = (run: Run, changes: Partial<AskPart> = {}) => verdict(command(changes), run)

  it('happens once, for the plan that runs, and expires from now', () => {
    assert.deepEqual(eventsOf(command(), begun(), t0 + 7), [
      { type: 'stepAsked', scope: 'step:restart', plan, rule: oneApprover(), expiresAt: t0 + 7 + 30 * minute },
    ])
    assert.equal(ask(after(begun(), t0, stepAsked('restart'))), 'it was already asked')
    assert.equal(ask(begun(), { scope: 'run' }), 'it was already asked')
  })

  it('happens again where its rule is no longer enough, and never for the run as a whole', () => {
    const asked = after(begun(), t0, stepAsked('restart'))
    assert.equal(ask(asked, { again: true }), 'stepAsked')
    assert.equal(ask(asked, { again: true, scope: 'run' }), 'it was already asked')
    assert.equal(ask(begun(), { again: true }), 'it was already asked')
  })

  it('again voids what was approved under the milder rule (P1)', () => {
    const failed = [
      preflighted(recycle),
      started(recycle),
      ended(recycle, 'failed'),
      undoStarted(recycle),
      undoEnded(recycle),
    ]
    const reached: RunEvent = { type: 'rungReached', ...restart, reason: 'recycle failed' }
    const climbing = after(begun(), t0, ...failed, reached)
    const asked = after(climbing, t0, preflighted(restart), stepAsked('restart'), approved(bo, 'step:restart'))
    const start: RunCommand = {
      do: 'startAction',
      at: restart,
      key: 'k-1',
      gate: { plan, checked: [] },
      deadlineAt: t0 + 30_000,
      parties: nobody,
      compile: compilePlanned,
    }
    assert.equal(verdict(start, asked), 'actionStarted')
    const strict = oneApprover({ name: 'strict', lines: [{ from: ['cab'], quorum: 1 }] })
    const again = after(asked, t0, ...eventsOf(command({ again: true, rule: strict }), asked))
    assert.equal(verdict(start, again), 'step:restart is not approved (P1)')
    assert.equal(verdict(start, after(again, t0, approved(bo, 'step:restart'))), 'step:restart is not approved (P1)')
    const cab = approved(bo, 'step:restart', plan, ['cab'])
    assert.equal(verdict(start, after(again, t0, cab)), 'actionStarted')
  })

  it('is the same for a wave', () => {
    assert.equal(ask(begun(), { scope: 'wave:2' }), 'stepAsked')
    const [event] = eventsOf(command({ scope: 'wave:2' }), begun())
    assert.equal(event?.type === 'stepAsked' && event.scope, 'wave:2')
  })

  it('is refused outside execution, and after a stop (P11)', () => {
    assert.equal(ask(asking()), 'it is not executing')
    assert.equal(ask(after(begun(), t0, finished('failed'))), 'it is not executing')
    assert.equal(ask(after(begun(), t0, stopRequested)), 'it was stopped')
  })
})

it('records what happened, until the run has ended (P4)', () => {
  assert.equal(verdict({ do: 'record', event: preflighted(recycle) }, begun()), 'preflighted')
  assert.equal(
    verdict({ do: 'record', event: preflighted(recycle) }, after(begun(), t0, finished('failed'))),
    'the run has ended',
  )
})
