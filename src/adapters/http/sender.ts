// Owns what the door knows of a kind of sender: what proves its requests, and how they become intake events.
import type { IncomingHttpHeaders } from 'node:http'
import type { Instant, Json } from '../../core/values.ts'
import type { MediaType } from './media-type.ts'

/** Deeper JSON is refused. */
export const maxDepth = 32

/** A request as it came: nothing of it is believed yet. `url` is its target, with the query. */
export interface RawRequest {
  readonly headers: IncomingHttpHeaders
  readonly url: string
  readonly body: Buffer
  readonly now: Instant
}

/** `id` is what makes two requests the same whatever their bodies, where the sender proves one (its webhook-id). */
export type Proof = { readonly ok: true; readonly id: string | undefined } | Unproven
/** 503: whether it is right cannot be told now. `scheme` is for WWW-Authenticate. */
export type Unproven = {
  readonly ok: false
  readonly status: 401 | 503
  readonly reason: string
  readonly scheme: string
}

export interface ProvenRequest {
  readonly headers: IncomingHttpHeaders
  readonly media: MediaType | undefined
  readonly text: string
  readonly id: string | undefined
  readonly now: Instant
}

/** Events with what makes two of them the same, or why there are none. */
export type Reading =
  | {
      readonly ok: true
      readonly batch: boolean
      readonly events: readonly Event[]
      /** What an operator should know of it although it was taken. */
      readonly warning?: string
    }
  /** Nothing wrong with it, and nothing for runbot in it. */
  | { readonly ok: true; readonly ignored: string }
  | Refused
export type Event = { readonly key: string; readonly body: Json }
export type Refused = { readonly ok: false; readonly status: 400 | 415; readonly reason: string }

export const refused = (status: Refused['status'], reason: string): Refused => ({ ok: false, status, reason })

/** A door as it is configured at this moment. */
export interface Gate {
  prove(request: RawRequest): Proof | Promise<Proof>
  /** Reads a request that was proven. */
  read(request: ProvenRequest): Reading
}

export interface Sender {
  readonly source: string
  /**
   * It drops what it was answered 408 or 500 for, and sends again what it was answered 503 for (CONTRACTS §6): told 503,
   * it loses nothing.
   */
  readonly repeats503Only: boolean
  /** Asked at every request, for files change; a sentence where it is closed, which says what would open it (P12). */
  gate(): Gate | string
}
