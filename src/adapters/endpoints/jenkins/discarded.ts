// Owns telling from build numbers that builds are no longer there: a job counts them without a gap.
import type { Build } from './schema.ts'

/**
 * When the newest missing build had begun at the latest, in epoch milliseconds: before the one after it began. Infinity
 * where that cannot be told; undefined where none is missing. `next`: the number of the job's next build.
 */
export function discardedAt(builds: readonly Build[], next: number | undefined): number | undefined {
  const newestFirst = builds.toSorted((one, other) => other.number - one.number)
  let expected = (next ?? (newestFirst[0]?.number ?? 0) + 1) - 1
  let before = Number.POSITIVE_INFINITY
  for (const { number, timestamp } of newestFirst) {
    if (number < expected) return before
    expected = number - 1
    before = timestamp ?? Number.POSITIVE_INFINITY
  }
  return expected > 0 ? before : undefined
}
