// Owns the specs of the fold: what each event makes of a run, and the words for where it stands.
import assert from 'node:assert/strict'
import { approvalsFor } from '../../src/core/approval.ts'
import { emptyRun } from '../../src/core/evolve.ts'
import type { RunEvent } from '../../src/core/run.ts'
import { hasMutated, noStep, stepOf } from '../../src/core/step-state.ts'
import {
  after,
  ana,
  approved,
  asking,
  begun,
  bo,
  decided,
  decision,
  draft,
  editRequested,
  ended,
  finished,
  glassBroken,
  ladder,
  on,
  other,
  plan,
  planned,
  preflighted,
  proposed,
  started,
  stepAsked,
  stopRequested,
  t0,
  undoEnded,
  undoStarted,
  verified,
} from './given.ts'

const recycle = on('recycle')
const statusAfter = (run = begun(), ...events: readonly RunEvent[]) => after(run, t0, ...events).status

describe('the fold', () => {
  it('counts every event, also those that change nothing', () => {
    const refused: RunEvent = { type: 'clickRefused', by: bo, verb: 'approve', scope: 'run', reason: 'no' }
    const rejected: RunEvent = { type: 'rejected', by: bo, scope: 'run', plan, note: '' }
    const run = after(asking(), t0, refused, rejected)
    assert.deepEqual(run, { ...asking(), seq: asking().seq + 2, news: asking().seq + 2 })
  })

  it('knows what is news to those who look: a refused click is none', () => {
    const refused: RunEvent = { type: 'clickRefused', by: bo, verb: 'approve', scope: 'run', reason: 'no' }
    assert.deepEqual(after(asking(), t0, refused), { ...asking(), seq: asking().seq + 1 })
  })

  it('starts with what was proposed, and when', () => {
    const run = after(emptyRun('r-1'), t0, proposed)
    assert.deepEqual([run.id, run.proposedAt, run.runbook?.id, run.status], ['r-1', t0, 'restart-iis', 'proposed'])
  })

  it('starts over with a new plan: decision, asks, steps and the beginning belonged to the one before (P1)', () => {
    const run = after(begun(), t0, preflighted(recycle), stepAsked('restart'), planned(draft(['web-02'])))
    assert.deepEqual(
      [run.plan, run.decision, run.asks, run.startedAt, run.steps, run.rungs],
      [null, null, {}, null, {}, {}],
    )
    assert.deepEqual(run.draft?.targets[0]?.name, 'web-02')
    assert.equal(run.status, 'proposed')
  })

  it('keeps approvals of an earlier plan to be shown, and counts none that came before this ask (P1)', () => {
    const again = after(after(asking(), t0, approved(ana)), t0, planned(), decided(decision(), other))
    assert.equal(again.approvals.length, 1)
    const same = after(again, t0, approved(bo, 'run', other), planned(), decided())
    assert.deepEqual(approvalsFor(same, { plan, scope: 'run', at: t0 }), [])
    assert.deepEqual(
      same.approvals.map((each) => each.by.id),
      ['bo'],
    )
  })

  it('asks a part again with a fresh ask, and what was approved for it before is void (P1)', () => {
    const asked = after(begun(), t0, stepAsked('restart'), approved(bo, 'step:restart'), {
      type: 'reminded',
      scope: 'step:restart',
      count: 2,
    })
    const again = after(asked, t0 + 5, stepAsked('restart'))
    const ask = again.asks['step:restart']
    assert.ok(ask)
    assert.deepEqual([ask.at, ask.reminded, ask.escalated], [t0 + 5, 0, []])
    assert.deepEqual(approvalsFor(again, ask), [])
    assert.deepEqual(
      again.approvals.map((each) => each.scope),
      ['run'],
    )
    const elsewhere = after(begun(), t0, approved(bo, 'step:restart', other), stepAsked('restart'))
    assert.equal(elsewhere.approvals.length, 2, 'one of another plan is kept, to be shown')
  })

  it('remembers of each ask who was reminded and who was told that they stand in', () => {
    const told: readonly RunEvent[] = [
      { type: 'reminded', scope: 'run', count: 3 },
      { type: 'escalated', scope: 'run', to: ['on-call'] },
      { type: 'escalated', scope: 'run', to: ['security'] },
      { type: 'reminded', scope: 'step:never-asked', count: 1 },
      { type: 'escalated', scope: 'constructor', to: ['x'] },
    ]
    const { asks, status } = after(asking(), t0, ...told)
    assert.deepEqual(Object.keys(asks), ['run'])
    assert.deepEqual([asks['run']?.reminded, asks['run']?.escalated], [3, ['on-call', 'security']])
    assert.equal(status, 'awaitingApproval')
  })

  it('forgets with a broken glass what was decided and asked, and keeps the plan’s draft and evidence (P1)', () => {
    const before = after(asking(), t0, approved(ana), { type: 'waited', reason: 'x' })
    const run = after(before, t0 + 7, glassBroken)
    assert.deepEqual([run.plan, run.decision, run.asks, run.waiting], [null, null, {}, null])
    assert.deepEqual(run.glass, { by: bo, reason: 'the shop is down', at: t0 + 7 })
    assert.deepEqual([run.draft, run.status], [before.draft, 'proposed'])
    assert.deepEqual(after(run, t0, planned()).glass, run.glass, 'a new plan does not mend it')
  })

  it('counts no approval of before under the rule of the broken glass, even for the same hash (P1)', () => {
    const run = after(asking(), t0, approved(ana), glassBroken, decided())
    assert.deepEqual(run.approvals, [])
  })

  it('keeps who asked for other values, and the change that runbot opened, also under a new plan', () => {
    const opened: RunEvent = { type: 'standardChangeOpened', sysId: 'c-1', number: 'CHG7' }
    const run = after(asking(), t0, opened, editRequested)
    assert.deepEqual([run.standardChange, run.edit], [{ sysId: 'c-1', number: 'CHG7' }, editRequested])
    assert.equal(run.status, 'awaitingApproval')
    assert.deepEqual(after(run, t0, planned()).standardChange, run.standardChange)
  })

  it('knows the run that it follows', () => {
    const link = { run: 'r-0', why: 'edit' } as const
    assert.deepEqual(after(emptyRun('r-1'), t0, { ...proposed, link } as RunEvent).link, link)
    assert.equal(after(emptyRun('r-1'), t0, proposed).link, null)
  })

  it('keeps what was asked before a new plan to compare with, but not what was never asked', () => {
    const first = after(emptyRun('r-1'), t0, proposed, planned(), decided())
    assert.equal(first.previous, null)
    const replaced: RunEvent = { ...planned(draft(['web-02'])), replaces: plan }
    const second = after(first, t0, replaced)
    assert.deepEqual([second.previous?.draft, second.previous?.decision], [first.draft, first.decision])
    assert.deepEqual(after(second, t0, decided(decision(), other)).previous, second.previous)
    const third = after(second, t0, decided(decision(), other), { ...planned(), replaces: other })
    assert.equal(third.previous?.draft.targets[0]?.name, 'web-02')
    assert.equal(after(emptyRun('r-1'), t0, proposed, replaced).previous, null)
  })

  it('remembers since when it waits, by the first reason, until what it waited for came', () => {
    const waited = (reason: string): RunEvent => ({ type: 'waited', reason })
    const waiting = after(after(asking(), t0, waited('a')), t0 + 5, waited('b'))
    assert.deepEqual(waiting.waiting, { since: t0, reason: 'b' })
    const over: readonly RunEvent[] = [
      decided(),
      stepAsked('restart'),
      { type: 'executionStarted', plan },
      started(recycle),
      ended(recycle),
      undoStarted(recycle),
      undoEnded(recycle),
      finished('failed'),
    ]
    for (const event of over) assert.equal(after(waiting, t0 + 9, event).waiting, null, event.type)
    assert.notEqual(after(waiting, t0 + 9, preflighted(recycle)).waiting, null, 'a hold is bounded across preflights')
  })

  it('follows one step from start to end, and leaves every other as it was (P3)', () => {
    const handle: RunEvent = { type: 'actionAccepted', ...recycle, key: 'k', handle: 'h-1' }
    const run = after(begun(), t0, preflighted(recycle), started(recycle), handle)
    const state = stepOf(run, recycle)
    assert.deepEqual([state.preflight?.ok, state.action?.handle, state.action?.ended], [true, 'h-1', null])
    const end = stepOf(after(run, t0 + 1, ended(recycle, 'failed', 'none')), recycle).action?.ended
    assert.deepEqual(end, { outcome: 'failed', effect: 'none', reason: 'it failed', at: t0 + 1 })
    assert.equal(stepOf(run, on('restart')), noStep)
    assert.equal(stepOf(run, on('recycle', 'web-02')), noStep)
  })

  it('follows a rollback, whose effect is always possible', () => {
    const accepted: RunEvent = { type: 'rollbackAccepted', ...recycle, key: 'k', handle: 'h-2' }
    const state = stepOf(
      after(begun(), t0, started(recycle), undoStarted(recycle), accepted, undoEnded(recycle)),
      recycle,
    )
    assert.deepEqual([state.rollback?.handle, state.rollback?.ended?.effect], ['h-2', 'possible'])
  })

  it('keeps when a verification began, also where only its end is in the log', () => {
    const began = after(begun(), t0, { type: 'verifyStarted', ...recycle })
    assert.equal(stepOf(after(began, t0 + 9, verified(recycle)), recycle).verify?.startedAt, t0)
    assert.equal(stepOf(after(begun(), t0 + 9, verified(recycle)), recycle).verify?.startedAt, t0 + 9)
  })

  it('collects evidence, joined incidents, skipped steps and rungs', () => {
    const joined: RunEvent = { type: 'joined', incident: { sysId: '2', number: 'INC2' } }
    const evidence: RunEvent = {
      type: 'evidenceCaptured',
      id: '1',
      do: 'ops.look',
      target: 'web-01',
      ok: true,
      summary: '',
      sha256: null,
      bytes: 0,
    }
    const rung = (step: string): RunEvent => ({ type: 'rungReached', ...on(step), reason: 'failed' })
    const skipped: RunEvent = { type: 'stepSkipped', ...on('restart'), reason: 'not needed' }
    const run = after(begun(), t0, joined, evidence, rung('a'), rung('b'), skipped)
    assert.deepEqual([run.joined.length, run.evidence.length, run.rungs], [1, 1, { 'web-01': ['a', 'b'] }])
    assert.equal(stepOf(run, on('restart')).skipped, 'not needed')
  })

  it('ignores the end of what never started', () => {
    const run = after(begun(), t0, ended(recycle), undoEnded(recycle))
    assert.deepEqual(stepOf(run, recycle), noStep)
  })

  it('knows whether anything mutating was sent', () => {
    assert.equal(hasMutated(after(begun(), t0, preflighted(recycle))), false)
    assert.equal(hasMutated(after(begun(), t0, started(recycle))), true)
    assert.equal(hasMutated(after(begun(), t0, undoStarted(recycle))), true)
  })

  it('never changes the run that it was given', () => {
    const run = begun()
    const before = JSON.stringify(run)
    after(run, t0, preflighted(recycle), approved(bo), stopRequested, finished('failed'))
    assert.equal(JSON.stringify(run), before)
  })

  it('takes names that every object has for names like any other', () => {
    const of = draft(['constructor', '__proto__'], ladder)
    const at = { step: 'constructor', target: '__proto__' }
    const run = after(begun(of), t0, preflighted(at), { type: 'rungReached', ...at, reason: 'x' })
    assert.equal(stepOf(run, at).preflight?.ok, true)
    assert.equal(stepOf(run, { step: 'constructor', target: 'constructor' }), noStep)
    assert.deepEqual(Object.entries(run.rungs), [['__proto__', ['constructor']]])
  })
})

