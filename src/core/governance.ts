// Owns what governance.yaml means: groups, environments, the matrix, approval rules, limits and who may do what.
import type { BlastLimits, Tier } from './runbook.ts'
import type { Expression, Instant, Millis } from './values.ts'

/** Where the members of a group are written down. `everyone` is built in: any person of an allowed tenant. */
export type Group =
  | { readonly kind: 'entra'; readonly id: string }
  | { readonly kind: 'servicenow'; readonly name: string }
  | { readonly kind: 'onCall'; readonly name: string }
  | { readonly kind: 'members'; readonly ids: readonly string[] }

export interface Environment {
  readonly name: string
  readonly when: Expression
  readonly production: boolean
}

export interface IncidentClass {
  readonly title: string
  readonly when?: Expression
  readonly evidence: readonly string[]
  readonly escalate?: string
  /** Pre-approved: where a window is needed and no change is open, runbot opens one from this template itself. */
  readonly standardChange?: string
  /** Only these may be proposed; absent: whichever match. */
  readonly runbooks?: readonly string[]
  /** Where one holds, or cannot be told, nothing is proposed and a person is told why. */
  readonly stop?: readonly { readonly when: Expression; readonly because: string }[]
}

export type MatrixEntry =
  | { readonly kind: 'auto' }
  | { readonly kind: 'rule'; readonly rule: string }
  | { readonly kind: 'people-only' }
  | { readonly kind: 'forbidden' }

/** Someone whom a rule keeps from approving. */
export type Exclusion = 'requester' | 'author' | 'opener'

/** So many people of these groups; after a while also of those that may stand in, for example who is on call. */
export interface ApprovalLine {
  readonly from: readonly string[]
  readonly quorum: number
  readonly substitute?: { readonly from: readonly string[]; readonly afterMs: Millis }
}

/** Every line must be met, by different people. `owner` in `from` means the runbook's owner group. */
export interface ApprovalRule {
  readonly name: string
  readonly lines: readonly ApprovalLine[]
  readonly expiresMs: Millis
  readonly remindMs?: Millis
  /** The pager (connectors.yaml) that reminders and substitutions raise: a mention wakes nobody. */
  readonly page?: string
  readonly not: readonly Exclusion[]
}

/** An entry for some plans that stands before the matrix; what is not named fits anything. */
export interface MatrixOverride {
  readonly runbook?: string
  readonly class?: string
  readonly owner?: string
  readonly environment?: string
  readonly tier?: Tier
  readonly entry: MatrixEntry
}

/** Guardrails that may be set aside: limits and windows. What tells who, where and whether it is safe never is. */
export const WAIVABLE = ['change window', 'blast radius', 'VIP', 'anti-flap', 'runs per hour'] as const
export type Waivable = (typeof WAIVABLE)[number]

/** A guardrail that a runbook need not pass until a day, where two people have signed exactly this content. */
export interface StandingException {
  readonly name: string
  /** SHA-256 of its canonical content: what the signatures are bound to. */
  readonly content: string
  readonly guardrails: readonly Waivable[]
  readonly runbook: string
  readonly environment?: string
  readonly service?: string
  readonly reason: string
  readonly until: Instant
}

/** The way around policy for an emergency: a role of its own, two people at least, and everybody hears of it. */
export interface BreakGlass {
  readonly may: readonly string[]
  readonly quorum: number
  readonly expiresMs: Millis
  readonly setsAside: readonly Waivable[]
  readonly page?: string
}

/** Opening hours: `at` says whether it is open at that instant, with a phrase for the person who reads it. */
export interface Calendar {
  readonly name: string
  readonly at: (instant: Instant) => { readonly open: boolean; readonly why: string }
}

export type Autonomy = 'shadow' | 'advise' | 'approve' | 'auto'

/** A language that people read runbot in. */
export type Locale = 'en' | 'de' | 'es'

export interface Governance {
  /** SHA-256 of its canonical content. */
  readonly content: string
  readonly groups: { readonly [name: string]: Group }
  readonly environments: readonly Environment[]
  readonly classes: { readonly [name: string]: IncidentClass }
  readonly matrix: { readonly [environment: string]: { readonly [tier in Tier]?: MatrixEntry } }
  /** The first that fits holds instead of the matrix's cell. */
  readonly overrides: readonly MatrixOverride[]
  readonly defaultRule: string
  readonly rules: { readonly [name: string]: ApprovalRule }
  /** `runbook`: for that one alone. */
  readonly raise: readonly { readonly runbook?: string; readonly when: Expression; readonly to: string }[]
  readonly calendars: { readonly [name: string]: Calendar }
  readonly freezes: readonly { readonly calendar: Calendar; readonly override: readonly string[] }[]
  readonly limits: {
    readonly antiFlap?: { readonly max: number; readonly withinMs: Millis }
    readonly runsPerHour?: number
    readonly blastRadius?: BlastLimits
    readonly maxTargets?: number
  }
  readonly autonomy: readonly { readonly runbook?: string; readonly environment?: string; readonly level: Autonomy }[]
  readonly freeze: {
    readonly may: readonly string[]
    readonly unfreeze?: { readonly may: readonly string[]; readonly not: readonly 'freezer'[] }
  }
  readonly exceptions: {
    /** Who may sign. */
    readonly may: readonly string[]
    readonly standing: { readonly [name: string]: StandingException }
  }
  /** null: nobody may break the glass. */
  readonly breakGlass: BreakGlass | null
  readonly requesters: { readonly [runbookOrDefault: string]: readonly string[] }
  readonly commands: { readonly [command: string]: readonly string[] }
  readonly correlationWindowMs: Millis
  /** From so many members on a cause is a storm; its further members may be kept quiet for so long at most. */
  readonly storm: { readonly from: number; readonly quietMs: Millis }
  /** What happens with an incident that fits no class; null: it is recorded as declined. */
  readonly unclassified: { readonly evidence: readonly string[]; readonly escalate?: string } | null
  readonly defaultChannel?: string
  /** What a shared thread is written in; without it English. What is recorded is always English. */
  readonly locale?: Locale
}

/** The autonomy for a runbook in an environment: the first entry that fits, else `approve`. */
export function autonomyOf(governance: Governance, runbook: string, environment: string): Autonomy {
  const entry = governance.autonomy.find(
    (each) =>
      (each.runbook === undefined || each.runbook === runbook) &&
      (each.environment === undefined || each.environment === environment),
  )
  return entry?.level ?? 'approve'
}
