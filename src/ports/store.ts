// Owns what the app needs from a store: run logs with their records, intake events, small documents, evidence.
import type { Instant, Json, Millis } from '../core/values.ts'

/** One link of a hash chain. `hash` = SHA-256 of canonical {chain, seq, at, event, prev}. `seq` starts at 1. */
export interface Entry {
  readonly chain: string
  readonly seq: number
  readonly at: Instant
  readonly event: Json
  readonly prev: string
  readonly hash: string
}

/** The mutable document beside a chain. Every write of it bumps `version`. */
export interface ChainRecord {
  readonly chain: string
  readonly status: string
  /** seq of the last entry, and its hash; 0 and "" before the first. */
  readonly seq: number
  readonly head: string
  /** Rises with every claim; a write with an older fence is refused. */
  readonly fence: number
  readonly lease: { readonly owner: string; readonly until: Instant } | null
  /** When work is due next; null: nothing until somebody acts. */
  readonly dueAt: Instant | null
  readonly createdAt: Instant
  /** How often somebody asked for a look (`wake`): the holder of the lease sees by it that it is wanted. */
  readonly wakes: number
  /** Free text to look a chain up by: incident number, sys_id, runbook. */
  readonly labels: { readonly [name: string]: string }
  readonly version: number
}

/** One atomic transition of a chain: entries and the record together, or neither. */
export interface Append {
  readonly chain: string
  /** The version that was read; null creates the chain. A different one is `conflict`. */
  readonly version: number | null
  /** With it the write is refused (`conflict`) when the record's fence is not this one: a paused worker does nothing. */
  readonly fence?: number
  /** The lease that the fence holds lasts at least until then, so that a busy worker need not renew it. */
  readonly leaseUntil?: Instant
  readonly entries: readonly Entry[]
  readonly status: string
  readonly dueAt: Instant | null
  /** Replaces the labels where given. */
  readonly labels?: { readonly [name: string]: string }
  /** Artefacts that the entries speak of: stored with them, never later. One of the same id is replaced. */
  readonly evidence?: readonly Artefact[]
}

/** Captured bytes under an id of their chain; its SHA-256 is in the log. */
export interface Artefact {
  readonly id: string
  readonly bytes: Uint8Array
}

/** Something that arrived from outside, stored before it was acknowledged. */
export interface IntakeEvent {
  /** Ours, derived from `key`. */
  readonly id: string
  /** What makes a delivery the same event, for example `servicenow:msg_1`. */
  readonly key: string
  readonly source: string
  readonly receivedAt: Instant
  readonly body: Json
}

/** One that waits, and until when whoever has it in hand may keep it from others. */
export interface PendingEvent extends IntakeEvent {
  readonly heldUntil: Instant
}

/** A small document with compare-and-swap, for example a lock, a cursor, a watch, the freeze. */
export interface Document {
  readonly kind: string
  readonly key: string
  readonly value: Json
  readonly version: number
}

/**
 * Every method rejects with a PortError: `conflict` (lost a race), `notFound`, `unavailable` (busy, full, closed).
 * After a resolved write the data is on disk.
 */
export interface Store {
  /** Refuses with `conflict` when the version or the fence differs or an entry's (chain, seq) exists. */
  append(append: Append): Promise<ChainRecord>
  record(chain: string): Promise<ChainRecord | undefined>
  /** Entries from `fromSeq` (default 1) in order. */
  entries(chain: string, fromSeq?: number, limit?: number): Promise<readonly Entry[]>
  /** Chains with dueAt <= at whose lease is free or run out, earliest first. */
  due(at: Instant, limit: number): Promise<readonly ChainRecord[]>
  /** Takes the lease: fence + 1. `conflict` when the version differs or someone else's lease is alive at `at`. */
  claim(chain: string, version: number, owner: string, at: Instant, leaseMs: Millis): Promise<ChainRecord>
  /** Makes the lease that this fence holds last until at + leaseMs; `conflict` on another fence. No version bump. */
  renew(chain: string, fence: number, at: Instant, leaseMs: Millis): Promise<void>
  /** Gives the lease up and sets when work is due next; `conflict` on another fence. */
  release(chain: string, fence: number, dueAt: Instant | null): Promise<void>
  /** Sets dueAt no later than `at` and bumps `wakes`, whoever holds the lease; no version check, no version bump. */
  wake(chain: string, at: Instant): Promise<void>
  /** Chains, newest first; `label` narrows by one label, `open` to those not in `ended`. Keyset page by `before`. */
  list(query: ListQuery): Promise<readonly ChainRecord[]>

  /** Stores an intake event once, held for the caller; a repeat returns the first one's id with `fresh: false`. */
  accept(event: IntakeEvent, heldUntil: Instant): Promise<{ readonly id: string; readonly fresh: boolean }>
  /** Accepted, not yet done, and held by nobody at `at`; oldest first. */
  pending(at: Instant, limit: number): Promise<readonly PendingEvent[]>
  /** Takes one in hand until `until`; `conflict` when it is held otherwise than `was` says, or done. */
  hold(id: string, was: Instant, until: Instant): Promise<void>
  /** Processing failed for now, or is left to others: held by nobody from `at` on. */
  postpone(id: string, at: Instant): Promise<void>
  /** Processing is over. The dedupe key stays. */
  done(id: string): Promise<void>
  /** How many intake events wait, for back-pressure and metrics. */
  backlog(): Promise<number>

  get(kind: string, key: string): Promise<Document | undefined>
  /** version null: must not exist yet. Otherwise it must be the stored one, else `conflict`. */
  put(kind: string, key: string, value: Json, version: number | null): Promise<Document>
  /** Deletes it when the version still fits, else `conflict`; absent is fine. */
  remove(kind: string, key: string, version: number): Promise<void>
  all(kind: string): Promise<readonly Document[]>

  evidence(chain: string, id: string): Promise<Uint8Array | undefined>

  /** Names of chains that have entries but no record: somebody deleted it by hand. For the audit; it may take long. */
  orphans(): Promise<readonly string[]>

  /** A cheap read that proves the store answers. */
  ping(): Promise<void>
  close(): Promise<void>
}

export interface ListQuery {
  readonly limit: number
  readonly before?: { readonly createdAt: Instant; readonly chain: string }
  readonly label?: { readonly name: string; readonly value: string }
  /** Only chains whose status is one of these. */
  readonly statuses?: readonly string[]
}
