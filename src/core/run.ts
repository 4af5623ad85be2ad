// Owns the life of a run: its events, its state, and the words for where it stands.
import type { Gather } from './gather.ts'
import type { ApprovalRule } from './governance.ts'
import type { Blast, IncidentContext } from './incident.ts'
import type { Informed, Knowledge } from './informed.ts'
import type { Intervened } from './intervened.ts'
import type { Candidate } from './match.ts'
import type { Link, Origin } from './origin.ts'
import type { Draft, PlannedRequest } from './plan.ts'
import type { Decision } from './policy.ts'
import type { StepState } from './step-state.ts'
import type { SignalReading } from './surroundings.ts'
import type { Instant, Json, JsonObject } from './values.ts'
import type { Glass } from './waivers.ts'

export type RunStatus =
  | 'proposed'
  | 'awaitingApproval'
  | 'executing'
  | 'awaitingStepApproval'
  | 'verifying'
  | 'rollingBack'
  | 'succeeded'
  | 'stoppedByPolicy'
  | 'refused'
  | 'expired'
  | 'cancelled'
  | 'failed'
  | 'rolledBack'
  | 'rollbackFailed'
  | 'needsHuman'
  | 'recorded'

export type EndStatus = Exclude<
  RunStatus,
  'proposed' | 'awaitingApproval' | 'executing' | 'awaitingStepApproval' | 'verifying' | 'rollingBack'
>

/** Statuses of runs that something is still owed to. */
export const OPEN = [
  'proposed',
  'awaitingApproval',
  'executing',
  'awaitingStepApproval',
  'verifying',
  'rollingBack',
] as const satisfies readonly RunStatus[]

/** A person as a validated Teams token named them (P10). `id` is the Entra object id; `name` is for display only. */
export interface Person {
  readonly id: string
  readonly name: string
  readonly tenant: string
}

/** `run`, `step:<id>`, `step:<id>@<target>` or `wave:<n>`. */
export type ApprovalScope = string

export interface At {
  readonly step: string
  readonly target: string
}

/** A check that was made right before a mutating request left (P2). */
export interface GateRecord {
  readonly plan: string
  readonly checked: readonly string[]
}

export type RunEvent =
  | {
      readonly type: 'proposed'
      readonly origin: Origin
      readonly context: IncidentContext
      readonly candidates: readonly Candidate[]
      readonly runbook: { readonly id: string; readonly title: string; readonly owner: string } | null
      readonly requested: { readonly parameters: JsonObject; readonly targets: readonly string[] }
      readonly link?: Link
      /** Nothing is proposed: this is looked at, and a person is told. */
      readonly gather?: Gather
    }
  | {
      /** A new plan, with the context that it was made from; `replaces` is the hash that it makes stale. */
      readonly type: 'planned'
      readonly draft: Draft
      readonly blast: Blast
      readonly context: IncidentContext
      readonly replaces: string | null
    }
  | {
      readonly type: 'joined'
      readonly incident: { readonly sysId: string; readonly number: string }
      /** What it has in common with the run; absent: CI and signature. */
      readonly why?: string
    }
  | {
      readonly type: 'evidenceCaptured'
      /** `1` before the ask, `after-1` at the end, `action-…` and `rollback-…` for what an endpoint answered. */
      readonly id: string
      readonly do: string
      readonly target: string
      readonly ok: boolean
      readonly summary: string
      readonly sha256: string | null
      readonly bytes: number
      /** What a signal of the runbook said. */
      readonly reading?: SignalReading
    }
  | { readonly type: 'waited'; readonly reason: string }
  | {
      readonly type: 'decided'
      readonly plan: string
      readonly rule: ApprovalRule | null
      readonly decision: Decision
      readonly expiresAt: Instant | null
    }
  | {
      readonly type: 'stepAsked'
      readonly scope: ApprovalScope
      readonly plan: string
      readonly rule: ApprovalRule
      readonly expiresAt: Instant
    }
  /** Nobody, or not enough people, answered yet; `count` reminders were due since the ask. */
  | { readonly type: 'reminded'; readonly scope: ApprovalScope; readonly count: number }
  /** The ask went to those who may stand in, too. */
  | { readonly type: 'escalated'; readonly scope: ApprovalScope; readonly to: readonly string[] }
  /** Policy is to be asked anew, under the rule for emergencies. */
  | { readonly type: 'glassBroken'; readonly by: Person; readonly reason: string }
  /** The same with other parameters, as a run of its own; this one ends. */
  | {
      readonly type: 'editRequested'
      readonly by: Person
      readonly parameters: JsonObject
      readonly run: string
      readonly note: string
      readonly conversation: JsonObject
    }
  | { readonly type: 'standardChangeOpened'; readonly sysId: string; readonly number: string }
  | {
      readonly type: 'approved'
      readonly by: Person
      readonly scope: ApprovalScope
      readonly plan: string
      readonly note: string
      /** The rule's groups that this person stood in for at the click. */
      readonly groups: readonly string[]
      /** Where it was given, when not in Teams. */
      readonly via?: 'servicenow'
    }
  | {
      readonly type: 'rejected'
      readonly by: Person
      readonly scope: ApprovalScope
      readonly plan: string
      readonly note: string
      readonly via?: 'servicenow'
    }
  | {
      readonly type: 'clickRefused'
      readonly by: Person | null
      readonly verb: string
      readonly scope: ApprovalScope
      readonly reason: string
    }
  | { readonly type: 'stopRequested'; readonly by: Person; readonly reason: string }
  | Intervened
  | Informed
  | { readonly type: 'executionStarted'; readonly plan: string }
  | ({
      readonly type: 'preflighted'
      readonly ok: boolean
      readonly reason: string
      readonly result: Json
      /** The world contradicts what the runbook assumes. */
      readonly contradicts?: true
      /** Values for later requests, within their bounds. */
      readonly captured?: JsonObject
    } & At)
  | ({
      readonly type: 'actionStarted'
      readonly attempt: number
      readonly key: string
      readonly request: PlannedRequest
      /** Staged before the action leaves: what would undo it. */
      readonly rollback?: PlannedRequest
      readonly gate: GateRecord
      readonly deadlineAt: Instant
    } & At)
  | ({ readonly type: 'actionAccepted'; readonly key: string; readonly handle: string } & At)
  | ({
      readonly type: 'actionEnded'
      readonly key: string
      readonly outcome: 'succeeded' | 'failed' | 'unknown'
      /** none: it certainly never started, so there is nothing to roll back and no rung to climb. */
      readonly effect: 'none' | 'possible'
      readonly reason: string
      readonly result: Json
    } & At)
  | ({ readonly type: 'verifyStarted' } & At)
  | ({ readonly type: 'verified'; readonly ok: boolean; readonly reason: string; readonly result: Json } & At)
  | ({ readonly type: 'stepSkipped'; readonly reason: string } & At)
  /** A rung's condition was found to hold: the ladder climbs. */
  | ({ readonly type: 'rungReached'; readonly reason: string } & At)
  | ({
      readonly type: 'rollbackStarted'
      readonly key: string
      readonly request: PlannedRequest
      readonly gate: GateRecord
      readonly deadlineAt: Instant
    } & At)
  | ({ readonly type: 'rollbackAccepted'; readonly key: string; readonly handle: string } & At)
  | ({
      readonly type: 'rollbackEnded'
      readonly key: string
      readonly outcome: 'succeeded' | 'failed' | 'unknown'
      /** It certainly never started: it may be sent again, under another key. */
      readonly effect?: 'none'
      readonly reason: string
    } & At)
  | { readonly type: 'finished'; readonly status: EndStatus; readonly reason: string }

