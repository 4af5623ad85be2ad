// Owns the events that a ServiceNow business rule sends (DESIGN §6, CONTRACTS §1.7).
import { readJson } from './json.ts'
import { isJson } from './media-type.ts'
import { check, serviceNowEventSchema } from './schema.ts'
import { maxDepth, type ProvenRequest, type Reading, refused, type Sender } from './sender.ts'
import { signedSender } from './signed-sender.ts'

/** Events signed with one of `secrets`; a repeat is the same webhook-id. */
export const serviceNowSender = (secrets: readonly string[]): Sender =>
  signedSender('servicenow', 'SERVICENOW_WEBHOOK_SECRET', secrets, readServiceNowEvent)

function readServiceNowEvent({ media, text, id }: ProvenRequest): Reading {
  if (!isJson(media)) return refused(415, `${media?.type} is not understood: send application/json.`)
  const read = readJson(text, maxDepth)
  if (!read.ok) return refused(400, read.reason)
  const event = check(serviceNowEventSchema, read.value, 'event')
  if (!event.ok) return refused(400, event.reason)
  return { ok: true, batch: false, events: [{ key: `servicenow:${id}`, body: event.value }] }
}
