// Owns answers that are remembered for a short while, so that asking the same again soon costs nothing.
import type { Instant, Millis } from '../core/values.ts'
import type { Clock } from '../ports/clock.ts'

/**
 * Asks once per key while the answer is under way or not older than `forMs`; what is not `worth` it is asked for again after
 * `againMs` (at once unless told), what rejected at once. At most `most` keys are remembered: beyond that the oldest is forgotten.
 */
export function kept<T>(options: {
  readonly clock: Pick<Clock, 'now'>
  readonly forMs: Millis
  readonly most: number
  readonly worth: (answer: T) => boolean
  readonly againMs?: Millis
}): (key: string, ask: () => Promise<T>) => Promise<T> {
  const { clock, forMs, most, worth, againMs = 0 } = options
  const answers = new Map<string, { readonly until: Instant; readonly answer: Promise<T> }>()

  return (key, ask) => {
    const found = answers.get(key)
    if (found && clock.now() < found.until) return found.answer
    const mine = { until: clock.now() + forMs, answer: ask() }
    const forget = () => {
      if (answers.get(key) === mine) answers.delete(key)
    }
    const doubt = () => {
      if (answers.get(key) === mine && againMs > 0) answers.set(key, { ...mine, until: clock.now() + againMs })
      else forget()
    }
    answers.delete(key)
    answers.set(key, mine)
    mine.answer.then((answer) => (worth(answer) ? undefined : doubt()), forget)
    for (const oldest of answers.keys()) {
      if (answers.size <= most) break
      answers.delete(oldest)
    }
    return mine.answer
  }
}
