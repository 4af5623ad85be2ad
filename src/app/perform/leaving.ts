// Owns the last moment before a mutating request leaves: what was checked is fresh, and the run is still this process's (P2, P11).
import type { Run } from '../../core/run.ts'
import type { Instant, Millis } from '../../core/values.ts'
import { PortError } from '../../ports/errors.ts'
import { whyFrozen } from '../freezes.ts'
import type { Performing } from './context.ts'

/** A freeze holds within a second: an older look at it counts as none. */
const FRESH_MS: Millis = 500

interface Leaving {
  readonly which: 'action' | 'rollback'
  /** When it was last looked whether it may leave. */
  readonly checkedAt: Instant
  readonly deadlineAt: Instant
  /** false: a person released it from the freeze. */
  readonly freezable: boolean
}

export interface Keeper {
  /** For whoever sends: rejects where the request may not leave by now. */
  mayLeave(): Promise<void>
  /** Why it was held back; null: it was not. Rejects with what kept it from being told: then nothing left either. */
  why(): string | null
}

/**
 * Keeps one request. Between the look at `checkedAt` and the moment in which it leaves its start was recorded, it waited
 * for its turn, and the process may have stood still: where more than a moment has passed, the freeze is read again, the
 * lease is renewed under its fence, and the run is read again. Where the store does not answer, or another process holds
 * the run by now (`conflict`), nothing leaves, and following by its key tells what became of it.
 */
export function keeper(work: Performing, { which, checkedAt, deadlineAt, freezable }: Leaving): Keeper {
  const { clock } = work.deps
  let from = checkedAt
  let held: string | null = null
  let broken: Error | undefined

  const look = async (): Promise<string | null> => {
    while (!isFresh(clock.now() - from)) {
      if (work.signal.aborted) throw new PortError('conflict', 'this process lets go of the run')
      if (clock.now() >= deadlineAt) return 'it could not be looked at once more in time'
      from = clock.now()
      const [frozen, run] = await Promise.all([freezable ? frozenNow(work) : null, work.renew()])
      if (frozen !== null) return frozen
      if (!mayGoOn(run, which)) return 'somebody has stopped the run, or taken it over'
    }
    return null
  }
  return {
    async mayLeave() {
      try {
        held = await look()
      } catch (error) {
        broken = error instanceof Error ? error : new Error(String(error))
        throw broken
      }
      if (held !== null) throw new PortError('denied', held)
    },
    why() {
      if (broken) throw broken
      return held
    },
  }
}

/** Nobody, and no brake, has said meanwhile that nothing more leaves (P11). */
export const mayGoOn = (run: Run, which: 'action' | 'rollback'): boolean =>
  !run.finished &&
  !run.stopRequested &&
  !run.takenOver &&
  !(which === 'action' ? (run.brake ?? run.undo) : run.undo && run.brake)

/** The last look before the start is recorded: a freeze that came while the rest was checked. */
export async function frozenNow({ deps, run }: Performing): Promise<string | null> {
  const why = await whyFrozen(deps, run)
  return why && `freeze: ${why}`
}

/** A clock that was set back tells nothing. */
const isFresh = (age: Millis): boolean => age >= 0 && age <= FRESH_MS
