// Owns what the app needs from a model: a ranking of runbooks that fit, and values for their declared parameters.
import type { Json, JsonObject } from '../core/values.ts'

/** A runbook that fits by the rules, as the model is shown it. */
export interface Offered {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly reasons: readonly string[]
  /** What of it worked before on this class and CI; from the memory. */
  readonly record: string
  readonly parameters: { readonly [name: string]: { readonly [key: string]: Json } }
}

/** Everything in `incident` and `around` is data from outside, and told to the model as such. */
export interface PlannerQuestion {
  readonly incident: JsonObject
  readonly around: JsonObject
  readonly offered: readonly Offered[]
}

/** What the model said, well-formed but not yet believed in anything (P9). */
export interface PlannerAnswer {
  readonly ranking: readonly { readonly runbook: string; readonly reason: string; readonly parameters: JsonObject }[]
  readonly confidence: number
  readonly none: boolean
  /** What came besides the answer's declared shape; one sentence each. */
  readonly extra: readonly string[]
}

/** Rejects with a PortError where it is slow, down, or says what cannot be read; then the rules decide alone. */
export interface Planner {
  readonly model: string
  rank(question: PlannerQuestion): Promise<PlannerAnswer>
}
