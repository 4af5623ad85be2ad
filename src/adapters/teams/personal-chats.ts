// Owns the chats with one person alone: made when first needed, found again, and made anew when they are gone.
import type { Member } from '../../ports/channel.ts'
import type { Clock } from '../../ports/clock.ts'
import { isPortError, PortError } from '../../ports/errors.ts'
import type { Send } from './channel.ts'
import { once } from './once.ts'
import type { Place } from './schema.ts'

const rememberedMs = 24 * 3_600_000

/**
 * `within` runs `post` in the chat with a person (Entra object id), in the tenant of `near`.
 * Rejects with PortError denied where the bot is not installed for them (403).
 */
export function personalChats(send: Send, members: (place: Place) => Promise<readonly Member[]>, clock: Clock) {
  const known = once<Place>(2_000, rememberedMs, clock)

  /** What Teams calls them: their handle reaches whoever shares a team with the bot, the Entra id only who has it installed. */
  const nameOf = async (person: string, near: Place): Promise<string> => {
    const roster = await members(near).catch(() => [])
    // The id of a member may be an Entra object id (docs "Proactive messages"); `aadObjectId` beside it is a 400
    // (msteams-docs issue 14079).
    return roster.find(({ id }) => id === person)?.handle ?? person
  }

  const open = async (person: string, near: Place): Promise<Place> => {
    const { serviceUrl, tenant, bot } = near
    const parameters = {
      isGroup: false,
      bot: { id: bot },
      members: [{ id: await nameOf(person, near) }],
      tenantId: tenant,
      channelData: { tenant: { id: tenant } },
    }
    const answer = await send(near, `chat with ${person}`, ({ conversations }) =>
      conversations.createConversation(parameters).catch((error: unknown) => {
        throw harmless(error)
      }),
    )
    if (!answer.id) throw new PortError('malformed', 'Teams did not say what the chat is called')
    return { serviceUrl, tenant, bot, conversation: answer.id, type: 'personal' }
  }

  return {
    async within<T>(who: string, near: Place, post: (chat: Place) => Promise<T>): Promise<T> {
      const person = who.trim().toLowerCase()
      const key = JSON.stringify([near.serviceUrl, near.tenant, near.bot, person])
      let fresh = false
      const chat = () =>
        known.run(key, () => {
          fresh = true
          return open(person, near)
        })
      try {
        return await post(await chat())
      } catch (error) {
        if (!isPortError(error, 'denied')) throw error
        known.forget(key)
        if (fresh) throw error
      }
      // A person may have removed the chat with its history (msteams-docs issue 14079). What was denied was not posted.
      return post(await chat())
    },
  }
}

/** Making a chat a second time finds the first, and nothing was said in it yet: it may be tried again. */
function harmless(error: unknown): unknown {
  if (!isPortError(error) || !error.mayHaveHappened) return error
  const { kind, message, retryAfterMs } = error
  return new PortError(kind, message, { retryAfterMs, cause: error })
}
