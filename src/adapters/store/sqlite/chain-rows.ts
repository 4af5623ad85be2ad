// Owns the rows of run logs: how a record and an entry come out of their columns, and what an append must fit.
import type { Instant } from '../../../core/values.ts'
import { PortError } from '../../../ports/errors.ts'
import type { Append, ChainRecord, Entry } from '../../../ports/store.ts'
import type { Row } from './statements.ts'
import { earliest, fromJson } from './values.ts'

/** A record as it is stored: with the wake-ups that a release or an append must not lose. */
export interface Chain extends ChainRecord {
  /** The earliest moment that somebody other than the lease's holder asked for since the last claim. */
  readonly wokenAt: Instant | null
}

export function toChain(row: Row): Chain {
  const chain = row['chain'] as string
  const owner = row['lease_owner'] as string | null
  return {
    chain,
    status: row['status'] as string,
    seq: row['seq'] as number,
    head: row['head'] as string,
    fence: row['fence'] as number,
    lease: owner === null ? null : { owner, until: row['lease_until'] as number },
    dueAt: row['due_at'] as number | null,
    createdAt: row['created_at'] as number,
    wakes: row['wakes'] as number,
    labels: fromJson(row['labels'] as string, `the record of chain ${chain}`) as ChainRecord['labels'],
    version: row['version'] as number,
    wokenAt: row['woken_at'] as number | null,
  }
}

export function toRecord(chain: Chain): ChainRecord {
  const { wokenAt: _wokenAt, ...record } = chain
  return record
}

export function toEntry(row: Row): Entry {
  const chain = row['chain'] as string
  const seq = row['seq'] as number
  const event = fromJson(row['event'] as string, `entry ${seq} of chain ${chain}`)
  return { chain, seq, at: row['at'] as number, event, prev: row['prev'] as string, hash: row['hash'] as string }
}

/** Refuses entries that do not continue the chain: a used seq is a lost race, anything else a fault of the caller. */
export function checkLinks(entries: readonly Entry[], chain: Pick<ChainRecord, 'chain' | 'seq' | 'head'>): void {
  let { seq, head } = chain
  for (const entry of entries) {
    if (entry.chain === chain.chain && entry.seq <= seq) {
      throw new PortError('conflict', `chain ${chain.chain} has an entry ${entry.seq} already`)
    }
    if (entry.chain !== chain.chain || entry.seq !== seq + 1 || entry.prev !== head) {
      throw new PortError('malformed', `entry ${entry.seq} does not continue chain ${chain.chain} after entry ${seq}`)
    }
    seq = entry.seq
    head = entry.hash
  }
}

/** The record after an append that was allowed; `before` is a fresh record for a new chain. */
export function appended(before: Chain, append: Append): Chain {
  const last = append.entries.at(-1)
  // Somebody else wrote under a lease (an approval, a stop): its holder's release must not put that moment off.
  const isOther = append.fence === undefined && before.lease !== null
  const wokenAt = isOther ? earliest(before.wokenAt, append.dueAt) : before.wokenAt
  return {
    ...before,
    status: append.status,
    seq: last?.seq ?? before.seq,
    head: last?.hash ?? before.head,
    dueAt: earliest(append.dueAt, wokenAt),
    wokenAt,
    lease: lasting(before.lease, append),
    labels: append.labels ?? before.labels,
    version: before.version + 1,
  }
}

/** A write under the lease keeps it alive. */
function lasting(lease: Chain['lease'], { fence, leaseUntil = 0 }: Append): Chain['lease'] {
  return lease && fence !== undefined ? { ...lease, until: Math.max(lease.until, leaseUntil) } : lease
}
