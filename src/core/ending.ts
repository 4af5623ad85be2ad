// Owns how a run ends when nothing more is to be done: its status, and what is said of every target (P11).
import type { PlannedStep } from './plan.ts'
import { stepEnd, targetEnd } from './progress.ts'
import type { EndStatus, Run, RunEvent } from './run.ts'
import { hasFailed, isInFlight, type StepState, stepOf } from './step-state.ts'
import { own } from './values.ts'

/** Every target is done, or nothing more may be started. */
export function ending(run: Run): { readonly status: EndStatus; readonly reason: string } {
  const targets = (run.draft?.waves ?? []).flat()
  const states = targets.map((target) => ({ target, state: targetEnd(run, target) }))
  const is = (wanted: string) => states.some(({ state }) => state.done && state.end === wanted)
  const reasons = states
    .filter(({ state }) => state.done && state.end !== 'succeeded')
    .map(({ target, state }) => `${target}: ${state.done ? state.reason : ''}`)
  const open = states.filter(({ state }) => !state.done).map(({ target }) => target)
  const held = run.stopRequested ?? run.takenOver ?? run.brake
  if (open.length > 0 && !held) reasons.push(`not attempted: ${open.join(', ')}`)
  // P11: a run that was stopped speaks of every target, also where one of them needs a person.
  const told = [...(held && (targets.length > 1 || !run.brake) ? [stoppedWords(run)] : []), ...reasons].join('; ')
  if (is('unknown')) return { status: 'needsHuman', reason: told }
  if (is('rollbackFailed')) return { status: 'rollbackFailed', reason: told }
  if (open.length > 0 && run.stopRequested) return { status: 'cancelled', reason: stoppedWords(run) }
  if (open.length > 0 && run.takenOver) return { status: 'needsHuman', reason: stoppedWords(run) }
  if (open.length > 0 && run.brake)
    return { status: run.brake.status, reason: targets.length > 1 ? stoppedWords(run) : run.brake.reason }
  if (is('failed')) return { status: 'failed', reason: reasons.join('; ') }
  if (is('rolledBack'))
    return { status: 'rolledBack', reason: [...(run.undo ? [undoneBy(run.undo)] : []), ...reasons].join(' ') }
  return { status: 'succeeded', reason: `verified on ${targets.join(', ')}` }
}

/**
 * What stops the run for this reason: at once where nothing is under way; else the brake, so that what is under way is
 * followed to its end and told honestly.
 */
export function halt(run: Run, status: EndStatus, reason: string): RunEvent {
  const underWay = (run.draft?.targets ?? []).some(({ name: target }) =>
    (own(run.draft?.steps ?? {}, target) ?? []).some((step) =>
      isInFlight(step, stepOf(run, { target, step: step.id })),
    ),
  )
  return underWay && !run.brake ? { type: 'braked', status, reason } : { type: 'finished', status, reason }
}

/** P11: a stopped run says per target: stopped, finished before, still running, or unknown. */
export function stoppedWords(run: Run): string {
  const words = (run.draft?.waves ?? []).flat().map((target) => `${target}: ${whereStopped(run, target)}`)
  return `${whoStopped(run)}${words.join('; ')}`
}

function whoStopped({ stopRequested, takenOver, brake }: Run): string {
  if (stopRequested) return `stopped by ${stopRequested.by.name}: ${stopRequested.reason}. `
  if (takenOver)
    return `${takenOver.by.name} has taken it over${takenOver.reason === '' ? '' : `: ${takenOver.reason}`}. `
  return brake ? `${brake.reason}. ` : ''
}

function whereStopped(run: Run, target: string): string {
  const state = targetEnd(run, target)
  if (state.done) return state.end === 'unknown' ? 'unknown' : `finished before (${state.end})`
  const steps = own(run.draft?.steps ?? {}, target) ?? []
  const running = steps.find((step) => {
    const { action, rollback } = stepOf(run, { target, step: step.id })
    return (action && !action.ended) || (rollback && !rollback.ended)
  })
  if (running) return `still running ${running.id}`
  const left = steps.find((step) => isLeftAsItIs(step, stepOf(run, { target, step: step.id })))
  if (left) return `stopped, ${left.id} failed and was not rolled back`
  const done = steps.filter((step) => stepEnd(step, stepOf(run, { target, step: step.id })) === 'succeeded')
  return `stopped${done.length > 0 ? ` after ${done.map((step) => step.id).join(', ')}` : ''}`
}

/** It failed, and only the rollback is still owed, which a stop does not send. */
const isLeftAsItIs = (step: PlannedStep, state: StepState): boolean =>
  stepEnd(step, state) === 'open' && state.rollback === null && hasFailed(state)

const undoneBy = ({ by, reason }: NonNullable<Run['undo']>): string =>
  `${by.name} had it undone${reason === '' ? '' : `: ${reason}`}.`
