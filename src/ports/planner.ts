// Owns what the app needs from a model: a ranking of runbooks that fit, and values for their declared parameters.
import type { Said } from '../core/advice.ts'
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

/** Rejects with a PortError where it is slow, down, or says what cannot be read; then the rules decide alone. */
export interface Planner {
  readonly model: string
  rank(question: PlannerQuestion): Promise<Said>
}

/** What prose says of a runbook, sorted; all of it texts for a person to read, nothing that could run. */
export interface Outline {
  readonly title: string
  readonly about: string
  readonly symptoms: readonly string[]
  readonly steps: readonly OutlinedStep[]
  /** What to look at before, and what shows that it worked, for the whole of it. */
  readonly checks: readonly string[]
  readonly proofs: readonly string[]
  readonly undo: readonly string[]
  readonly escalation: readonly string[]
  /** What stands in the prose for a value that differs each time. */
  readonly placeholders: readonly string[]
}

export interface OutlinedStep {
  readonly title: string
  /** As the prose has them: for a person to find the operation that does the same. */
  readonly commands: readonly string[]
}
