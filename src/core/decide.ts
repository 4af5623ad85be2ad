// Owns which events may follow: every transition of a run goes through here, and P1 and P3 are enforced here.
import { type Absent, approvalsFor, exclusionOf, groupsOf, type Parties, type Standing, tally } from './approval.ts'
import type { ApprovalRule } from './governance.ts'
import { PREFLIGHT_FRESH_MS } from './owed.ts'
import type { Decision } from './policy.ts'
import {
  type ApprovalScope,
  type At,
  type GateRecord,
  hasMutated,
  type Person,
  type Run,
  type RunEvent,
  stepOf,
} from './run.ts'
import { type Instant, own } from './values.ts'

/** A no that the person reads and the log keeps: why, and what would make it pass (P12). */
export interface Refusal {
  readonly reason: string
  readonly fix?: string
}

export type Verdict =
  | { readonly ok: true; readonly events: readonly RunEvent[] }
  | { readonly ok: false; readonly refusal: Refusal }

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
    }
  | { readonly do: 'stop'; readonly by: Person; readonly reason: string }
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
    }
  | { readonly do: 'askStep'; readonly scope: ApprovalScope; readonly rule: ApprovalRule }
  | { readonly do: 'record'; readonly event: RunEvent }

const events = (...list: readonly RunEvent[]): Verdict => ({ ok: true, events: list })
const refuse = (reason: string, fix?: string): Verdict => ({
  ok: false,
  refusal: fix === undefined ? { reason } : { reason, fix },
})

/** What a command makes of a run at `at`: the events that follow, or why none do. */
export function decide(command: RunCommand, run: Run, at: Instant): Verdict {
  switch (command.do) {
    case 'approve':
    case 'reject':
      return answer(command, run, at)
    case 'stop':
      return stop(command, run)
    case 'decide':
      return decided(command, run, at)
    case 'begin':
      return begin(run, command.parties)
    case 'startAction':
    case 'startRollback':
      return start(command, run, at)
    case 'askStep':
      return askStep(command, run, at)
    case 'record':
      return run.finished ? refuse('the run has ended') : events(command.event)
  }
}

type Answer = Extract<RunCommand, { do: 'approve' | 'reject' }>

function answer(command: Answer, run: Run, at: Instant): Verdict {
  const { by, scope, plan, note, standing } = command
  const asked = own(run.asks, scope)
  if (run.finished) return refuse(`this run has already ended: ${run.finished.reason}`, 'nothing more is needed')
  if (!asked)
    return run.startedAt && scope === 'run'
      ? refuse('this run was already decided', 'nothing more is needed')
      : refuse(`nothing is being asked for ${scope}`, 'look at the newest card of this run')
  if (plan !== asked.plan || plan !== run.plan)
    return refuse(
      'the plan has changed since this card was drawn',
      'look at the newest card: it shows what would run now',
    )
  if (tally(asked.rule, approvalsFor(run, asked), command.parties).complete)
    return refuse('this was already decided', 'nothing more is needed')
  if (at >= asked.expiresAt)
    return refuse('the time to decide is over', `start it again with run ${run.runbook?.id ?? ''}`)
  const owner = run.runbook?.owner ?? 'owner'
  const groups = groupsOf(asked.rule)
    .map((name) => (name === 'owner' ? owner : name))
    .join(', ')
  if (standing.groups.length === 0) {
    const unsure = standing.unknown.map((each) => `${each.group}: ${each.reason}`).join('; ')
    return unsure
      ? refuse(`whether you belong to ${groups} cannot be told (${unsure})`, 'try again when the directory answers')
      : refuse(`you are not in ${groups}`, `ask a member of ${groups}`)
  }
  if (command.do === 'reject')
    return events(
      { type: 'rejected', by, scope, plan, note },
      run.startedAt
        ? { type: 'finished', status: 'needsHuman', reason: `${by.name} rejected ${scope}${note ? `: ${note}` : ''}` }
        : { type: 'finished', status: 'refused', reason: `${by.name} rejected it${note ? `: ${note}` : ''}` },
    )
  const excluded = exclusionOf(asked.rule, by, command.parties)
  if (excluded) return refuse(excluded, `ask another member of ${groups}`)
  if (command.frozen) return refuse(command.frozen, 'wait for the unfreeze')
  if (approvalsFor(run, asked).some((each) => each.by.id === by.id))
    return refuse('you have already approved this', 'somebody else has to approve it too')
  return events({ type: 'approved', by, scope, plan, note, groups: standing.groups })
}

function stop(command: Extract<RunCommand, { do: 'stop' }>, run: Run): Verdict {
  const { by, reason } = command
  if (run.finished && run.finished.status !== 'needsHuman')
    return refuse(`this run has already ended: ${run.finished.reason}`)
  if (run.stopRequested && !run.finished) return refuse(`${run.stopRequested.by.name} has already stopped it`)
  const requested: RunEvent = { type: 'stopRequested', by, reason }
  if (run.finished)
    return events(requested, { type: 'finished', status: 'cancelled', reason: `closed by ${by.name}: ${reason}` })
  return events(requested)
}

function decided(command: Extract<RunCommand, { do: 'decide' }>, run: Run, at: Instant): Verdict {
  const { plan, decision, replan } = command
  if (run.finished || run.stopRequested) return refuse('it has ended')
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
  if (run.finished || run.startedAt || run.stopRequested || !run.plan) return refuse('it cannot begin')
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
  // The request comes from the plan, never from the command: exactly what was approved is what is sent.
  const common = { step: id, target, key, gate, deadlineAt }
  if (command.do === 'startRollback') {
    if (!step.rollback || !state.action || state.rollback)
      return refuse('there is nothing to roll back, or it was already started')
    return events({ type: 'rollbackStarted', ...common, request: step.rollback })
  }
  if (!step.action) return refuse('the plan has no action here')
  if (run.stopRequested) return refuse('it was stopped')
  if (state.action) return refuse('this step was already started (P3)')
  const wanted: ApprovalScope[] = step.approval === null ? ['run'] : ['run', `step:${id}`]
  const missing = wanted.find((scope) => !permitted(run, scope, command.parties))
  if (missing) return refuse(`${missing} is not approved (P1)`)
  if (step.preflight && (!state.preflight?.ok || at - state.preflight.at > PREFLIGHT_FRESH_MS))
    return refuse('its preflight did not pass just now (P2)')
  return events({ type: 'actionStarted', attempt: 1, ...common, request: step.action })
}

function askStep(command: Extract<RunCommand, { do: 'askStep' }>, run: Run, at: Instant): Verdict {
  if (run.finished || !run.startedAt || !run.plan) return refuse('it is not executing')
  if (run.stopRequested) return refuse('it was stopped')
  // The run as a whole was decided before it began; asking for it again would stop it for good.
  if (command.scope === 'run' || own(run.asks, command.scope)) return refuse('it was already asked')
  const { scope, rule } = command
  return events({ type: 'stepAsked', scope, plan: run.plan, rule, expiresAt: at + rule.expiresMs })
}