/** One request for approvals; approvals count for exactly this plan and scope. */
export interface Ask {
  readonly scope: ApprovalScope
  readonly plan: string
  readonly rule: ApprovalRule
  readonly at: Instant
  readonly expiresAt: Instant
  /** Reminders that were due so far. */
  readonly reminded: number
  /** Groups that may stand in and were told so. */
  readonly escalated: readonly string[]
  /** Something that it was asked for has begun: it is no longer open. */
  readonly used?: true
}

export interface Approval {
  readonly by: Person
  readonly scope: ApprovalScope
  readonly plan: string
  readonly note: string
  readonly groups: readonly string[]
  readonly at: Instant
  readonly via?: 'servicenow'
}

/** The fold of a run log. */
export interface Run {
  readonly id: string
  readonly seq: number
  /** The last entry that changed what people see; a refused click, or a reminder, does not. */
  readonly news: number
  readonly status: RunStatus
  readonly proposedAt: Instant
  readonly origin: Origin
  readonly context: IncidentContext
  readonly candidates: readonly Candidate[]
  readonly runbook: { readonly id: string; readonly title: string; readonly owner: string } | null
  readonly gather: Gather | null
  readonly requested: { readonly parameters: JsonObject; readonly targets: readonly string[] }
  readonly draft: Draft | null
  readonly blast: Blast | null
  readonly joined: readonly { readonly sysId: string; readonly number: string }[]
  readonly evidence: readonly Extract<RunEvent, { type: 'evidenceCaptured' }>[]
  readonly plan: string | null
  readonly decision: Decision | null
  readonly asks: { readonly [scope: ApprovalScope]: Ask }
  readonly approvals: readonly Approval[]
  readonly waiting: { readonly since: Instant; readonly reason: string } | null
  readonly startedAt: Instant | null
  readonly steps: { readonly [target: string]: { readonly [step: string]: StepState } }
  /** Rungs whose condition held, by target. */
  readonly rungs: { readonly [target: string]: readonly string[] }
  readonly stopRequested: { readonly by: Person; readonly reason: string } | null
  readonly takenOver: { readonly by: Person; readonly reason: string; readonly at: Instant } | null
  readonly brake: { readonly status: EndStatus; readonly reason: string } | null
  /** A person wants what ran undone. */
  readonly undo: { readonly by: Person; readonly reason: string } | null
  /** Who may freeze lets a rollback through although it is frozen. */
  readonly released: Run['undo']
  /** Targets that a person has taken up again; the others wait until the run is resumed. */
  readonly retrying: readonly string[]
  /** When it first ended: what was approved then counts for so long, however often it is taken up again. */
  readonly endedAt: Instant | null
  readonly reopened: number
  readonly link: Link | null
  /** What was learnt around it besides its plan. */
  readonly knowledge: Knowledge
  /** What was asked before the plan changed; for people to compare. */
  readonly previous: { readonly draft: Draft; readonly decision: Decision | null } | null
  readonly glass: Glass | null
  readonly edit: Extract<RunEvent, { type: 'editRequested' }> | null
  /** The change that runbot itself opened as evidence, and closes at the end. */
  readonly standardChange: { readonly sysId: string; readonly number: string } | null
  readonly finished: { readonly status: EndStatus; readonly reason: string; readonly at: Instant } | null
}
