// Owns which failed sends are tried again at once: updates always when it may help, posts only if certainly not sent.
import type { Millis } from '../../core/values.ts'
import type { Clock } from '../../ports/clock.ts'
import { isPortError, isTransient } from '../../ports/errors.ts'

/** Tries up to four times with jittered pauses; a longer Retry-After is left to the caller, in the PortError. */
export async function retrying<T>(clock: Clock, random: () => number, attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt()
    } catch (error) {
      const pause = pauseAfter(error, tries, random)
      if (pause === undefined) throw error
      await clock.sleep(pause)
    }
  }
}

const attempts = 4
const longestMs = 5_000

function pauseAfter(error: unknown, tries: number, random: () => number): Millis | undefined {
  if (tries >= attempts || !isPortError(error) || !isTransient(error)) return undefined
  // A post whose answer was lost may stand in the thread already: repeating it would say it twice.
  if (error.mayHaveHappened) return undefined
  const backoff = 250 * 2 ** tries * (0.5 + random())
  const pause = Math.max(backoff, error.retryAfterMs ?? 0)
  return pause <= longestMs ? pause : undefined
}
