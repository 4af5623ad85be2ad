// Owns the fold: the state of a run after each event of its log.
import { isAsked, newAsk, used, withAsk } from './asked.ts'
import { inform, NOTHING_LEARNT } from './informed.ts'
import { stepAsk } from './plan.ts'
import { reopen } from './reopen.ts'
import type { Run, RunEvent, RunStatus } from './run.ts'
import { type Sent, type SentEnd, type StepState, stepOf, withStep } from './step-state.ts'
import { type Instant, own } from './values.ts'

/** So often a rollback is tried that certainly never started. */
const ROLLBACK_STARTS = 3

/** A run before its first event. */
export function emptyRun(id: string): Run {
  return {
    id,
    seq: 0,
    news: 0,
    status: 'proposed',
    proposedAt: 0,
    origin: { kind: 'event', intake: '' },
    context: { readAt: 0 },
    candidates: [],
    runbook: null,
    gather: null,
    requested: { parameters: {}, targets: [] },
    draft: null,
    blast: null,
    joined: [],
    evidence: [],
    plan: null,
    decision: null,
    asks: {},
    approvals: [],
    waiting: null,
    startedAt: null,
    steps: {},
    rungs: {},
    stopRequested: null,
    takenOver: null,
    brake: null,
    undo: null,
    released: null,
    retrying: [],
    endedAt: null,
    reopened: 0,
    link: null,
    knowledge: NOTHING_LEARNT,
    previous: null,
    glass: null,
    edit: null,
    standardChange: null,
    finished: null,
  }
}

/** The run after `event`, which happened at `at`. Never refuses: what is in the log has happened. */
export function evolve(run: Run, event: RunEvent, at: Instant): Run {
  const seq = run.seq + 1
  const isNews = event.type !== 'clickRefused' && event.type !== 'reminded'
  const next = { ...change(run, event, at), seq, news: isNews ? seq : run.news }
  return { ...next, status: statusOf(next, event) }
}

function change(run: Run, event: RunEvent, at: Instant): Run {
  switch (event.type) {
    case 'proposed':
      return {
        ...run,
        proposedAt: at,
        origin: event.origin,
        context: event.context,
        candidates: event.candidates,
        runbook: event.runbook,
        requested: event.requested,
        link: event.link ?? null,
        gather: event.gather ?? null,
      }
    case 'planned': {
      // A new plan starts over: preflights, asks and the beginning belong to the plan before.
      const { draft, blast, context } = event
      const over = { plan: null, decision: null, asks: {}, startedAt: null, steps: {}, rungs: {}, brake: null }
      const previous =
        event.replaces !== null && run.draft ? { draft: run.draft, decision: run.decision } : run.previous
      return { ...run, ...over, draft, blast, context, previous }
    }
    case 'joined':
      return { ...run, joined: [...run.joined, event.incident] }
    case 'advised':
    case 'stormGrew':
    case 'suppressed':
    case 'compared':
    case 'demoted':
      return { ...run, knowledge: inform(run.knowledge, event) }
    case 'evidenceCaptured':
      return { ...run, evidence: inOrder([...run.evidence, event]) }
    case 'waited':
      return { ...run, waiting: { since: run.waiting?.since ?? at, reason: event.reason } }
    case 'decided': {
      const { plan, rule, expiresAt } = event
      const asks = rule && expiresAt !== null ? { run: newAsk('run', plan, rule, at, expiresAt) } : {}
      // The same plan may be asked again because a guardrail became stricter: what was approved before is void.
      const approvals = run.approvals.filter((each) => each.plan !== plan)
      return { ...run, plan, decision: event.decision, waiting: null, asks, approvals }
    }
    case 'stepAsked': {
      const { scope, plan, rule, expiresAt } = event
      // It may be asked again under a stricter rule: what was approved before is void.
      const approvals = run.approvals.filter((each) => each.plan !== plan || each.scope !== scope)
      const asks = { ...run.asks, [scope]: newAsk(scope, plan, rule, at, expiresAt) }
      return { ...run, waiting: null, asks, approvals }
    }
    case 'reminded':
      return withAsk(run, event.scope, (ask) => ({ ...ask, reminded: event.count }))
    case 'escalated':
      return withAsk(run, event.scope, (ask) => ({ ...ask, escalated: [...ask.escalated, ...event.to] }))
    case 'glassBroken': {
      // Policy is asked anew: what was decided, and approved for it, is over.
      const { by, reason } = event
      return { ...run, glass: { by, reason, at }, plan: null, decision: null, asks: {}, waiting: null }
    }
    case 'editRequested':
      return { ...run, edit: event }
    case 'standardChangeOpened':
      return { ...run, standardChange: { sysId: event.sysId, number: event.number } }
    case 'approved': {
      const { type: _, ...approval } = event
      return { ...run, approvals: [...run.approvals, { ...approval, at }] }
    }
    case 'rejected':
    case 'clickRefused':
      return run
    case 'stopRequested':
      return { ...run, stopRequested: { by: event.by, reason: event.reason } }
    case 'executionStarted':
      return { ...run, startedAt: at, waiting: null }
    case 'takenOver':
      return { ...run, takenOver: { by: event.by, reason: event.reason, at } }
    case 'resumed':
    case 'retried':
    case 'settled':
    case 'rollbackRequested':
      return reopen(run, event, at)
    case 'braked':
      return { ...run, brake: { status: event.status, reason: event.reason } }
    case 'preflighted':
      return preflighted(run, event, at)
    case 'confirmAsked':
      return withStep({ ...run, waiting: null }, event, (step) => ({
        ...step,
        confirm: { askedAt: at, of: event.of, ended: null },
      }))
    case 'confirmed':
      return withStep({ ...run, waiting: null }, event, (step) => ({
        ...step,
        confirm: { askedAt: at, of: '', ...step.confirm, ended: { ok: event.ok, reason: event.reason, at } },
      }))
    case 'actionStarted':
      return withStep({ ...run, waiting: null, released: null, asks: used(run, event) }, event, (step) => ({
        ...step,
        attempt: event.attempt,
        action: { ...sent(event, at), ...(event.rollback ? { rollback: event.rollback } : {}) },
      }))
    case 'actionAccepted':
      return withStep(run, event, (step) => ({
        ...step,
        action: step.action && { ...step.action, handle: event.handle },
      }))
    case 'actionEnded':
      return withStep({ ...run, waiting: null }, event, (step) => ({
        ...step,
        action: step.action && ended(step.action, event, at),
      }))
    case 'verifyStarted':
      return withStep(run, event, (step) => ({ ...step, verify: { startedAt: at, ended: null } }))
    case 'verified':
      return withStep(run, event, (step) => ({
        ...step,
        verify: { startedAt: step.verify?.startedAt ?? at, ended: { ok: event.ok, reason: event.reason, at } },
      }))
    case 'stepSkipped':
      return withStep(run, event, (step) => ({ ...step, skipped: event.reason }))
    case 'rungReached':
      return { ...run, rungs: { ...run.rungs, [event.target]: [...(own(run.rungs, event.target) ?? []), event.step] } }
    case 'rollbackStarted':
      return withStep({ ...run, waiting: null }, event, (step) => ({ ...step, rollback: sent(event, at) }))
    case 'rollbackAccepted':
      return withStep(run, event, (step) => ({
        ...step,
        rollback: step.rollback && { ...step.rollback, handle: event.handle },
      }))
    case 'rollbackEnded':
      return withStep({ ...run, waiting: null }, event, (step) => rollbackEnded(step, event, at))
    case 'finished':
      return {
        ...run,
        waiting: null,
        endedAt: run.endedAt ?? at,
        finished: { status: event.status, reason: event.reason, at },
      }
  }
}

