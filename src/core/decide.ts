// Owns which events may follow: every transition of a run goes through here, and P1 and P3 are enforced here.
import { answer, breakGlass, edit } from './answer.ts'
import { type Absent, approvalsFor, type Parties, type Standing, tally } from './approval.ts'
import { type Compile, filled } from './captured.ts'
import type { ApprovalRule } from './governance.ts'
import { confirm, resume, retry, rollBack, settle, stop, takeOver } from './intervene.ts'
import { owed, PREFLIGHT_FRESH_MS } from './owed.ts'
import { scopesOf } from './plan.ts'
import type { Decision } from './policy.ts'
import type { ApprovalScope, At, GateRecord, Person, Run, RunEvent } from './run.ts'
import { hasMutated, stepOf } from './step-state.ts'
import { type Instant, type JsonObject, own } from './values.ts'
import { events, refuse, type Verdict } from './verdict.ts'

export type RunCommand =
  | {
      readonly do: 'approve' | 'reject'
      readonly by: Person
      readonly scope: ApprovalScope
      readonly plan: string
      readonly note: string
      readonly standing: Standing
      readonly parties: Parties
      /** Why nothing may be approved now (a freeze), or null. */
      readonly frozen: string | null
      readonly via?: 'servicenow'
    }
  | { readonly do: 'stop' | 'takeover'; readonly by: Person; readonly reason: string }
  /** `released`: the person may freeze, so a rollback may be sent although it is frozen. */
  | { readonly do: 'resume' | 'rollback'; readonly by: Person; readonly reason: string; readonly released?: boolean }
  /** null: the only one there is. */
  | {
      readonly do: 'settle'
      readonly by: Person
      readonly reason: string
      readonly happened: boolean
      readonly target: string | null
      readonly step: string | null
    }
  | { readonly do: 'retry'; readonly by: Person; readonly reason: string; readonly target: string | null }
  | {
      readonly do: 'confirm'
      /** The question that is answered, by a comment written after it; without it all that are open. */
      readonly at?: At
      readonly by: string
      readonly ok: boolean
      readonly reason: string
      readonly via?: 'servicenow'
    }
  | {
      /** `replan` comes before where the draft is new; it is refused once something was sent. */
      readonly do: 'decide'
      readonly replan: Extract<RunEvent, { type: 'planned' }> | null
      readonly plan: string
      readonly decision: Decision
    }
  | { readonly do: 'begin'; readonly parties: Parties }
  | {
      readonly do: 'startAction' | 'startRollback'
      readonly at: At
      readonly key: string
      readonly gate: GateRecord
      readonly deadlineAt: Instant
      readonly parties: Parties
      readonly compile: Compile
    }
  | {
      readonly do: 'askPart'
      readonly scope: ApprovalScope
      readonly rule: ApprovalRule
      /** The rule that was asked for this part is no longer enough. */
      readonly again: boolean
    }
  | {
      readonly do: 'edit'
      readonly by: Person
      readonly plan: string
      readonly parameters: JsonObject
      readonly note: string
      readonly standing: Standing
      /** The run that is to follow, and where its card appears. */
      readonly next: { readonly run: string; readonly conversation: JsonObject }
    }
  | { readonly do: 'breakGlass'; readonly by: Person; readonly reason: string }
  | { readonly do: 'record'; readonly event: RunEvent }

/** What a command makes of a run at `at`: the events that follow, or why none do. */
export function decide(command: RunCommand, run: Run, at: Instant): Verdict {
  switch (command.do) {
    case 'approve':
    case 'reject':
      return answer(command, run, at)
    case 'stop':
      return stop(command, run)
    case 'takeover':
      return takeOver(command, run, at)
    case 'resume':
      return resume(command, run, at)
    case 'settle':
      return settle(command, run, at)
    case 'retry':
      return retry(command, run, at)
    case 'rollback':
      return rollBack(command, run, at)
    case 'confirm':
      return confirm(command, run)
    case 'decide':
      return decided(command, run, at)
    case 'begin':
      return begin(run, command.parties)
    case 'startAction':
    case 'startRollback':
      return start(command, run, at)
    case 'askPart':
      return askPart(command, run, at)
    case 'edit':
      return edit(command, run, at)
    case 'breakGlass':
      return breakGlass(command, run)
    case 'record':
      return run.finished ? refuse('the run has ended') : events(command.event)
  }
}

