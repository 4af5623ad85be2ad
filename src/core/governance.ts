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
}

export type MatrixEntry =
  | { readonly kind: 'auto' }
  | { readonly kind: 'rule'; readonly rule: string }
  | { readonly kind: 'people-only' }
  | { readonly kind: 'forbidden' }

/** Someone whom a rule keeps from approving. */
export type Exclusion = 'requester' | 'author' | 'opener'

/** Every line must be met, by different people. `owner` in `from` means the runbook's owner group. */
export interface ApprovalRule {
  readonly name: string
  readonly lines: readonly { readonly from: readonly string[]; readonly quorum: number }[]
  readonly expiresMs: Millis
  readonly remindMs?: Millis
  readonly not: readonly Exclusion[]
}

/** Opening hours: `at` says whether it is open at that instant, with a phrase for the person who reads it. */
export interface Calendar {
  readonly name: string
  readonly at: (instant: Instant) => { readonly open: boolean; readonly why: string }
}

export type Autonomy = 'shadow' | 'advise' | 'approve' | 'auto'

export interface Governance {
  /** SHA-256 of its canonical content. */
  readonly content: string
  readonly groups: { readonly [name: string]: Group }
  readonly environments: readonly Environment[]
  readonly classes: { readonly [name: string]: IncidentClass }
  readonly matrix: { readonly [environment: string]: { readonly [tier in Tier]?: MatrixEntry } }
  readonly defaultRule: string
  readonly rules: { readonly [name: string]: ApprovalRule }
  readonly raise: readonly { readonly when: Expression; readonly to: string }[]
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
  readonly requesters: { readonly [runbookOrDefault: string]: readonly string[] }
  readonly commands: { readonly [command: string]: readonly string[] }
  readonly correlationWindowMs: Millis
  readonly defaultChannel?: string
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

/** The stricter of two rules: more people first, then more lines, then fewer groups to choose from. */
export function stricter(a: ApprovalRule, b: ApprovalRule): ApprovalRule {
  const people = (rule: ApprovalRule) => rule.lines.reduce((sum, line) => sum + line.quorum, 0)
  const groups = (rule: ApprovalRule) => rule.lines.reduce((sum, line) => sum + line.from.length, 0)
  if (people(a) !== people(b)) return people(a) > people(b) ? a : b
  if (a.lines.length !== b.lines.length) return a.lines.length > b.lines.length ? a : b
  return groups(b) < groups(a) ? b : a
}
