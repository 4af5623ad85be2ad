// Owns waiting for an answer no longer than a given time.
import type { Millis } from '../core/values.ts'
import type { Clock } from '../ports/clock.ts'

/** The answer, or what `late` says where it takes longer than `ms`; the work itself goes on. Rejects as the answer does. */
export async function within<T>(clock: Clock, ms: Millis, answer: Promise<T>, late: () => T): Promise<T> {
  const over = new AbortController()
  try {
    return await Promise.race([answer, clock.sleep(ms, over.signal).then(late)])
  } finally {
    over.abort()
  }
}
