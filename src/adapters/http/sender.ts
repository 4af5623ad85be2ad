// Owns what the door knows of a kind of sender: its secrets, and how its requests become intake events.
import type { IncomingHttpHeaders } from 'node:http'
import type { Json } from '../../core/values.ts'
import type { MediaType } from './media-type.ts'

/** Deeper JSON is refused. */
export const maxDepth = 32

export interface SignedRequest {
  readonly headers: IncomingHttpHeaders
  readonly media: MediaType | undefined
  readonly text: string
  /** Its webhook-id. */
  readonly id: string
}

/** Events with what makes two of them the same, or why there are none. */
export type Reading =
  | { readonly ok: true; readonly batch: boolean; readonly events: readonly { key: string; body: Json }[] }
  | Refused
export type Refused = { readonly ok: false; readonly status: 400 | 415; readonly reason: string }

export const refused = (status: Refused['status'], reason: string): Refused => ({ ok: false, status, reason })

export interface Sender {
  readonly source: string
  /** The environment variable that opens this door. */
  readonly variable: string
  readonly secrets: readonly string[]
  /** Reads a request whose signature was right. */
  read(request: SignedRequest): Reading
}
