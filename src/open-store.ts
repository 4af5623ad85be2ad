// Owns opening the store that the configuration names, for runbot itself and for the commands at a terminal.
import { existsSync } from 'node:fs'
import { sqliteStore } from './adapters/store/sqlite/sqlite.ts'
import type { StoreConfig } from './config.ts'
import type { Millis } from './core/values.ts'
import { type Clock, systemClock } from './ports/clock.ts'
import { PortError } from './ports/errors.ts'
import type { Store } from './ports/store.ts'

export interface OpenedStore {
  readonly store: Store
  /** The time that all replicas of this store share. */
  readonly clock: Clock
  /** What is wrong with it and does not keep it from working. */
  readonly warnings: readonly string[]
}

interface How {
  /** Nothing is written, and nothing made. */
  readonly readOnly?: boolean
  /** It must be there: a command that is started in the wrong directory makes no store of its own. */
  readonly mustExist?: boolean
  /** How long a write waits for another process that writes to the same file. */
  readonly busyTimeoutMs?: Millis
}

/** Opens the store. Rejects with a PortError whose message is one sentence for a person. */
export async function openStore(config: StoreConfig, how: How = {}): Promise<OpenedStore> {
  const { readOnly = false, mustExist = readOnly, busyTimeoutMs } = how
  if (config.kind === 'cosmos') {
    // Its SDK costs start-up time and memory, which nobody pays who does not use it.
    const { cosmosStore } = await import('./adapters/store/cosmos/cosmos.ts')
    return await cosmosStore(config)
  }
  if (mustExist && !existsSync(config.path)) throw new PortError('notFound', `there is no store at ${config.path}`)
  const store = await sqliteStore({
    path: config.path,
    openReadOnly: readOnly,
    ...(busyTimeoutMs === undefined ? {} : { busyTimeoutMs }),
  })
  return { store, clock: systemClock, warnings: [] }
}
