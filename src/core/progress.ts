// Owns where each target stands in its ladder of steps: which step is next, and whether the target is done.
import type { PlannedStep } from './plan.ts'
import type { Run } from './run.ts'
import { type StepState, stepOf } from './step-state.ts'
import { type JsonObject, own } from './values.ts'

export type StepEnd =
  | 'open'
  | 'succeeded'
  | 'undone'
  | 'failed'
  | 'unknown'
  | 'rollbackFailed'
  | 'contradicted'
  | 'notStarted'
  | 'skipped'

export type TargetEnd =
  /** `undo`: the step succeeded, and is rolled back because a later one failed (`onFailure.rollback: all`). */
  | { readonly done: false; readonly step: PlannedStep; readonly broken: boolean; readonly undo: boolean }
  | {
      readonly done: true
      readonly end: 'succeeded' | 'failed' | 'rolledBack' | 'unknown' | 'rollbackFailed'
      readonly reason: string
    }

/** How one step ended, or `open` while something is owed to it. */
export function stepEnd(step: PlannedStep, state: StepState): StepEnd {
  if (state.skipped !== null) return 'skipped'
  if (state.preflight && !state.preflight.ok && !state.action) return 'contradicted'
  if (state.action?.ended?.outcome === 'unknown' || state.rollback?.ended?.outcome === 'unknown') return 'unknown'
  if (state.action?.ended?.effect === 'none') return 'notStarted'
  const failed = state.action?.ended?.outcome === 'failed' || state.verify?.ended?.ok === false
  if (failed) {
    if (!step.rollback || !state.action) return 'failed'
    if (!state.rollback?.ended) return 'open'
    return state.rollback.ended.outcome === 'succeeded' ? 'failed' : 'rollbackFailed'
  }
  if (step.action && state.action?.ended?.outcome !== 'succeeded') return 'open'
  if (step.verify && !state.verify?.ended) return 'open'
  if (state.rollback) {
    if (!state.rollback.ended) return 'open'
    return state.rollback.ended.outcome === 'succeeded' ? 'undone' : 'rollbackFailed'
  }
  // A step of checks only has succeeded when its preflight has.
  if (!step.action && !step.verify && step.preflight && !state.preflight) return 'open'
  return 'succeeded'
}

/** Where one target stands. A failure is mended when a later rung of the ladder succeeds. */
export function targetEnd(run: Run, target: string): TargetEnd {
  const steps = own(run.draft?.steps ?? {}, target) ?? []
  let broken: { readonly step: PlannedStep; readonly state: StepState } | null = null
  for (const step of steps) {
    const state = stepOf(run, { target, step: step.id })
    switch (stepEnd(step, state)) {
      case 'open':
        return { done: false, step, broken: broken !== null, undo: state.rollback !== null && succeededBefore(state) }
      case 'succeeded':
        if (step.when !== null) broken = null
        break
      case 'failed':
        broken = { step, state }
        break
      case 'contradicted':
        return {
          done: true,
          end: 'failed',
          reason: `preflight of ${step.id} says stop: ${state.preflight?.reason ?? ''}`,
        }
      case 'notStarted':
        return { done: true, end: 'failed', reason: `${step.id} never started: ${state.action?.ended?.reason ?? ''}` }
      case 'unknown':
        return { done: true, end: 'unknown', reason: `what became of ${step.id} cannot be told: ${whyUnknown(state)}` }
      case 'rollbackFailed':
        return {
          done: true,
          end: 'rollbackFailed',
          reason: `the rollback of ${step.id} failed: ${state.rollback?.ended?.reason ?? ''}`,
        }
      case 'undone':
      case 'skipped':
        break
    }
  }
  if (!broken) return { done: true, end: 'succeeded', reason: 'every step was verified' }
  const undo = run.draft?.onFailure.rollback === 'all' ? lastToUndo(run, target, steps) : undefined
  if (undo) return { done: false, step: undo, broken: true, undo: true }
  return {
    done: true,
    end: broken.state.rollback ? 'rolledBack' : 'failed',
    reason: `${broken.step.id} failed: ${whyFailed(broken.state)}`,
  }
}

/** What `steps` is in an expression: per step of this target, how it ended. */
export function stepsScope(run: Run, target: string): JsonObject {
  const scope: Record<string, JsonObject> = {}
  for (const step of own(run.draft?.steps ?? {}, target) ?? []) {
    const end = stepEnd(step, stepOf(run, { target, step: step.id }))
    scope[step.id] = {
      failed: end === 'failed' || end === 'notStarted' || end === 'contradicted' || end === 'rollbackFailed',
      succeeded: end === 'succeeded',
      unknown: end === 'unknown',
      skipped: end === 'skipped',
    }
  }
  return scope
}

const succeededBefore = (state: StepState): boolean =>
  state.action?.ended?.outcome === 'succeeded' && state.verify?.ended?.ok !== false

/** Earlier steps are undone in reverse order; the last one that succeeded and can be. */
const lastToUndo = (run: Run, target: string, steps: readonly PlannedStep[]): PlannedStep | undefined =>
  steps.findLast((step) => {
    const state = stepOf(run, { target, step: step.id })
    return step.rollback !== null && state.action !== null && stepEnd(step, state) === 'succeeded'
  })

const whyFailed = (state: StepState): string =>
  state.action?.ended?.outcome === 'failed' ? state.action.ended.reason : (state.verify?.ended?.reason ?? '')

const whyUnknown = (state: StepState): string =>
  (state.rollback?.ended?.outcome === 'unknown' ? state.rollback.ended.reason : state.action?.ended?.reason) ?? ''
