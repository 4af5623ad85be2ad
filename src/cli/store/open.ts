// Owns opening a store for a copy: the store itself, and beside it what reads everything or takes records over.
import { resolve } from 'node:path'
import type { StoreConfig } from '../../config.ts'
import { openStore } from '../../open-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Store } from '../../ports/store.ts'
import type { StoreExport, StoreImport } from '../../ports/store-transfer.ts'

/** A store that everything can be read out of. */
export interface Source {
  readonly store: Store
  readonly clock: Clock
  readonly all: StoreExport
}

/** One that can also take over what another one holds. */
export interface Target extends Source {
  readonly into: StoreImport
}

/** Another process may be writing; whoever copies would rather wait. */
const BUSY_MS = 10_000

/** Opens it for reading only; it must exist. Calls `work` and closes. Rejects as `openStore` does. */
export async function withSource<T>(config: StoreConfig, work: (source: Source) => Promise<T>): Promise<T> {
  const { store, clock } = await openStore(config, { readOnly: true })
  return closing([store], async (opened) => {
    const all = await exportOf(config)
    opened.push(all)
    return work({ store, clock, all })
  })
}

/** Opens it for writing, and makes a SQLite file that is missing. Calls `work` and closes. */
export async function withTarget<T>(config: StoreConfig, work: (target: Target) => Promise<T>): Promise<T> {
  const { store, clock } = await openStore(config, { busyTimeoutMs: BUSY_MS })
  return closing([store], async (opened) => {
    const all = await exportOf(config)
    opened.push(all)
    const into = await importOf(config)
    opened.push(into)
    return work({ store, clock, all, into })
  })
}

interface Closable {
  close(): Promise<void>
}

async function closing<T>(opened: Closable[], work: (opened: Closable[]) => Promise<T>): Promise<T> {
  try {
    return await work(opened)
  } finally {
    for (const each of opened.toReversed()) await each.close()
  }
}

async function exportOf(config: StoreConfig): Promise<StoreExport> {
  if (config.kind === 'cosmos') {
    const { cosmosExport } = await import('../../adapters/store/cosmos/export.ts')
    return cosmosExport(config)
  }
  const { sqliteExport } = await import('../../adapters/store/sqlite/export.ts')
  return sqliteExport({ path: resolve(config.path), busyTimeoutMs: BUSY_MS })
}

async function importOf(config: StoreConfig): Promise<StoreImport> {
  if (config.kind === 'cosmos') {
    const { cosmosImport } = await import('../../adapters/store/cosmos/import.ts')
    return cosmosImport(config)
  }
  const { sqliteImport } = await import('../../adapters/store/sqlite/import.ts')
  return sqliteImport({ path: resolve(config.path), busyTimeoutMs: BUSY_MS })
}
