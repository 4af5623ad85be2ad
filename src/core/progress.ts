// Owns where each target stands in its ladder of steps: which step is next, and whether the target is done.
import type { PlannedStep } from './plan.ts'
import type { Run } from './run.ts'
import { hasFailed, type StepState, stepOf } from './step-state.ts'
import { type Instant, type JsonObject, own } from './values.ts'

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
  /**
   * `undo`: the step succeeded, and is rolled back because a later one failed (`onFailure.rollback: all`).
   * `retryAt`: it failed, and is attempted anew then.
   */
  | {
      readonly done: false
      readonly step: PlannedStep
      readonly broken: boolean
      readonly undo: boolean
      readonly retryAt?: Instant
    }
  | {
      readonly done: true
      readonly end: 'succeeded' | 'failed' | 'rolledBack' | 'unknown' | 'rollbackFailed'
      readonly reason: string
    }

/** How one step ended, or `open` while something is owed to it. */
export function stepEnd(step: PlannedStep, state: StepState): StepEnd {
  if (state.skipped !== null) return 'skipped'
  if (state.preflight && !state.preflight.ok && !state.action) return 'contradicted'
  if (state.rollback?.ended?.outcome === 'unknown') return 'unknown'
  // A person may have what nobody can tell of undone all the same.
  const unsure = state.action?.ended?.outcome === 'unknown'
  if (unsure && !state.rollback) return 'unknown'
  if (state.action?.ended?.effect === 'none') return 'notStarted'
  if (unsure || hasFailed(state)) {
    if (!step.rollback || !state.action) return 'failed'
    if (!state.rollback?.ended) return 'open'
    return state.rollback.ended.outcome === 'succeeded' ? 'failed' : 'rollbackFailed'
  }
  if (step.action && state.action?.ended?.outcome !== 'succeeded') return 'open'
  if (state.rollback) {
    if (!state.rollback.ended) return 'open'
    return state.rollback.ended.outcome === 'succeeded' ? 'undone' : 'rollbackFailed'
  }
  if (step.verify && !state.verify?.ended) return 'open'
  if (step.confirm && !state.confirm?.ended) return 'open'
  // A step of checks only has succeeded when its preflight has.
  if (!step.action && !step.verify && step.preflight && !state.preflight) return 'open'
  return 'succeeded'
}

/** Where one target stands. A failure is mended when a later rung of the ladder succeeds. */
export function targetEnd(run: Run, target: string): TargetEnd {
  if (run.undo) return undoEnd(run, target)
  const steps = own(run.draft?.steps ?? {}, target) ?? []
  let broken: { readonly step: PlannedStep; readonly state: StepState } | null = null
  for (const step of steps) {
    const state = stepOf(run, { target, step: step.id })
    const end = stepEnd(step, state)
    const retryAt = end === 'failed' || end === 'notStarted' ? retryDue(run, step, state) : null
    if (retryAt !== null) return { done: false, step, broken: broken !== null, undo: false, retryAt }
    switch (end) {
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

/** Steps of this target that ran, or may have, and whose rollback is not done: the last one first. */
export const toUndo = (run: Run, target: string): readonly PlannedStep[] =>
  (own(run.draft?.steps ?? {}, target) ?? [])
    .filter((step) => {
      const { action, rollback } = stepOf(run, { target, step: step.id })
      return step.rollback !== null && action !== null && action.ended?.effect !== 'none' && !rollback?.ended
    })
    .toReversed()

/** Where a target stands while a person has everything that ran undone, the last step first. */
function undoEnd(run: Run, target: string): TargetEnd {
  const steps = own(run.draft?.steps ?? {}, target) ?? []
  const ran = steps.filter((step) => {
    const { action } = stepOf(run, { target, step: step.id })
    return action !== null && action.ended?.effect !== 'none'
  })
  for (const step of ran) {
    const { rollback } = stepOf(run, { target, step: step.id })
    const why = `the rollback of ${step.id}: ${rollback?.ended?.reason ?? ''}`
    if (rollback?.ended?.outcome === 'unknown') return { done: true, end: 'unknown', reason: `what became of ${why}` }
    if (rollback?.ended?.outcome === 'failed') return { done: true, end: 'rollbackFailed', reason: why }
  }
  const [next] = toUndo(run, target)
  if (next) return { done: false, step: next, broken: true, undo: true }
  const left = ran.filter((step) => step.rollback === null).map(({ id }) => id)
  if (left.length > 0) return { done: true, end: 'failed', reason: `${left.join(', ')} ran, and cannot be rolled back` }
  const undone = ran.map(({ id }) => id).toReversed()
  return {
    done: true,
    end: 'rolledBack',
    reason: undone.length > 0 ? `${undone.join(', ')} rolled back` : 'nothing ran',
  }
}

/** What `steps` is in an expression: per step of this target, how it ended. */
export function stepsScope(run: Run, target: string): JsonObject {
  const scope: Record<string, JsonObject> = {}
  for (const step of own(run.draft?.steps ?? {}, target) ?? []) {
    const state = stepOf(run, { target, step: step.id })
    const end = stepEnd(step, state)
    const captured = state.preflight?.captured
    scope[step.id] = {
      failed: end === 'failed' || end === 'notStarted' || end === 'contradicted' || end === 'rollbackFailed',
      succeeded: end === 'succeeded',
      unknown: end === 'unknown',
      skipped: end === 'skipped',
      ...(captured && Object.keys(captured).length > 0 ? { captured } : {}),
    }
  }
  return scope
}

const succeededBefore = (state: StepState): boolean => state.action?.ended?.outcome === 'succeeded' && !hasFailed(state)

/** Earlier steps are undone in reverse order; the last one that succeeded and can be. */
const lastToUndo = (run: Run, target: string, steps: readonly PlannedStep[]): PlannedStep | undefined =>
  steps.findLast((step) => {
    const state = stepOf(run, { target, step: step.id })
    return step.rollback !== null && state.action !== null && stepEnd(step, state) === 'succeeded'
  })

/** When runbot itself attempts a failed step anew; null: it does not, or something holds the run back. */
function retryDue(run: Run, { retry }: PlannedStep, state: StepState): Instant | null {
  if (retry?.afterMs === undefined || state.attempt > retry.max || !state.action) return null
  if (run.stopRequested || run.takenOver || run.brake || run.undo) return null
  const ends = [state.action, state.verify, state.confirm, state.rollback].map((part) => part?.ended?.at ?? 0)
  return Math.max(...ends) + retry.afterMs
}

const whyFailed = (state: StepState): string =>
  state.action?.ended?.outcome === 'failed'
    ? state.action.ended.reason
    : ((state.confirm?.ended?.ok === false ? state.confirm : state.verify)?.ended?.reason ?? '')

const whyUnknown = (state: StepState): string =>
  (state.rollback?.ended?.outcome === 'unknown' ? state.rollback.ended.reason : state.action?.ended?.reason) ?? ''
