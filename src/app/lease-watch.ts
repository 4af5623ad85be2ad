// Owns keeping a lease while its run is worked on, and noticing what other processes wrote to the run or asked for.
import type { Millis } from '../core/values.ts'
import { isPortError } from '../ports/errors.ts'
import type { ChainRecord } from '../ports/store.ts'
import type { ActorContext } from './actor.ts'
import { sentence } from './perform/context.ts'

export interface LeaseWatch {
  /** Whether the lease certainly lasts: by time that goes on while a process stands still. */
  isMine(): boolean
  stop(): void
}

interface Watched {
  /** Another process holds the run by now. */
  readonly lost: () => void
  /** The last entry that was worked on here. */
  readonly seen: () => number
  /** There is news from elsewhere. */
  readonly wanted: () => void
}

/** What another process wrote is noticed so soon; the record is one cheap read. */
const LOOK_MS: Millis = 1_000

/** Watches the lease in `claimed` until it is stopped. Appends renew it too, so it is renewed here only when they rest. */
export function leaseWatch(
  { deps, journal }: Pick<ActorContext, 'deps' | 'journal'>,
  claimed: ChainRecord,
  { lost, seen, wanted }: Watched,
): LeaseWatch {
  const { store, clock, log, settings } = deps
  const { chain, fence } = claimed
  const { leaseMs } = settings
  let { wakes } = claimed
  let looking = false
  let mineUntil = performance.now() + (claimed.lease?.until ?? 0) - clock.now()
  let failing = false

  const look = async (): Promise<void> => {
    const startedAt = performance.now()
    const record = await store.record(chain)
    if (record?.fence !== fence || !record.lease) return lost()
    const now = clock.now()
    let { until } = record.lease
    if (until - now < (leaseMs * 2) / 3) {
      await store.renew(chain, fence, now, leaseMs)
      until = now + leaseMs
    }
    mineUntil = startedAt + (until - now)
    failing = false
    const { run } = await journal.see(record)
    const isWanted = record.wakes !== wakes || run.seq > seen()
    wakes = record.wakes
    if (isWanted) wanted()
  }

  const timer = setInterval(
    () => {
      if (looking) return
      looking = true
      look()
        .catch((error: unknown) => {
          // Another process took it over, or wrote to it what only a newer runbot understands.
          if (isPortError(error, 'conflict') || isPortError(error, 'malformed')) lost()
          else if (!failing) log.warn({ run: chain, reason: sentence(error) }, 'the lease could not be renewed')
          failing = true
        })
        .finally(() => {
          looking = false
        })
    },
    Math.min(LOOK_MS, leaseMs / 3),
  )
  return {
    isMine: () => performance.now() < mineUntil,
    stop: () => clearInterval(timer),
  }
}
