// Owns what a runbook is: which incidents it fits, its parameters, limits and guarded steps, ready to be planned.
import type { Expression, Instant, Json, JsonObject, Millis, Template } from './values.ts'

export type Tier = 0 | 1 | 2 | 3

/** An operation that connectors.yaml declares. What is not declared does not exist. */
export interface Operation {
  /** `<system>.<operation>`, as runbooks write it. */
  readonly name: string
  readonly system: string
  readonly kind: string
  readonly url: string
  readonly tier: Tier
  /** The rest of its declaration, for the endpoint's adapter: for example `{ runbook: "recycle-pool" }`. */
  readonly detail: JsonObject
}

export type ParameterType = 'string' | 'integer' | 'number' | 'boolean'

/** A declared parameter; `pattern` is RE2, so that it stays linear on hostile input. */
export interface Parameter {
  readonly type: ParameterType
  readonly description?: string
  readonly pattern?: { readonly source: string; readonly matches: (text: string) => boolean }
  readonly enum?: readonly Json[]
  readonly min?: number
  readonly max?: number
  readonly default?: Json
}

/** A call of one operation. */
export interface Call {
  readonly do: string
  readonly with: Template
  readonly timeoutMs: Millis
}

/** A read-only call and what its `result` must be; `verify` asks every so often, until it held for `holdMs`. */
export interface Check extends Call {
  readonly expect?: Expression
  readonly everyMs: Millis
  readonly holdMs: Millis
  readonly withinMs: Millis
}

/** A value of a preflight's `result` that later requests of the run may use: only within its type and bounds (P9). */
export interface Capture extends Parameter {
  readonly from: Expression
}

/** A vetted query that tells how it is, before and after. `shows`: whether the issue shows in its `result`. */
export interface Signal extends Call {
  readonly title: string
  readonly unit: string
  readonly shows?: Expression
  /** How far back a chart looks. */
  readonly rangeMs: Millis
}

export interface Preflight extends Check {
  readonly capture: { readonly [name: string]: Capture }
}

/** `check`: a read-only look that says whether it could be undone at all; it must hold before the action starts. */
export interface Rollback extends Call {
  readonly check?: Check
}

export interface Step {
  readonly id: string
  readonly title?: string
  readonly tier: Tier
  /** A rung of a ladder: runs only where this holds. */
  readonly when?: Expression
  /** `always`: asks when it is reached, by the matrix's rule; any other text names an approval rule. */
  readonly approval?: string
  readonly preflight?: Preflight
  readonly action?: Call
  readonly verify?: Check
  /** A person is the proof, after `verify` where both are declared: asked, and given so long to answer. */
  readonly confirm?: { readonly by: 'caller'; readonly withinMs: Millis }
  readonly rollback?: Rollback
  /** At most `max` further attempts after a known failure. With `afterMs` runbot makes them itself, else a person may. */
  readonly retry?: { readonly max: number; readonly afterMs?: Millis }
}

/** A cumulative share of the targets: a count, or a percentage rounded up. */
export type Wave = { readonly count: number } | { readonly percent: number }

/** Failed targets after which nothing new is started: a count, or a percentage rounded down, at least one. */
export type FailureLimit = number | { readonly percent: number }

export interface Limits {
  /** Empty or absent: any environment. */
  readonly environments?: readonly string[]
  readonly antiFlap?: { readonly max: number; readonly withinMs: Millis }
  /** `conflicts`: what a conflict that ServiceNow finds against the change means; absent: it is not asked. */
  readonly changeWindow?: { readonly in: readonly string[]; readonly conflicts?: 'ask' | 'stop' }
  readonly blastRadius?: BlastLimits
  readonly doNotTouch?: Expression
  /** The issue must show in so many signals of different systems. */
  readonly corroborated?: number
  /** Where an incident commander has taken control. */
  readonly commander?: 'ask' | 'stop'
  /** Where something was deployed to this CI, its service or what it depends on, a rollback may be the better fix. */
  readonly recentDeploy?: { readonly withinMs: Millis; readonly is: 'ask' | 'stop' }
  /** For so long after its end a run may be rolled back, or a failed step of it retried. */
  readonly reopenWithinMs: Millis
}

export interface BlastLimits {
  readonly users?: number
  readonly cis?: number
  readonly vip?: 'allow' | 'ask' | 'stop'
}

export interface Runbook {
  readonly id: string
  readonly title: string
  readonly description?: string
  readonly owner: string
  /** Guided: every step that changes something shows its preflight and its exact request, and waits for a person. */
  readonly guided: boolean
  /** SHA-256 of its canonical content: what an approval is bound to. */
  readonly content: string
  readonly file: string
  readonly match?: {
    readonly class?: string
    readonly when?: Expression
    readonly recurrence?: { readonly count: number; readonly withinMs: Millis; readonly by: readonly string[] }
  }
  readonly parameters: { readonly [name: string]: Parameter }
  readonly targets: {
    readonly from: Expression
    readonly max: number
    readonly waves: readonly Wave[]
    readonly stopAfterFailures: FailureLimit
    /** So many targets of a wave are worked on at the same time. */
    readonly concurrency: number
    /** A wave is taken in groups of so many: the next begins when the one before is done. Absent: the wave at once. */
    readonly batch?: number
    /** An outside signal that must hold before each target after the first is touched: the brake of a rollout. */
    readonly alarm?: Check
    /** Every wave after the first asks: `always` by the matrix's rule, or a named rule. */
    readonly approval?: string
  }
  readonly limits: Limits
  readonly evidence: readonly Call[]
  readonly signals: { readonly [name: string]: Signal }
  /** How shadow runs are compared with what people did: whether the closed incident shows that they did the same. */
  readonly shadow: { readonly agrees?: Expression; readonly takesMs?: Millis }
  readonly steps: readonly Step[]
  readonly onSuccess: { readonly resolve: boolean; readonly closeCode?: string; readonly resolveJoined: boolean }
  readonly onFailure: {
    readonly escalate?: string
    readonly assign?: string
    readonly rollback: 'step' | 'all'
    /** A pager of connectors.yaml that is called where it failed and a person is wanted. */
    readonly page?: string
  }
  /** Entra object ids of its author and last committer; undefined means unknown. */
  readonly authors?: readonly string[]
}

/** A runbook file that could not be loaded: that runbook is off, and reported. */
export interface CatalogProblem {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly message: string
}

/** The files as they stood at one moment. */
export interface Catalog {
  readonly runbooks: ReadonlyMap<string, Runbook>
  readonly operations: ReadonlyMap<string, Operation>
  readonly problems: readonly CatalogProblem[]
  readonly loadedAt: Instant
}
