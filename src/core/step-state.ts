// Owns where one step on one target stands: what was sent for it, what became of that, and how to look it up in a run.
import type { PlannedRequest, PlannedStep } from './plan.ts'
import type { At, Run } from './run.ts'
import { type Instant, type JsonObject, own } from './values.ts'

/** A request that was sent, or is about to be. */
export interface Sent {
  readonly key: string
  readonly request: PlannedRequest
  readonly startedAt: Instant
  readonly deadlineAt: Instant
  readonly handle: string | null
  readonly ended: SentEnd | null
  /** The rollback that was staged before this left: exactly that is sent, should it be needed. */
  readonly rollback?: PlannedRequest
}

export interface SentEnd {
  readonly outcome: 'succeeded' | 'failed' | 'unknown'
  readonly effect: 'none' | 'possible'
  readonly reason: string
  readonly at: Instant
}

/** What the last look before the action found. */
export interface Preflighted {
  readonly ok: boolean
  readonly reason: string
  /** The world is not as the runbook assumes: it may be stale. */
  readonly contradicts: boolean
  readonly captured: JsonObject
  readonly at: Instant
}

/** One step on one target; after a retry, its newest attempt. */
export interface StepState {
  readonly attempt: number
  readonly preflight: Preflighted | null
  readonly action: Sent | null
  readonly verify: {
    readonly startedAt: Instant
    readonly ended: { readonly ok: boolean; readonly reason: string; readonly at: Instant } | null
  } | null
  /** Whether it works was asked of the caller. */
  readonly confirm: {
    readonly askedAt: Instant
    /** Who was asked, by name. */
    readonly of: string
    readonly ended: { readonly ok: boolean; readonly reason: string; readonly at: Instant } | null
  } | null
  readonly rollbackAttempt: number
  readonly rollback: Sent | null
  readonly skipped: string | null
}

export const noStep: StepState = {
  attempt: 1,
  preflight: null,
  action: null,
  verify: null,
  confirm: null,
  rollbackAttempt: 1,
  rollback: null,
  skipped: null,
}

/** Its action, its verification or the caller said that it did not help. */
export const hasFailed = ({ action, verify, confirm }: StepState): boolean =>
  action?.ended?.outcome === 'failed' || verify?.ended?.ok === false || confirm?.ended?.ok === false

/** A request is under way, or a verification that no person answers: it is followed to its end whatever is asked. */
export const isInFlight = (step: PlannedStep, state: StepState): boolean =>
  (state.action !== null && state.action.ended === null) ||
  (state.rollback !== null && state.rollback.ended === null) ||
  (state.action?.ended?.outcome === 'succeeded' &&
    step.verify !== null &&
    !state.verify?.ended &&
    state.rollback === null)

/** Where one step on one target stands; a step that nothing happened to is `noStep`. */
export const stepOf = (run: Run, at: At): StepState => own(own(run.steps, at.target) ?? {}, at.step) ?? noStep

/** The run has sent, or may have sent, a mutating request. */
export const hasMutated = (run: Pick<Run, 'steps'>): boolean =>
  Object.values(run.steps).some((steps) =>
    Object.values(steps).some((step) => step.action || step.rollback || step.attempt > 1),
  )

/** The run with this step's state changed; under a name such as `__proto__` as under any other. */
export function withStep(run: Run, at: At, next: (step: StepState) => StepState): Run {
  const steps = own(run.steps, at.target) ?? {}
  return { ...run, steps: { ...run.steps, [at.target]: { ...steps, [at.step]: next(stepOf(run, at)) } } }
}
