// Owns what runbot remembers of its checkpoints: the last one, and how far the chains from before were walked.
import { type Instant, isObject, type Json } from '../core/values.ts'
import type { ListQuery, Store } from '../ports/store.ts'
import { swap } from './documents.ts'

/** Going through every chain, newest first; `before` null: it begins. */
export interface Walk {
  readonly before: NonNullable<ListQuery['before']> | null
}

export interface Last {
  /** 0: there is none yet. */
  readonly n: number
  /** SHA-256 of its text; "" before the first. */
  readonly hash: string
  readonly at: Instant
  /** null: every chain was looked at. */
  readonly walk: Walk | null
  /** When a replica last looked what changed. */
  readonly watchedAt: Instant
}

const KIND = 'anchor'
const KEY = 'last'
const NONE: Last = { n: 0, hash: '', at: 0, walk: { before: null }, watchedAt: 0 }

/** What is remembered, also by who only reads the store. Rejects when it does not answer. */
export async function lastCheckpoint(store: Pick<Store, 'get'>): Promise<Last> {
  return lastIn((await store.get(KIND, KEY))?.value)
}

/** Remembers more; never less, for another replica may have been faster. */
export const moveOn = (store: Store, next: Last): Promise<void> =>
  swap<void>(store, KIND, KEY, (value) => ({
    ...(lastIn(value).n > next.n ? {} : { write: next as unknown as Json }),
    result: undefined,
  }))

const lastIn = (value: Json | undefined): Last =>
  isObject(value) && typeof value['n'] === 'number' ? (value as unknown as Last) : NONE