describe('the status', () => {
  it('tells where the run stands', () => {
    assert.equal(asking().status, 'awaitingApproval')
    assert.equal(asking(draft(), decision({ effect: 'allow', rule: null })).status, 'proposed')
    assert.equal(begun().status, 'executing')
    assert.equal(statusAfter(begun(), stepAsked('restart')), 'awaitingStepApproval')
    assert.equal(statusAfter(begun(), { type: 'verifyStarted', ...recycle }), 'verifying')
    assert.equal(statusAfter(begun(), { type: 'verifyStarted', ...recycle }, verified(recycle)), 'executing')
    assert.equal(statusAfter(begun(), undoStarted(recycle)), 'rollingBack')
    assert.equal(statusAfter(begun(), undoStarted(recycle), undoEnded(recycle)), 'executing')
  })

  it('is not moved by what only informs', () => {
    const joined: RunEvent = { type: 'joined', incident: { sysId: '2', number: 'INC2' } }
    assert.equal(statusAfter(asking(), joined, approved(ana), stopRequested), 'awaitingApproval')
  })

  it('stays the end, whatever follows; only a person closes what needs one', () => {
    assert.equal(statusAfter(begun(), finished('needsHuman'), approved(bo)), 'needsHuman')
    assert.equal(statusAfter(begun(), finished('needsHuman'), stopRequested, finished('cancelled')), 'cancelled')
  })
})
