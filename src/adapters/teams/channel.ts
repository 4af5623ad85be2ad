// Owns the Channel port on Teams: threads, replies and cards redrawn in place, paced and without blind repeats.
import type { JsonObject } from '../../core/values.ts'
import type { CardMessage, Channel, Conversation, Posted, TextMessage } from '../../ports/channel.ts'
import type { Clock } from '../../ports/clock.ts'
import { PortError } from '../../ports/errors.ts'
import { inChannel, keyOf, placeOf, rootOf } from './conversation.ts'
import { mentioning } from './mentions.ts'
import { pace } from './pace.ts'
import { personalChats } from './personal-chats.ts'
import { retrying } from './retry.ts'
import { rosters } from './rosters.ts'
import type { Place } from './schema.ts'

/** The four calls of botbuilder's ConnectorClient that runbot makes. */
export interface Connector {
  readonly conversations: {
    createConversation(parameters: object): Promise<{ readonly id?: string; readonly activityId?: string }>
    sendToConversation(conversation: string, activity: object): Promise<{ readonly id?: string }>
    updateActivity(conversation: string, activityId: string, activity: object): Promise<unknown>
    getConversationPagedMembers(
      conversation: string,
      options: { readonly pageSize: number; readonly continuationToken?: string },
    ): Promise<unknown>
  }
}

/** Sends in a lane: one request at a time in it, within Teams' limits, tried again where that is harmless. */
export type Send = <T>(place: Place, lane: string, use: (connector: Connector) => Promise<T>) => Promise<T>

interface ChannelOptions {
  /** Runs `use` with a connector for that place. The connector is not to be kept. */
  readonly connected: <T>(place: Place, use: (connector: Connector) => Promise<T>) => Promise<T>
  readonly clock: Clock
  readonly random?: () => number
}

/** `openThread` in a chat, which has no threads, posts into the chat. */
export function teamsChannel({ connected, clock, random = Math.random }: ChannelOptions): Channel {
  const paced = pace(clock)
  const send: Send = (place, lane, use) =>
    paced.inTurn(lane, () =>
      retrying(clock, random, async () => {
        await paced.slot(lane, place.tenant)
        return connected(place, use)
      }),
    )

  const { members } = rosters(send, clock)
  const chats = personalChats(send, members, clock)

  const post = async (place: Place, activity: object): Promise<Posted> => {
    const answer = await send(place, place.conversation, ({ conversations }) =>
      conversations.sendToConversation(place.conversation, activity),
    )
    return { conversation: place as JsonObject, messageId: idOf(answer.id) }
  }

  return {
    async openThread(channel: Conversation, message: TextMessage | CardMessage) {
      const place = placeOf(channel)
      if (place.type !== 'channel' || place.channel === undefined) return post(place, activityOf(message))
      const parameters = {
        isGroup: true,
        bot: { id: place.bot },
        tenantId: place.tenant,
        channelData: { channel: { id: place.channel }, tenant: { id: place.tenant } },
        activity: activityOf(message),
      }
      const answer = await send(place, place.channel, ({ conversations }) =>
        conversations.createConversation(parameters),
      )
      const conversation = idOf(answer.id)
      const thread: Place = { ...place, conversation }
      // The root's id stands in the conversation's (TEAMS, Platform); clients without threads only answer activityId.
      return { conversation: thread as JsonObject, messageId: idOf(rootOf(conversation) ?? answer.activityId) }
    },

    async reply(thread: Conversation, message: TextMessage | CardMessage) {
      return post(placeOf(thread), activityOf(message))
    },

    async update({ conversation, messageId }: Posted, message: TextMessage | CardMessage) {
      const place = placeOf(conversation)
      const activity = { ...activityOf(message), id: messageId }
      await send(place, place.conversation, ({ conversations }) =>
        conversations.updateActivity(place.conversation, messageId, activity),
      )
    },

    async members(conversation: Conversation) {
      return members(placeOf(conversation))
    },

    async writeTo(person: string, near: Conversation, message: CardMessage) {
      return chats.within(person, placeOf(near), (chat) => post(chat, activityOf(message)))
    },

    keyOf: (conversation) => keyOf(placeOf(conversation)),

    inChannel,
  }
}

function activityOf(message: TextMessage | CardMessage): object {
  if ('card' in message)
    return {
      type: 'message',
      summary: short(message.summary, 500),
      attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: message.card }],
    }
  const { text, entities } = mentioning(message)
  // Markdown, because text from outside comes escaped for it; `plain` would show the backslashes.
  return { type: 'message', textFormat: 'markdown', text: short(text, 20_000), entities }
}

/** Teams refuses messages above 28 KB or so (TEAMS, Platform): better cut than lost. */
const short = (text: string, max: number): string => (text.length > max ? `${text.slice(0, max - 1)}…` : text)

function idOf(id: string | undefined): string {
  if (id) return id
  throw new PortError('malformed', 'Teams did not say what the message is called', { mayHaveHappened: true })
}
