// Owns which entries of a run log this version understands, so that an older one leaves alone what a newer one wrote.
import type { RunEvent } from './run.ts'

/**
 * Rises with each version that writes a kind of entry, or a meaning of one, that the version before does not understand.
 * Of replicas that run side by side during an upgrade those with the highest work, and the others rest.
 */
export const LOG_FORMAT = 2

const KINDS: { readonly [kind in RunEvent['type']]: true } = {
  proposed: true,
  planned: true,
  joined: true,
  evidenceCaptured: true,
  waited: true,
  decided: true,
  stepAsked: true,
  reminded: true,
  escalated: true,
  glassBroken: true,
  editRequested: true,
  standardChangeOpened: true,
  approved: true,
  rejected: true,
  clickRefused: true,
  stopRequested: true,
  executionStarted: true,
  preflighted: true,
  actionStarted: true,
  actionAccepted: true,
  actionEnded: true,
  verifyStarted: true,
  verified: true,
  stepSkipped: true,
  rungReached: true,
  rollbackStarted: true,
  rollbackAccepted: true,
  rollbackEnded: true,
  finished: true,
  braked: true,
  confirmAsked: true,
  confirmed: true,
  resumed: true,
  retried: true,
  rollbackRequested: true,
  settled: true,
  takenOver: true,
  advised: true,
  stormGrew: true,
  suppressed: true,
  compared: true,
  demoted: true,
}

/** Whether an entry that was read is one that this version knows how to fold. */
export const isRunEvent = (event: unknown): event is RunEvent =>
  typeof event === 'object' &&
  event !== null &&
  'type' in event &&
  typeof event.type === 'string' &&
  Object.hasOwn(KINDS, event.type)
