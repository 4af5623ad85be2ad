// Owns taking records over into a Cosmos store, for a copy: each one guarded write of the run document.
import { PortError } from '../../../ports/errors.ts'
import type { ChainRecord } from '../../../ports/store.ts'
import type { StoreImport } from '../../../ports/store-transfer.ts'
import type { CosmosOptions } from './cosmos.ts'
import { guarded, type Seen } from './guarded.ts'
import { recent } from './recent.ts'
import { appended, fresh, RUN, type RunDocument } from './run-documents.ts'
import { transfer } from './transfer.ts'
import { newOp } from './writing.ts'

/** Sends nothing yet. Rejects an endpoint or a key that cannot be right, as `cosmosStore` does. */
export async function cosmosImport(options: CosmosOptions): Promise<StoreImport> {
  const { sending, requestsOf, dispose } = transfer(options)
  const requests = requestsOf('runs')
  const guarding = { ...sending, requests, seen: recent<Seen<RunDocument>>(1) }
  return {
    async settle(record: ChainRecord) {
      const op = newOp()
      const { chain, seq, head } = record
      await guarded(guarding, {
        pk: chain,
        id: RUN,
        next(before) {
          if (before?.seq !== seq || before.head !== head)
            throw new PortError('conflict', `chain ${chain} does not end at entry ${seq} here`)
          return settled(before, record, op)
        },
        send: (next, etag) => requests.replace(next, etag ?? ''),
        holds: ({ ops }) => ops.includes(op),
      })
    },
    /** Versions are random here: none comes back, wherever it was given. */
    async raiseVersions() {},
    async close() {
      dispose()
    },
  }
}

/** All that a record says, on the entries that are there. */
function settled(before: RunDocument, record: ChainRecord, op: string): RunDocument {
  const { chain, status, dueAt, labels, wakes, fence, version } = record
  const append = { chain, version: before.version, entries: [], status, dueAt, labels }
  const { createdAt, created } = fresh(append, record.createdAt)
  return {
    ...appended({ ...before, wokenAt: null }, append, record.createdAt, op),
    createdAt,
    created,
    wakes,
    leaseOwner: null,
    leaseUntil: 0,
    fence: Math.max(before.fence, fence) + 1,
    version: Math.max(before.version, version) + 1,
  }
}
