// Owns time as the app sees it, so that tests can pass it in.
import type { Instant, Millis } from '../core/values.ts'

export interface Clock {
  /** Now, wall clock. */
  now(): Instant
  /** Resolves after `ms`, or at once when the signal aborts. Never rejects. */
  sleep(ms: Millis, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const done = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      signal?.addEventListener('abort', done, { once: true })
    }),
}
