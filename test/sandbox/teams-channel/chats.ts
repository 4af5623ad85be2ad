// Owns the chats of the bot with one person alone: their ids, who can be reached, and what is left of a removed one.
import type { Person, TeamsWorld } from './people.ts'

export const createChats = ({ people }: TeamsWorld) => {
  /** How often each person's chat was removed. */
  const removed = new Map<string, number>()
  const idOf = ({ id }: Person): string => {
    const times = removed.get(id) ?? 0
    return times === 0 ? `a:${id}` : `a:${id}~${times}`
  }

  return {
    idOf,
    /** The person whose chat it is; `gone` where they removed it. */
    find: (conversationId: string): { person: Person; gone: boolean } | null => {
      const person = people.find(({ id }) => conversationId === `a:${id}` || conversationId.startsWith(`a:${id}~`))
      return person ? { person, gone: idOf(person) !== conversationId } : null
    },
    /** The person removes the chat with its history: its id is known no more (msteams-docs issue 14079). */
    remove: ({ id }: Person): void => void removed.set(id, (removed.get(id) ?? 0) + 1),
    /**
     * Whom a member id names, `29:…` or an Entra object id (docs "Proactive messages"). An Entra object id reaches only
     * those who have the bot themselves; the id of Teams also those who share a team with it.
     */
    reach: (memberId: string): { person: Person; allowed: boolean } | null => {
      const person = people.find(({ id, aadObjectId }) => id === memberId || (aadObjectId && aadObjectId === memberId))
      if (!person) return null
      const bot = person.bot ?? 'personal'
      return { person, allowed: bot === 'personal' || (bot === 'team' && person.id === memberId) }
    },
  }
}

export type Chats = ReturnType<typeof createChats>
