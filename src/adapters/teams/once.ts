// Owns doing a thing once: the repeat of it, meanwhile or soon after, gets the first one's answer.
import type { Millis } from '../../core/values.ts'
import type { Clock } from '../../ports/clock.ts'

/** Work that is done once per key; `forget` makes the next ask do it again. */
export interface Once<T> {
  run(key: string, work: () => Promise<T>): Promise<T>
  forget(key: string): void
}

/**
 * Runs `work` once per key within `forMs`, remembering at most `limit` keys (oldest out first).
 * What failed is forgotten, so that a repeat tries again.
 */
export function once<T>(limit: number, forMs: Millis, clock: Pick<Clock, 'now'>): Once<T> {
  const known = new Map<string, { readonly until: number; readonly answer: Promise<T> }>()
  return {
    run(key, work) {
      const earlier = known.get(key)
      if (earlier && earlier.until > clock.now()) return earlier.answer
      known.delete(key)
      const answer = work()
      const entry = { until: clock.now() + forMs, answer }
      known.set(key, entry)
      answer.catch(() => {
        if (known.get(key) === entry) known.delete(key)
      })
      for (const oldest of known.keys()) {
        if (known.size <= limit) break
        known.delete(oldest)
      }
      return answer
    },
    forget: (key) => void known.delete(key),
  }
}
