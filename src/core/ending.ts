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
  const fresh = open.filter((target) => !own(run.steps, target))
  const begun = open.filter((target) => !fresh.includes(target))
  if (!held) reasons.push(...begun.map((target) => `${target}: ${whereStopped(run, target)}`))
  if (!held && fresh.length > 0) reasons.push(`not attempted: ${fresh.join(', ')}`)
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
    return { status: 'rolledBack', reason: `${run.undo ? `${undoneBy(run.undo)} ` : ''}${reasons.join('; ')}` }
  const verified = states.filter(({ state }) => state.done).map(({ target }) => target)
  const reason = [`verified on ${verified.join(', ')}`, ...reasons].join('; ')
  // What failed was repeated with success; whether the rollout goes on is for a person to say.
  return { status: open.length > 0 ? 'needsHuman' : 'succeeded', reason }
}

/**
 * What stops the run for this reason: at once where nothing is under way and nothing has to be undone; else the brake,
 * so that it is followed to its end and told honestly.
 */
export function halt(run: Run, status: EndStatus, reason: string): RunEvent {
  const left = isUnderWay(run) || everyState(run).some(([step, state]) => owesRollback(step, state))
  return left && !run.brake ? { type: 'braked', status, reason } : haltNow(run, status, reason)
}

/** The end for this reason, whatever still has to be undone; where there are several targets it speaks of each. */
export function haltNow(run: Run, status: EndStatus, reason: string): RunEvent {
  const several = run.startedAt !== null && (run.draft?.targets.length ?? 0) > 1
  return { type: 'finished', status, reason: several ? `${reason}. ${whereAllStopped(run)}` : reason }
}

/** A request or a verification of any target is under way. */
export const isUnderWay = (run: Run): boolean => everyState(run).some(([step, state]) => isInFlight(step, state))

const everyState = (run: Run): readonly (readonly [PlannedStep, StepState])[] =>
  (run.draft?.targets ?? []).flatMap(({ name: target }) =>
    (own(run.draft?.steps ?? {}, target) ?? []).map((step) => [step, stepOf(run, { target, step: step.id })] as const),
  )

/** It failed, and its rollback was not sent yet. */
const owesRollback = (step: PlannedStep, state: StepState): boolean =>
  hasFailed(state) && step.rollback !== null && state.action?.ended?.effect === 'possible' && state.rollback === null

/** P11: a stopped run says per target: stopped, finished before, still running, or unknown. */
export function stoppedWords(run: Run): string {
  return `${whoStopped(run)}${whereAllStopped(run)}`
}

const whereAllStopped = (run: Run): string =>
  (run.draft?.waves ?? [])
    .flat()
    .map((target) => `${target}: ${whereStopped(run, target)}`)
    .join('; ')

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
  const running = steps.find((step) => isInFlight(step, stepOf(run, { target, step: step.id })))
  if (running) return `still running ${running.id}`
  const left = steps.find((step) => isLeftAsItIs(step, stepOf(run, { target, step: step.id })))
  if (left) return `stopped, ${left.id} failed and was not rolled back`
  const asked = steps.find((step) => step.confirm && isUnconfirmed(stepOf(run, { target, step: step.id })))
  if (asked) return `stopped, ${asked.id} ran and nobody confirmed it`
  const failed = steps.findLast((step) => stepEnd(step, stepOf(run, { target, step: step.id })) === 'failed')
  if (failed) {
    const { rollback } = stepOf(run, { target, step: failed.id })
    return `stopped, ${failed.id} failed${rollback ? ' and was rolled back' : ''}`
  }
  const done = steps.filter((step) => stepEnd(step, stepOf(run, { target, step: step.id })) === 'succeeded')
  return `stopped${done.length > 0 ? ` after ${done.map((step) => step.id).join(', ')}` : ''}`
}

/** It failed, and only the rollback is still owed, which a stop does not send. */
const isLeftAsItIs = (step: PlannedStep, state: StepState): boolean =>
  stepEnd(step, state) === 'open' && state.rollback === null && hasFailed(state)

/** It ran, its verification is over, and only the caller's word is wanting. */
const isUnconfirmed = ({ action, confirm, rollback }: StepState): boolean =>
  action?.ended?.outcome === 'succeeded' && !confirm?.ended && rollback === null

const undoneBy = ({ by, reason }: NonNullable<Run['undo']>): string =>
  `${by.name} had it undone${reason === '' ? '' : `: ${reason}`}.`
