// Owns the words and the tone for where a run stands.
import { awaitingCaller } from '../../core/intervene.ts'
import type { Run, RunStatus } from '../../core/run.ts'
import { hasMutated } from '../../core/step-state.ts'
import { say, voiced } from '../locale/voice.ts'

/** A container style of a card. */
type Tone = 'emphasis' | 'accent' | 'good' | 'warning' | 'attention'

const standing: { readonly [status in RunStatus]: readonly [Tone, string] } = {
  proposed: ['emphasis', 'Preparing a plan'],
  awaitingApproval: ['warning', 'Approval needed'],
  executing: ['accent', 'Running'],
  awaitingStepApproval: ['warning', 'Step approval needed'],
  verifying: ['accent', 'Verifying'],
  rollingBack: ['warning', 'Rolling back'],
  succeeded: ['good', 'Succeeded'],
  stoppedByPolicy: ['attention', 'Stopped by policy'],
  refused: ['emphasis', 'Rejected'],
  expired: ['emphasis', 'Expired'],
  cancelled: ['emphasis', 'Stopped'],
  failed: ['attention', 'Failed'],
  rolledBack: ['warning', 'Failed and rolled back'],
  rollbackFailed: ['attention', 'Rollback failed'],
  needsHuman: ['attention', 'Needs a person'],
  recorded: ['emphasis', 'Recorded, not run'],
}
const words = voiced({
  nothingRan: 'nothing ran',
  looking: 'Being looked at, for a person',
  stopping: 'Stopping',
  inHand: 'Taken over',
  braking: 'Braking',
  caller: 'Waiting for the caller',
  undone: 'Rolled back on request',
} as const)

export const toneOf = (status: RunStatus): Tone => standing[status][0]

export const nameOf = (status: RunStatus): string => say(standing[status][1])

/** Where the run stands, and for one that ended before anything was sent, that nothing ran. */
export function standingOf(run: Run): string {
  const name = run.finished
    ? endOf(run, run.finished.status)
    : (heldBy(run) ?? (run.gather ? words.looking : nameOf(run.status)))
  const untouched = run.finished !== null && !hasMutated(run)
  return untouched && run.status !== 'recorded' && run.status !== 'succeeded' ? `${name} · ${words.nothingRan}` : name
}

/** How a run ended: also whether a person had it undone, or has it in hand. */
export function endOf({ takenOver, undo }: Run, status: RunStatus): string {
  if (takenOver && status === 'needsHuman') return words.inHand
  return undo && status === 'rolledBack' ? words.undone : nameOf(status)
}

/** What an open run is about where that says more than its status: nothing new is started, or the caller is asked. */
function heldBy(run: Run): string | null {
  if (!isUnderWay(run) || run.undo) return null
  if (run.stopRequested) return words.stopping
  if (run.takenOver) return words.inHand
  if (run.brake) return words.braking
  return run.status === 'verifying' && awaitingCaller(run).length > 0 ? words.caller : null
}

/** Requests are on their way, or may soon be. */
export const isUnderWay = (run: Run): boolean =>
  run.status === 'executing' ||
  run.status === 'verifying' ||
  run.status === 'awaitingStepApproval' ||
  run.status === 'rollingBack'

/** Somebody's yes or no is being waited for. */
export const isAsking = (run: Run): boolean =>
  run.status === 'awaitingApproval' || run.status === 'awaitingStepApproval'
