// Owns telling repeats: Teams delivers a slow activity again, and the repeat gets the first one's answer.
import type { Millis } from '../../core/values.ts'
import type { Clock } from '../../ports/clock.ts'

/**
 * Runs `work` once per key within `forMs`, remembering at most `limit` keys (oldest out first).
 * What failed is forgotten, so that a repeat tries again.
 */
export function once<T>(limit: number, forMs: Millis, clock: Pick<Clock, 'now'>) {
  const known = new Map<string, { readonly until: number; readonly answer: Promise<T> }>()
  return (key: string, work: () => Promise<T>): Promise<T> => {
    const earlier = known.get(key)
    if (earlier && earlier.until > clock.now()) return earlier.answer
    known.delete(key)
    const answer = work()
    known.set(key, { until: clock.now() + forMs, answer })
    answer.catch(() => known.delete(key))
    for (const oldest of known.keys()) {
      if (known.size <= limit) break
      known.delete(oldest)
    }
    return answer
  }
}
