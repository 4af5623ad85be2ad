// Owns what an activity may look like: only the fields that runbot reads, each bounded, the rest dropped.
import { z } from 'zod'
import type { Json, JsonObject } from '../../core/values.ts'

const text = (max: number) => z.string().max(max)
const id = text(1024).min(1)
const account = z.object({ id, name: text(512).nullish(), aadObjectId: text(256).nullish() })

/**
 * An inbound activity. What identity rests on (tenants, ids, serviceUrl) is strict: a wrong type is a bad request.
 * What is only shown or may be absent falls away quietly when it is odd.
 */
export const Activity = z.object({
  type: text(64).min(1),
  id: id.nullish(),
  name: text(128).nullish(),
  action: text(64).nullish(),
  channelId: text(64).min(1),
  serviceUrl: text(1024).min(1),
  replyToId: id.nullish(),
  from: account.nullish(),
  recipient: account.nullish(),
  conversation: z.object({
    id,
    conversationType: text(64).nullish(),
    isGroup: z.boolean().nullish(),
    tenantId: text(256).nullish(),
  }),
  channelData: z
    .object({
      tenant: z.object({ id: text(256).nullish() }).nullish(),
      team: z.object({ id: id.nullish() }).nullish(),
      channel: z.object({ id: id.nullish() }).nullish(),
    })
    .nullish(),
  locale: text(64).nullish().catch(undefined),
  text: z.string().nullish().catch(undefined),
  entities: z.array(z.unknown()).nullish().catch(undefined),
  membersAdded: z.array(account).nullish().catch(undefined),
  membersRemoved: z.array(account).nullish().catch(undefined),
  value: z.custom<Json>(() => true).optional(),
})
export type Activity = z.infer<typeof Activity>

/** What Teams says of the client: its language also where the activity itself names none. */
export const ClientInfo = z.object({ type: z.literal('clientInfo'), locale: text(64).min(1) })

/** A mention entity; others are skipped. */
export const Mention = z.object({
  type: z.literal('mention'),
  mentioned: z.object({ id }),
  text: text(1024).regex(/^<at(?: [^<>]*)?>[^<>]*<\/at>$/),
})

const data = z.custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value))

/** The value of an `adaptiveCard/action` invoke (Universal Actions). */
export const CardAction = z.object({ action: z.object({ verb: text(64).min(1), data: data.nullish() }) })

/** The value of an Action.Submit that runbot's own cards send: their data and the verb among it. */
export const SubmitValue = data.and(z.object({ verb: text(64).min(1) }).loose())

/** A conversation document, as this adapter wrote it. */
export const Place = z.object({
  serviceUrl: text(1024).min(1),
  tenant: text(256).min(1),
  /** Where to speak: a chat, a channel, or with `;messageid=` a thread in a channel. */
  conversation: id,
  type: z.enum(['personal', 'group', 'channel']),
  bot: id,
  team: id.optional(),
  channel: id.optional(),
})
export type Place = z.infer<typeof Place>

/** One page of a roster, as the connector answers; an entry of it is read on its own, so that an odd one spoils no other. */
export const RosterPage = z.object({ members: z.array(z.unknown()), continuationToken: text(8192).nullish() })
export type RosterPage = z.infer<typeof RosterPage>

/** Teams names the Entra object id `aadObjectId` or `objectId`; some accounts have neither. */
export const RosterEntry = z.object({
  id: text(256).min(1),
  aadObjectId: text(256).nullish(),
  objectId: text(256).nullish(),
})
