// Owns the hash chain of an audit trail: how entries are linked, and how a chain is checked offline (P4).
import type { Canonicalize, Digest, Instant, Json } from './values.ts'

/** One link. `hash` = SHA-256 of canonical {chain, seq, at, event, prev}; `seq` starts at 1, the first `prev` is "". */
export interface ChainEntry {
  readonly chain: string
  readonly seq: number
  readonly at: Instant
  readonly event: Json
  readonly prev: string
  readonly hash: string
}

/** Where a chain ends: seq and hash of its last entry. */
export interface ChainHead {
  readonly seq: number
  readonly hash: string
}

export const emptyHead: ChainHead = { seq: 0, hash: '' }

export type ChainVerdict =
  | { readonly ok: true; readonly head: string; readonly length: number }
  | { readonly ok: false; readonly seq: number; readonly reason: string }

interface Hashing {
  readonly canonicalize: Canonicalize
  readonly digest: Digest
}

/** The entries that continue a chain after `head` (`emptyHead` begins one), ready to be appended. */
export function linkEntries(
  chain: string,
  head: ChainHead,
  events: readonly { readonly at: Instant; readonly event: Json }[],
  canonicalize: Canonicalize,
  digest: Digest,
): readonly ChainEntry[] {
  let { seq, hash: prev } = head
  return events.map(({ at, event }) => {
    seq += 1
    const hash = digest(canonicalize({ chain, seq, at, event, prev }))
    const entry = { chain, seq, at, event, prev, hash }
    prev = hash
    return entry
  })
}

/**
 * Checks a whole chain, first entry first. Finds a changed, reordered, missing or repeated entry and says which one is
 * the first that does not fit. With `expectedHead` (from the chain's record or from an anchor) it finds a truncation too.
 */
export function verifyChain(entries: readonly ChainEntry[], hashing: Hashing, expectedHead?: ChainHead): ChainVerdict {
  let last: ChainEntry | undefined
  for (const entry of entries) {
    const reason = misfit(entry, last, hashing)
    if (reason !== undefined) return { ok: false, seq: entry.seq, reason }
    last = entry
  }
  const head: ChainHead = last ? { seq: last.seq, hash: last.hash } : emptyHead
  const reason = expectedHead && headMisfit(head, expectedHead)
  if (reason !== undefined) return { ok: false, seq: head.seq, reason }
  return { ok: true, head: head.hash, length: entries.length }
}

function misfit(entry: ChainEntry, last: ChainEntry | undefined, hashing: Hashing): string | undefined {
  const expected = (last?.seq ?? 0) + 1
  if (last && entry.chain !== last.chain) return `it belongs to another chain, ${entry.chain}`
  if (last && entry.seq === last.seq) return `there are two entries ${entry.seq}`
  if (entry.seq > expected) return `${missing(expected, entry.seq - 1)} before it`
  if (entry.seq !== expected) return `it is out of order: entry ${expected} belongs here`
  if (entry.prev !== (last?.hash ?? '')) {
    return last ? `it does not continue entry ${last.seq}` : 'it claims to continue an earlier entry, but is the first'
  }
  if (entry.hash !== hashOf(entry, hashing)) return 'its content does not match its hash: it was changed'
  return undefined
}

const missing = (from: number, to: number): string =>
  from === to ? `entry ${from} is missing` : `entries ${from} to ${to} are missing`

/** undefined where the content has no canonical form, which no entry that was ever linked has. */
function hashOf({ chain, seq, at, event, prev }: ChainEntry, { canonicalize, digest }: Hashing): string | undefined {
  try {
    return digest(canonicalize({ chain, seq, at, event, prev }))
  } catch {
    return undefined
  }
}

function headMisfit(head: ChainHead, expected: ChainHead): string | undefined {
  if (head.seq < expected.seq) return `the chain was truncated: it should end with entry ${expected.seq}`
  if (head.seq > expected.seq) return `the chain should have ended with entry ${expected.seq}`
  if (head.hash !== expected.hash) return 'it is not the entry that the chain should end with'
  return undefined
}
