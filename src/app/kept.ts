// Owns answers that are remembered for a short while, so that asking the same again soon costs nothing.
import type { Instant, Millis } from '../core/values.ts'
import type { Clock } from '../ports/clock.ts'

/**
 * Asks once per key while the answer is under way or not older than `forMs`; what is not `worth` it, or rejected, is asked
 * for again. At most `most` keys are remembered: beyond that the oldest is forgotten.
 */
export function kept<T>(options: {
  readonly clock: Pick<Clock, 'now'>
  readonly forMs: Millis
  readonly most: number
  readonly worth: (answer: T) => boolean
}): (key: string, ask: () => Promise<T>) => Promise<T> {
  const { clock, forMs, most, worth } = options
  const answers = new Map<string, { readonly at: Instant; readonly answer: Promise<T> }>()

  return (key, ask) => {
    const found = answers.get(key)
    if (found && clock.now() - found.at < forMs) return found.answer
    const mine = { at: clock.now(), answer: ask() }
    const forget = () => {
      if (answers.get(key) === mine) answers.delete(key)
    }
    answers.delete(key)
    answers.set(key, mine)
    mine.answer.then((answer) => (worth(answer) ? undefined : forget()), forget)
    for (const oldest of answers.keys()) {
      if (answers.size <= most) break
      answers.delete(oldest)
    }
    return mine.answer
  }
}
