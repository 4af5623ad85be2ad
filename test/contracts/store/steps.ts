// Owns the steps that specs of stores are made of: chains and events as they are written, and how races end.
import assert from 'node:assert/strict'
import { canonicalJson, sha256Hex } from '../../../src/adapters/store/hashing.ts'
import { type ChainHead, emptyHead, linkEntries } from '../../../src/core/audit.ts'
import type { Json } from '../../../src/core/values.ts'
import { isPortError, type PortErrorKind } from '../../../src/ports/errors.ts'
import type { Append, ChainRecord, IntakeEvent, Store } from '../../../src/ports/store.ts'

/** A store of its own for one test; `dispose` removes what it left behind, after it was closed. */
export type MakeStore = () => Promise<{ readonly store: Store; readonly dispose: () => Promise<void> }>

/** Linked entries that continue a chain, one per event. */
export const linked = (chain: string, events: readonly Json[], head: ChainHead = emptyHead, at = 1000) =>
  linkEntries(
    chain,
    head,
    events.map((event) => ({ at, event })),
    canonicalJson,
    sha256Hex,
  )

/** Creates a chain with one entry. */
export const begin = (store: Store, chain: string, more: Partial<Append> = {}): Promise<ChainRecord> => {
  const entries = linked(chain, [{ type: 'begun' }])
  return store.append({ chain, version: null, entries, status: 'proposed', dueAt: null, ...more })
}

/** Adds one entry to a chain as its record stands. */
export const extend = (
  store: Store,
  record: ChainRecord,
  event: Json,
  more: Partial<Append> = {},
): Promise<ChainRecord> => {
  const entries = linked(record.chain, [event], { seq: record.seq, hash: record.head })
  const { chain, version, status, dueAt } = record
  return store.append({ chain, version, entries, status, dueAt, ...more })
}

export const event = (key: string, more: Partial<IntakeEvent> = {}): IntakeEvent => ({
  id: `evt_${key}`,
  key,
  source: 'servicenow',
  receivedAt: 1000,
  body: { number: key },
  ...more,
})

export const rejectsWith = (work: Promise<unknown>, kind: PortErrorKind): Promise<void> =>
  assert.rejects(work, (error) => isPortError(error, kind) || assert.fail(`not a ${kind}: ${String(error)}`))

export const names = (records: readonly ChainRecord[]) => records.map(({ chain }) => chain)
export const won = (results: readonly PromiseSettledResult<unknown>[]) =>
  results.filter((r) => r.status === 'fulfilled').length
export const lost = (results: readonly PromiseSettledResult<unknown>[], kind: PortErrorKind) =>
  results.filter((r) => r.status === 'rejected' && isPortError(r.reason, kind)).length

/** `it`, with a store of its own that is closed and removed afterwards. */
export type On = (title: string, body: (store: Store) => Promise<void>) => void

export const onStores =
  (makeStore: MakeStore): On =>
  (title, body) =>
    void it(title, async () => {
      const { store, dispose } = await makeStore()
      try {
        await body(store)
      } finally {
        await store.close()
        await dispose()
      }
    })
