// Owns what operators see of the store's daily life: what it refused, runs that changed hands, copies that wait.
import { type Instant, isObject, type Json, type Millis } from '../core/values.ts'
import type { Clock } from '../ports/clock.ts'
import { isPortError } from '../ports/errors.ts'
import type { ChainRecord, Store } from '../ports/store.ts'

export interface StoreWatch {
  /** The same store, watched. */
  readonly store: Store
  /** Runs of which a failing surface does not show all yet, as far as this replica tells them. */
  waiting(): readonly { readonly surface: string; readonly runs: number; readonly oldestMs: Millis }[]
  /** Runs whose work is overdue and which nobody works on; 50 at most. */
  overdueRuns(): Promise<number>
}

interface Told {
  storeFailed(kind: string): void
  tookOver(): void
}

/** Work is found within seconds, so what is overdue for so long is stuck. */
const OVERDUE_MS: Millis = 300_000
const LIMIT = 50
/** A copy that was not tried again for so long after its time is another replica's by now. */
const GONE_MS: Millis = 120_000

interface Waiting {
  readonly since: Instant
  readonly until: Instant
}

/** Watches every call of a store; nothing is changed. */
export function watchStore(store: Store, clock: Pick<Clock, 'now'>, told: Told): StoreWatch {
  const leases = new Map<string, string>()
  const waiting = new Map<string, Waiting>()

  const counted = Object.fromEntries(
    Object.entries(store).map(([name, method]) => [
      name,
      async (...args: readonly unknown[]): Promise<unknown> => {
        try {
          return await (method as (...given: readonly unknown[]) => Promise<unknown>)(...args)
        } catch (error) {
          if (isPortError(error)) told.storeFailed(error.kind)
          throw error
        }
      },
    ]),
  ) as unknown as Store

  const noteLeases = (records: readonly ChainRecord[]): void => {
    leases.clear()
    for (const { chain, lease } of records) if (lease) leases.set(chain, lease.owner)
  }
  /** A surface keeps its failures with its cursor, under `run:surface` (surfaces/surface.ts). */
  const noteCursor = async (key: string, value: Json): Promise<void> => {
    const run = key.slice(0, key.lastIndexOf(':'))
    const { failures, seq, notBefore, dead } = isObject(value) ? value : {}
    if (run === '' || typeof failures !== 'number') return
    if (failures === 0 || dead !== null || typeof seq !== 'number') return void waiting.delete(key)
    const since = waiting.get(key)?.since ?? (await store.entries(run, seq + 1, 1))[0]?.at ?? clock.now()
    waiting.set(key, { since, until: Number(notBefore) + GONE_MS })
  }

  return {
    store: {
      ...counted,
      async due(at, limit) {
        const found = await counted.due(at, limit)
        noteLeases(found)
        return found
      },
      async claim(chain, version, owner, at, leaseMs) {
        const before = leases.get(chain)
        const claimed = await counted.claim(chain, version, owner, at, leaseMs)
        leases.delete(chain)
        if (before !== undefined && before !== owner) told.tookOver()
        return claimed
      },
      async put(kind, key, value, version) {
        const written = await counted.put(kind, key, value, version)
        if (kind === 'cursor') await noteCursor(key, value).catch(() => undefined)
        return written
      },
    },
    waiting() {
      const found = new Map<string, { runs: number; oldest: Instant }>()
      for (const [key, { since, until }] of waiting) {
        if (until < clock.now()) {
          waiting.delete(key)
          continue
        }
        const surface = key.slice(key.lastIndexOf(':') + 1)
        const { runs, oldest } = found.get(surface) ?? { runs: 0, oldest: since }
        found.set(surface, { runs: runs + 1, oldest: Math.min(oldest, since) })
      }
      return [...found].map(([surface, { runs, oldest }]) => ({
        surface,
        runs,
        oldestMs: Math.max(0, clock.now() - oldest),
      }))
    },
    overdueRuns: async () => (await counted.due(clock.now() - OVERDUE_MS, LIMIT)).length,
  }
}
