// Owns the document of an intake event: one for each dedupe key, and what its fields say while it waits and after.
import type { Instant, Json } from '../../../core/values.ts'
import { PortError } from '../../../ports/errors.ts'
import type { IntakeEvent, PendingEvent } from '../../../ports/store.ts'
import { digestOf, sortable } from './keys.ts'
import { type Payload, packed, unpacked } from './payloads.ts'
import type { Requests, Stored } from './requests.ts'

/** Names of fields are lower case: conditions of patches are compared so by more than one implementation. */
export interface IntakeDocument extends Stored, Payload {
  /** Indexed: the event's id. */
  readonly event: string
  readonly open: boolean
  /** Indexed: sorts by when it was received, and within one moment by when it was stored; null when it is done. */
  readonly waits: string | null
  /** Indexed; null when it is done. */
  readonly helduntil: Instant | null
  /** Of the write that accepted it or took it in hand last. */
  readonly op: string
  /** Seconds after which Cosmos deletes it; without it, never. */
  readonly ttl?: number
}

/** A webhook that is older than minutes is refused by its timestamp already. */
const REMEMBERED_S = 30 * 24 * 3600

/** The digest of its dedupe key is its id and its partition: a repeat is a 409. */
export const partitionOf = (key: string): string => digestOf(key)

export interface Acceptance {
  readonly event: IntakeEvent
  /** JSON text of the event. */
  readonly text: string
  readonly heldUntil: Instant
  /** Rises with each event that this process stores. */
  readonly arrival: number
  readonly op: string
}

export async function accepted({ event, text, heldUntil, arrival, op }: Acceptance): Promise<IntakeDocument> {
  const pk = partitionOf(event.key)
  const waits = `${sortable(event.receivedAt)} ${sortable(arrival)}`
  return { pk, id: pk, event: event.id, open: true, waits, helduntil: heldUntil, op, ...(await packed(text)) }
}

export function toText({ id, key, source, receivedAt, body }: IntakeEvent): string {
  try {
    return JSON.stringify([id, key, source, receivedAt, body])
  } catch (cause) {
    throw new PortError('malformed', 'the value cannot be written as JSON', { cause })
  }
}

export async function toEvent(requests: Requests, document: IntakeDocument): Promise<PendingEvent> {
  const text = (await unpacked(requests, document.pk, document)).toString('utf8')
  const [id, key, source, receivedAt, body] = JSON.parse(text) as [string, string, string, Instant, Json]
  return { id, key, source, receivedAt, body, heldUntil: document.helduntil ?? 0 }
}

const set = (path: string, value: Json) => ({ op: 'set' as const, path: `/${path}`, value })
const OPEN = 'from c where c.open = true'

/** What a patch makes of an event that waits; each may be sent twice. */
export const patches = {
  done: {
    condition: OPEN,
    operations: [set('open', false), set('waits', null), set('helduntil', null), set('ttl', REMEMBERED_S)],
  },
  postponed: (at: Instant) => ({ condition: OPEN, operations: [set('helduntil', at)] }),
  held: (was: Instant, until: Instant, op: string) => ({
    condition: `${OPEN} and c.helduntil = ${JSON.stringify(was)}`,
    operations: [set('helduntil', until), set('op', op)],
  }),
}
