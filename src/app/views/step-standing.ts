// Owns the words for where one step stands on one target: its mark, what became of it, which attempt it is.
import { type PlannedStep, stepAsk } from '../../core/plan.ts'
import { targetEnd } from '../../core/progress.ts'
import type { Run } from '../../core/run.ts'
import { hasFailed, type StepState, stepOf } from '../../core/step-state.ts'
import { say, voiced } from '../locale/voice.ts'
import { openAsk } from './asks.ts'
import { parted } from './contradiction.ts'
import { stepsOf } from './planned-calls.ts'

/** What became of one step on one target. `reason` is outside text. */
export interface Standing {
  readonly is: 'waiting' | 'asking' | 'running' | 'done' | 'failed' | 'unknown' | 'undone' | 'skipped'
  readonly words: string
  readonly reason: string
}

const words = voiced({
  notReached: 'not reached',
  stopped: 'stopped before it began',
  waiting: 'waiting',
  skipped: 'skipped',
  checked: 'checked, about to run',
  asking: 'waits for approval',
  preflightFailed: 'preflight failed',
  stale: 'not as the runbook assumes',
  running: 'running',
  stillRunning: 'may still be running',
  unknown: 'outcome unknown',
  failed: 'failed',
  notStarted: 'never started',
  done: 'done',
  verifyNext: 'done, verification next',
  verifying: 'verifying',
  verified: 'done and verified',
  verifyFailed: 'done, but the verification failed',
  confirming: 'done, waits for the caller',
  unconfirmed: 'done, nobody confirmed it',
  confirmed: 'done, the caller confirms it',
  confirmFailed: 'done, but not confirmed',
  undoing: 'rolling back',
  undone: 'rolled back',
  undoFailed: 'rollback failed',
  undoUnknown: 'rollback outcome unknown',
  onRequest: ' on request',
  notUndone: ', not rolled back',
  attempt: (n: number, of: number) => ` · attempt ${n} of ${Math.max(n, of)}`,
  again: (n: number, of: number) => `failed, attempt ${n} of ${of} follows`,
} as const)

const standing = (is: Standing['is'], text: string, reason = ''): Standing => ({ is, words: text, reason })

/** Where one step stands, in a few words; a run that has ended leaves nothing "waiting" (P11). */
export function standingOfStep(run: Run, step: PlannedStep, target: string): Standing {
  const state = stepOf(run, { step: step.id, target })
  const of = (step.retry?.max ?? 0) + 1
  const end = targetEnd(run, target)
  if (!run.finished && !end.done && end.retryAt !== undefined && end.step.id === step.id) {
    const failed = withoutAttempt(run, step, state)
    return standing('running', words.again(state.attempt + 1, of), failed.reason)
  }
  const now = asksFor(run, step, target) ? standing('asking', words.asking) : withoutAttempt(run, step, state)
  return state.attempt > 1 ? { ...now, words: `${now.words}${words.attempt(state.attempt, of)}` } : now
}

/** Where a target stands: the last step that it has reached, but for a rollback that went wrong before that. */
export function standingOfTarget(run: Run, target: string): Standing {
  const all = stepsOf(run, target).map((step) => ({ step, at: standingOfStep(run, step, target) }))
  const reached = all.filter(({ at }) => at.is !== 'waiting' && at.is !== 'skipped')
  const last = reached.find(({ step }) => isHurt(stepOf(run, { step: step.id, target }))) ?? reached.at(-1)
  if (!last) return all[0]?.at ?? standing('waiting', words.waiting)
  const waiting = all.some(({ at }) => at.is === 'waiting')
  if (last.at.is === 'done' && waiting && !run.finished) return standing('running', `${last.step.id} ${last.at.words}`)
  return last.at.is === 'done' ? last.at : { ...last.at, words: `${last.step.id} ${last.at.words}` }
}

/** It was checked, and people are asked for it. */
function asksFor(run: Run, step: PlannedStep, target: string): boolean {
  const scope = openAsk(run)?.scope
  const { preflight, action } = stepOf(run, { step: step.id, target })
  if (scope === undefined || !run.draft || action || preflight?.ok === false) return false
  return scope === stepAsk(run.draft, step.id, target) && (preflight !== null || step.preflight === null)
}

const isHurt = ({ rollback }: StepState): boolean => (rollback?.ended ? rollback.ended.outcome !== 'succeeded' : false)

function withoutAttempt(run: Run, step: PlannedStep, state: StepState): Standing {
  const over = run.finished !== null
  if (state.rollback) return rollbackStanding(run, state.rollback.ended)
  if (state.skipped !== null) return standing('skipped', words.skipped, say(state.skipped))
  const now = actedStanding(step, state, over) ?? standingBefore(run, step, state)
  const left =
    over && hasFailed(state) && step.rollback !== null && state.action && state.action.ended?.effect !== 'none'
  return left ? { ...now, words: `${now.words}${words.notUndone}` } : now
}

/** Once its action was sent; null before that. */
function actedStanding(step: PlannedStep, { action, verify, confirm }: StepState, over: boolean): Standing | null {
  if (confirm) {
    const { ended } = confirm
    if (!ended) return over ? standing('unknown', words.unconfirmed) : standing('running', words.confirming)
    return ended.ok ? standing('done', words.confirmed) : standing('failed', words.confirmFailed, say(ended.reason))
  }
  if (verify) {
    const { ended } = verify
    if (!ended) return over ? standing('unknown', words.unknown) : standing('running', words.verifying)
    return ended.ok ? standing('done', words.verified) : standing('failed', words.verifyFailed, say(ended.reason))
  }
  return action && actionStanding(action.ended, step.verify !== null, over)
}

function standingBefore(run: Run, step: PlannedStep, { preflight }: StepState): Standing {
  const over = run.finished !== null
  if (preflight && !preflight.ok)
    return preflight.contradicts
      ? standing('failed', words.stale, parted(step.preflight?.expect ?? null, preflight.reason).found)
      : standing('failed', words.preflightFailed, say(preflight.reason))
  if (preflight) return over ? standing('waiting', words.notReached) : standing('running', words.checked)
  if (!over) return standing('waiting', words.waiting)
  const held = run.stopRequested ?? run.takenOver ?? run.brake
  return standing('waiting', held || run.finished?.status === 'cancelled' ? words.stopped : words.notReached)
}

type Ended = NonNullable<StepState['action']>['ended']

function actionStanding(ended: Ended, verifies: boolean, over: boolean): Standing {
  if (!ended) return over ? standing('unknown', words.stillRunning) : standing('running', words.running)
  if (ended.outcome === 'unknown') return standing('unknown', words.unknown, ended.reason)
  if (ended.effect === 'none') return standing('failed', words.notStarted, ended.reason)
  if (ended.outcome === 'failed') return standing('failed', words.failed, ended.reason)
  return verifies && !over ? standing('running', words.verifyNext) : standing('done', words.done)
}

function rollbackStanding({ finished, undo }: Run, ended: Ended): Standing {
  const asked = undo ? words.onRequest : ''
  if (!ended) return finished ? standing('unknown', words.undoUnknown) : standing('running', `${words.undoing}${asked}`)
  if (ended.outcome === 'unknown') return standing('unknown', words.undoUnknown, ended.reason)
  return ended.outcome === 'failed'
    ? standing('failed', words.undoFailed, ended.reason)
    : standing('undone', `${words.undone}${asked}`)
}