function decided(command: Extract<RunCommand, { do: 'decide' }>, run: Run, at: Instant): Verdict {
  const { plan, decision, replan } = command
  if (run.finished || run.stopRequested) return refuse('it has ended')
  if (run.takenOver) return refuse(`${run.takenOver.by.name} has taken it over`)
  if (run.edit) return refuse('it is asked for with other values')
  if (hasMutated(run)) return refuse('something was already sent, so the plan cannot change any more')
  if (run.plan !== null && !replan) return refuse('it was already decided')
  const { rule } = decision
  if (decision.effect === 'ask' && !rule) return refuse('the decision asks, but names no rule')
  const event: RunEvent = {
    type: 'decided',
    plan,
    decision,
    rule: decision.effect === 'ask' ? rule : null,
    expiresAt: decision.effect === 'ask' && rule ? at + rule.expiresMs : null,
  }
  const why = decision.because.join('; ')
  const before: readonly RunEvent[] = replan ? [replan] : []
  if (decision.effect === 'record')
    return events(...before, event, { type: 'finished', status: 'recorded', reason: why })
  if (decision.effect !== 'stop') return events(...before, event)
  // What stops comes first: who is called wants that, not what would have asked.
  const stops = decision.guardrails.filter((each) => each.answer === 'stop' || each.answer === 'unknown')
  const stopping = decision.because.filter((reason) => stops.some((each) => reason.startsWith(each.reason)))
  const [only] = stops
  const peopleOnly = stops.length === 1 && only?.name === 'matrix' && only.reason.includes('for people only')
  return events(...before, event, {
    type: 'finished',
    status: peopleOnly ? 'needsHuman' : 'stoppedByPolicy',
    reason: [...new Set([...stopping, ...decision.because])].join('; '),
  })
}

function begin(run: Run, parties: Parties): Verdict {
  if (run.finished || run.startedAt || run.stopRequested || run.edit || !run.plan) return refuse('it cannot begin')
  if (!permitted(run, 'run', parties)) return refuse('it is not approved')
  return events({ type: 'executionStarted', plan: run.plan })
}

/** P1: the decision allows it, or its approvals are complete, for exactly this plan hash. */
function permitted(run: Run, scope: ApprovalScope, parties: Absent): boolean {
  const asked = run.asks[scope]
  if (!asked) return scope === 'run' && run.decision?.effect === 'allow'
  return asked.plan === run.plan && tally(asked.rule, approvalsFor(run, asked), parties).complete
}

type Start = Extract<RunCommand, { do: 'startAction' | 'startRollback' }>

function start(command: Start, run: Run, at: Instant): Verdict {
  const { key, gate, deadlineAt } = command
  const { step: id, target } = command.at
  const step = own(run.draft?.steps ?? {}, target)?.find((each) => each.id === id)
  const state = stepOf(run, command.at)
  if (run.finished || !run.startedAt || !step) return refuse('it is not executing')
  if (gate.plan !== run.plan) return refuse('the gate was opened for another plan')
  if (run.stopRequested) return refuse('it was stopped')
  if (run.takenOver) return refuse(`${run.takenOver.by.name} has taken it over`)
  // The request comes from the plan, never from the command: exactly what was approved is what is sent.
  const common = { step: id, target, key, gate, deadlineAt }
  if (command.do === 'startRollback') {
    if (!step.rollback || !state.action || state.action.ended?.effect === 'none' || state.rollback)
      return refuse('there is nothing to roll back, or it was already started')
    const staged = state.action.rollback ?? step.rollback
    return events({ type: 'rollbackStarted', ...common, request: staged })
  }
  if (!step.action) return refuse('the plan has no action here')
  if (run.brake || run.undo) return refuse('nothing new is started any more')
  if (state.action) return refuse('this step was already started (P3)')
  const wanted = run.draft ? scopesOf(run.draft, step, target) : ['run']
  const missing = wanted.find((scope) => !permitted(run, scope, command.parties))
  if (missing) return refuse(`${missing} is not approved (P1)`)
  if (step.preflight && (!state.preflight?.ok || at - state.preflight.at > PREFLIGHT_FRESH_MS))
    return refuse('its preflight did not pass just now (P2)')
  // A limit may have been reached while everything was checked again.
  if (!owed(run, at, command.parties).works.some((work) => work.do === 'act' && isAt(work.at, command.at)))
    return refuse('it is not its turn')
  const request = filled(run, target, step.action, command.compile)
  const rollback = step.rollback && filled(run, target, step.rollback, command.compile)
  if (!request.ok) return refuse(request.reason)
  if (rollback && !rollback.ok) return refuse(rollback.reason)
  return events({
    type: 'actionStarted',
    attempt: state.attempt,
    ...common,
    request: request.value,
    ...(rollback ? { rollback: rollback.value } : {}),
  })
}

const isAt = (one: At, other: At): boolean => one.step === other.step && one.target === other.target

function askPart(command: Extract<RunCommand, { do: 'askPart' }>, run: Run, at: Instant): Verdict {
  const { scope, rule, again } = command
  if (run.finished || !run.startedAt || !run.plan) return refuse('it is not executing')
  if (run.stopRequested) return refuse('it was stopped')
  if (run.takenOver || run.brake || run.undo) return refuse('nothing new is started any more')
  // The run as a whole was decided before it began; asking for it again would stop it for good.
  if (scope === 'run' || (own(run.asks, scope) !== undefined) !== again) return refuse('it was already asked')
  return events({ type: 'stepAsked', scope, plan: run.plan, rule, expiresAt: at + rule.expiresMs })
}