function statusOf(run: Run, event: RunEvent): RunStatus {
  if (run.finished) return run.finished.status
  const status = statusAfter(run, event)
  // While other targets go on, what is asked of people stays asked.
  if (status === 'awaitingStepApproval' && !isAsked(run)) return 'executing'
  return (status === 'executing' || status === 'verifying') && isAsked(run) ? 'awaitingStepApproval' : status
}

function statusAfter(run: Run, event: RunEvent): RunStatus {
  switch (event.type) {
    case 'proposed':
    case 'planned':
    case 'glassBroken':
      return 'proposed'
    case 'decided':
      return event.decision.effect === 'ask' ? 'awaitingApproval' : 'proposed'
    case 'stepAsked':
      return 'awaitingStepApproval'
    case 'executionStarted':
    case 'preflighted':
    case 'actionStarted':
    case 'stepSkipped':
    case 'verified':
    case 'confirmed':
    case 'resumed':
    case 'retried':
    case 'settled':
    case 'rollbackEnded':
      return run.undo ? 'rollingBack' : 'executing'
    case 'verifyStarted':
    case 'confirmAsked':
      return 'verifying'
    case 'rollbackRequested':
    case 'rollbackStarted':
      return 'rollingBack'
    default:
      return run.status
  }
}

/** What is looked at before the ask comes in side by side, and is shown as the runbook names it. */
const inOrder = (evidence: Run['evidence']): Run['evidence'] => {
  const before = evidence.filter(({ id }) => /^\d+$/.test(id)).toSorted((a, b) => Number(a.id) - Number(b.id))
  return [...before, ...evidence.filter((each) => !before.includes(each))]
}

/** What was captured anew may differ from what a person agreed to: the step asks again. */
function preflighted(run: Run, event: Extract<RunEvent, { type: 'preflighted' }>, at: Instant): Run {
  const { ok, reason, contradicts = false, captured = {} } = event
  const before = stepOf(run, event).preflight?.captured
  const moved = before !== undefined && JSON.stringify(before) !== JSON.stringify(captured)
  const scope = run.draft ? stepAsk(run.draft, event.step, event.target) : ''
  const asks = moved ? Object.fromEntries(Object.entries(run.asks).filter(([name]) => name !== scope)) : run.asks
  return withStep({ ...run, asks }, event, (step) => ({
    ...step,
    preflight: { ok, reason, contradicts, captured, at },
  }))
}

/** A rollback that certainly never started is still owed, but not for ever. */
function rollbackEnded(step: StepState, event: Extract<RunEvent, { type: 'rollbackEnded' }>, at: Instant): StepState {
  if (event.effect === 'none' && step.rollbackAttempt < ROLLBACK_STARTS)
    return { ...step, rollback: null, rollbackAttempt: step.rollbackAttempt + 1 }
  return { ...step, rollback: step.rollback && ended(step.rollback, event, at) }
}

const sent = (event: Pick<Sent, 'key' | 'request' | 'deadlineAt'>, startedAt: Instant): Sent => ({
  key: event.key,
  request: event.request,
  startedAt,
  deadlineAt: event.deadlineAt,
  handle: null,
  ended: null,
})

const ended = (
  before: Sent,
  event: Pick<SentEnd, 'outcome' | 'reason'> & { readonly effect?: 'none' | 'possible' },
  at: Instant,
): Sent => ({
  ...before,
  ended: { outcome: event.outcome, effect: event.effect ?? 'possible', reason: event.reason, at },
})
