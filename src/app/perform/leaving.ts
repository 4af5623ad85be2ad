// Owns the last moment before a mutating request leaves: what was checked is fresh, and the run is still this process's (P2, P11).
import type { Instant, Millis } from '../../core/values.ts'
import { whyFrozen } from '../freezes.ts'
import type { Performing } from './context.ts'

/** A freeze holds within a second: an older look at it counts as none. */
const FRESH_MS: Millis = 500

/**
 * Why a request that was looked at last at `checkedAt` must not leave by now; null: it may, at once. Between the look and
 * this moment its start was recorded, and meanwhile the process may have stood still or the store been slow. `freezable`
 * false: a person released it from the freeze. Rejects with a PortError where the store does not answer, or where another
 * process holds the run by now (`conflict`): then nothing leaves, and following by its key tells what became of it.
 */
export async function whyNotNow(work: Performing, checkedAt: Instant, freezable = true): Promise<string | null> {
  const { clock } = work.deps
  let from = checkedAt
  while (!isFresh(clock.now() - from)) {
    from = clock.now()
    const [why] = await Promise.all([freezable ? frozenNow(work) : null, work.renew()])
    if (why !== null) return why
  }
  return null
}

/** The last look before the start is recorded: a freeze that came while the rest was checked. */
export async function frozenNow({ deps, run }: Performing): Promise<string | null> {
  const why = await whyFrozen(deps, run)
  return why && `freeze: ${why}`
}

/** A clock that was set back tells nothing. */
const isFresh = (age: Millis): boolean => age >= 0 && age <= FRESH_MS
