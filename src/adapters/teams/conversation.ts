// Owns the conversation document: where to speak, opaque to the app, written and read here only.
import type { JsonObject } from '../../core/values.ts'
import type { Conversation } from '../../ports/channel.ts'
import { PortError } from '../../ports/errors.ts'
import { type Activity, Place } from './schema.ts'

/** The document of the conversation that an activity came from. */
export function conversationOf(activity: Activity, tenant: string): Conversation {
  const { conversation, channelData } = activity
  const type = typeOf(activity)
  const team = channelData?.team?.id ?? undefined
  const place: Place = {
    serviceUrl: activity.serviceUrl,
    tenant,
    conversation: conversation.id,
    type,
    bot: activity.recipient?.id ?? '',
    ...(team ? { team } : {}),
    ...(type === 'channel' ? { channel: channelData?.channel?.id ?? withoutThread(conversation.id) } : {}),
  }
  return place as JsonObject
}

/** Reads a document back. Throws PortError malformed for what this adapter did not write. */
export function placeOf(conversation: Conversation): Place {
  const read = Place.safeParse(conversation)
  if (!read.success) throw new PortError('malformed', 'this conversation is not one that the Teams adapter wrote')
  return read.data
}

/**
 * Another channel of the same team (or tenant), by its id as people find it in a channel's link:
 * for a channel where the bot was never spoken to, such as the default channel of governance.yaml.
 */
export function inChannel(known: Conversation, channel: string): Conversation {
  return { ...placeOf(known), type: 'channel', conversation: channel, channel } as JsonObject
}

/** The channel's (or chat's) own id, whichever thread of it the place names. */
export const keyOf = ({ channel, conversation }: Place): string => channel ?? withoutThread(conversation)

/** Teams appends `;messageid=<root>` to a channel's id to name a thread in it (TEAMS, Platform). */
export const withoutThread = (conversation: string): string => conversation.split(';messageid=')[0] ?? conversation

/** The root message of a thread; undefined outside threads. */
export const rootOf = (conversation: string): string | undefined => conversation.split(';messageid=')[1]

/** `channel`, `group` or `personal`; an unknown type is judged by what else the activity says. */
export function typeOf({ conversation, channelData }: Activity): Place['type'] {
  if (conversation.conversationType === 'personal') return 'personal'
  if (conversation.conversationType === 'groupChat') return 'group'
  if (conversation.conversationType === 'channel' || channelData?.channel?.id) return 'channel'
  return conversation.isGroup ? 'group' : 'personal'
}
