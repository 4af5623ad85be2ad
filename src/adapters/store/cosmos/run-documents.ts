// Owns the run document: what a chain's record is in Cosmos, and what each transition makes of it.
import type { Instant, Millis } from '../../../core/values.ts'
import { PortError } from '../../../ports/errors.ts'
import type { Append, ChainRecord, Entry } from '../../../ports/store.ts'
import { sortable } from './keys.ts'
import type { Stored } from './requests.ts'

/** Its id in the chain's partition. Names with a comment are indexed (infra/cosmos-indexing.json). */
export interface RunDocument extends Stored {
  readonly schema: 1
  /** Indexed. */
  readonly status: string
  readonly seq: number
  readonly head: string
  readonly fence: number
  readonly leaseOwner: string | null
  /** Indexed. 0 while nobody holds it. */
  readonly leaseUntil: Instant
  readonly dueAt: Instant | null
  /** Indexed: `dueAt` and the chain, so that both sort in one index; null while nothing is due. */
  readonly due: string | null
  /** The earliest moment that somebody other than the lease's holder asked for since the last claim. */
  readonly wokenAt: Instant | null
  readonly wakes: number
  readonly createdAt: Instant
  /** Indexed: as `due`. */
  readonly created: string
  /** JSON text: the names are outside text. */
  readonly labels: string
  /** Indexed: each label as a JSON pair. */
  readonly tags: readonly string[]
  readonly version: number
  /** Ids of the last writes, newest last: by them a write whose answer was lost is recognised. */
  readonly ops: readonly string[]
}

export const RUN = 'run'
/** A write is recognised while no more than this many others followed it: all within the time of one call. */
const KEPT_OPS = 16

export function toRecord(document: RunDocument): ChainRecord {
  const { pk, status, seq, head, fence, leaseOwner, leaseUntil, dueAt, createdAt, wakes, labels, version } = document
  const lease = leaseOwner === null ? null : { owner: leaseOwner, until: leaseUntil }
  const parsed = JSON.parse(labels) as ChainRecord['labels']
  return { chain: pk, status, seq, head, fence, lease, dueAt, createdAt, wakes, labels: parsed, version }
}

export const tagOf = (name: string, value: string): string => JSON.stringify([name, value])

export function fresh({ chain, status, entries }: Append, now: Instant): RunDocument {
  const createdAt = entries[0]?.at ?? now
  return {
    pk: chain,
    id: RUN,
    schema: 1,
    status,
    seq: 0,
    head: '',
    fence: 0,
    leaseOwner: null,
    leaseUntil: 0,
    dueAt: null,
    due: null,
    wokenAt: null,
    wakes: 0,
    createdAt,
    created: `${sortable(createdAt)} ${chain}`,
    labels: '{}',
    tags: [],
    version: 0,
    ops: [],
  }
}

/** Part of every change: what follows from the other fields, and the id of the write. */
function written(before: RunDocument, changes: Partial<RunDocument>, op: string): RunDocument {
  const { _etag: _, ...after } = { ...before, ...changes }
  const due = after.dueAt === null ? null : `${sortable(after.dueAt)} ${after.pk}`
  return { ...after, due, ops: [...before.ops, op].slice(-KEPT_OPS) }
}

/** Refuses another version or fence than the stored one, and entries that do not continue the chain. */
export function appended(stored: RunDocument | undefined, append: Append, now: Instant, op: string): RunDocument {
  checkCurrent(append, stored)
  const before = stored ?? fresh(append, now)
  checkLinks(append.entries, before)
  const last = append.entries.at(-1)
  // Somebody else wrote under a lease (an approval, a stop): its holder's release must not put that moment off.
  const isOther = append.fence === undefined && before.leaseOwner !== null
  const wokenAt = isOther ? earliest(before.wokenAt, append.dueAt) : before.wokenAt
  const isHeld = append.fence !== undefined && before.leaseOwner !== null
  const changes = {
    status: append.status,
    seq: last?.seq ?? before.seq,
    head: last?.hash ?? before.head,
    dueAt: earliest(append.dueAt, wokenAt),
    wokenAt,
    leaseUntil: isHeld ? Math.max(before.leaseUntil, append.leaseUntil ?? 0) : before.leaseUntil,
    ...(append.labels && labelled(append.labels)),
    version: before.version + 1,
  }
  return written(before, changes, op)
}

export interface Claim {
  readonly version: number
  readonly owner: string
  readonly at: Instant
  readonly leaseMs: Millis
}

export function claimed(before: RunDocument, { version, owner, at, leaseMs }: Claim, op: string): RunDocument {
  const { pk, leaseOwner, leaseUntil, fence } = before
  if (before.version !== version) throw conflict(pk, `it is at version ${before.version}, not ${version}`)
  if (leaseOwner !== null && leaseUntil > at && leaseOwner !== owner) throw conflict(pk, 'somebody else works on it')
  const lease = { leaseOwner: owner, leaseUntil: at + leaseMs }
  return written(before, { fence: fence + 1, ...lease, wokenAt: null, version: version + 1 }, op)
}

export function renewed(before: RunDocument, fence: number, until: Instant, op: string): RunDocument {
  checkFence(before, fence)
  if (before.leaseOwner === null) throw conflict(before.pk, 'its lease was given up')
  return written(before, { leaseUntil: until }, op)
}

export function released(before: RunDocument, fence: number, dueAt: Instant | null, op: string): RunDocument {
  checkFence(before, fence)
  const free = { leaseOwner: null, leaseUntil: 0, dueAt: earliest(dueAt, before.wokenAt) }
  return written(before, { ...free, version: before.version + 1 }, op)
}

export function woken(before: RunDocument, at: Instant, op: string): RunDocument {
  const [dueAt, wokenAt] = [earliest(before.dueAt, at), earliest(before.wokenAt, at)]
  return written(before, { dueAt, wokenAt, wakes: before.wakes + 1 }, op)
}

const labelled = (labels: ChainRecord['labels']) => ({
  labels: JSON.stringify(labels),
  tags: Object.entries(labels).map(([name, value]) => tagOf(name, value)),
})

function checkFence({ pk, fence }: RunDocument, expected: number): void {
  if (fence !== expected) throw conflict(pk, 'somebody else took it over')
}

function checkCurrent({ chain, version, fence }: Append, stored: RunDocument | undefined): void {
  if (version === null && stored) throw conflict(chain, 'it exists already')
  if (version !== null && !stored) throw conflict(chain, 'it does not exist')
  if (stored && stored.version !== version) throw conflict(chain, `it is at version ${stored.version}, not ${version}`)
  if (fence !== undefined && fence !== (stored?.fence ?? 0)) throw conflict(chain, 'somebody else took it over')
}

/** A used seq is a lost race, anything else a fault of the caller. */
function checkLinks(entries: readonly Entry[], { pk, ...before }: RunDocument): void {
  let { seq, head } = before
  for (const entry of entries) {
    if (entry.chain === pk && entry.seq <= seq) throw conflict(pk, `it has an entry ${entry.seq} already`)
    if (entry.chain !== pk || entry.seq !== seq + 1 || entry.prev !== head)
      throw new PortError('malformed', `entry ${entry.seq} does not continue chain ${pk} after entry ${seq}`)
    seq = entry.seq
    head = entry.hash
  }
}

const conflict = (chain: string, why: string): PortError => new PortError('conflict', `chain ${chain}: ${why}`)

const earliest = (a: Instant | null, b: Instant | null): Instant | null =>
  a === null ? b : b === null ? a : Math.min(a, b)
