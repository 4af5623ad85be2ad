// Owns how long the store is asked again: the time limits of one request and of all of them together, with pauses between.
import { setTimeout as pause } from 'node:timers/promises'
import type { Millis } from '../../../core/values.ts'
import type { Failure } from './errors.ts'

export interface Patience {
  /** One request, with what the SDK repeats of it by itself. */
  readonly attemptMs: Millis
  /** All requests of one call. A lease must last longer. */
  readonly totalMs: Millis
  /** The first pause; each further one is twice as long, up to a second. */
  readonly firstPauseMs: Millis
}

export const usualPatience: Patience = { attemptMs: 5_000, totalMs: 12_000, firstPauseMs: 20 }

const LONGEST_PAUSE_MS = 1_000

/** Of one call: answers false when there is no time for another attempt, true after a pause that others do not share. */
export interface Turns {
  again(failure: Failure): Promise<boolean>
}

/** `random` answers 0 to 1, so that two replicas that collided do not collide again. */
export function turns({ totalMs, firstPauseMs }: Patience, random: () => number): Turns {
  const endsAt = performance.now() + totalMs
  let pauseMs = firstPauseMs
  return {
    async again({ error }) {
      const waitMs = Math.max(pauseMs * (0.5 + random() / 2), error.retryAfterMs ?? 0)
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
      if (performance.now() + waitMs >= endsAt) return false
      await pause(waitMs)
      return true
    },
  }
}
