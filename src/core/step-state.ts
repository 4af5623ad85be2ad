// Owns where one step on one target stands: what was sent for it, what became of that, and how to look it up in a run.
import type { PlannedRequest } from './plan.ts'
import type { At, Run } from './run.ts'
import { type Instant, own } from './values.ts'

/** A request that was sent, or is about to be. */
export interface Sent {
  readonly key: string
  readonly request: PlannedRequest
  readonly startedAt: Instant
  readonly deadlineAt: Instant
  readonly handle: string | null
  readonly ended: SentEnd | null
}

export interface SentEnd {
  readonly outcome: 'succeeded' | 'failed' | 'unknown'
  readonly effect: 'none' | 'possible'
  readonly reason: string
  readonly at: Instant
}

/** One step on one target. */
export interface StepState {
  readonly preflight: { readonly ok: boolean; readonly reason: string; readonly at: Instant } | null
  readonly action: Sent | null
  readonly verify: {
    readonly startedAt: Instant
    readonly ended: { readonly ok: boolean; readonly reason: string; readonly at: Instant } | null
  } | null
  readonly rollback: Sent | null
  readonly skipped: string | null
}

export const noStep: StepState = { preflight: null, action: null, verify: null, rollback: null, skipped: null }

/** Where one step on one target stands; a step that nothing happened to is `noStep`. */
export const stepOf = (run: Run, at: At): StepState => own(own(run.steps, at.target) ?? {}, at.step) ?? noStep

/** The run has sent, or may have sent, a mutating request. */
export const hasMutated = (run: Run): boolean =>
  Object.values(run.steps).some((steps) => Object.values(steps).some((step) => step.action || step.rollback))
