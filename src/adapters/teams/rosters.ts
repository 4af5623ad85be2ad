// Owns who is in a channel or chat: the connector's paged roster, bounded, and remembered for a few minutes.
import type { Member } from '../../ports/channel.ts'
import type { Clock } from '../../ports/clock.ts'
import { PortError } from '../../ports/errors.ts'
import type { Send } from './channel.ts'
import { keyOf } from './conversation.ts'
import { once } from './once.ts'
import { type Place, RosterEntry, RosterPage } from './schema.ts'

/** As many as the Channel port promises, and as many as Teams puts on one page (docs "Get Teams specific context"). */
const atMost = 500
/** A server that goes on naming one more page ends here. */
const pagesAtMost = 20
const rememberedMs = 300_000

/**
 * `members` answers who is there by the channel's own id, for a thread's is not found (botframework-sdk issue 3062).
 * Members without an Entra object id are left out. Concurrent asks share one request; a failure is forgotten.
 */
export function rosters(send: Send, clock: Clock) {
  const known = once<readonly Member[]>(500, rememberedMs, clock)

  const read = async (place: Place): Promise<readonly Member[]> => {
    const channel = keyOf(place)
    const found = new Map<string, Member>()
    let token: string | undefined
    for (let page = 0; page < pagesAtMost; page += 1) {
      const options = { pageSize: atMost, ...(token === undefined ? {} : { continuationToken: token }) }
      // A lane of its own: a slow roster holds no message up.
      const answer = await send(place, `members of ${channel}`, ({ conversations }) =>
        conversations.getConversationPagedMembers(channel, options),
      )
      const { members, continuationToken } = pageOf(answer)
      // A chat's roster comes whole, whatever was asked for (docs "Get Teams specific context").
      for (const each of members.map(memberOf)) if (each && found.size < atMost) found.set(each.id, each)
      token = continuationToken || undefined
      if (token === undefined || found.size >= atMost) break
    }
    return [...found.values()]
  }

  return {
    members: (place: Place): Promise<readonly Member[]> =>
      known.run(JSON.stringify([place.serviceUrl, place.tenant, place.bot, keyOf(place)]), () => read(place)),
  }
}

function pageOf(answer: unknown): RosterPage {
  const page = RosterPage.safeParse(answer)
  if (page.success) return page.data
  throw new PortError('malformed', 'Teams answered a roster that cannot be read')
}

function memberOf(entry: unknown): Member | undefined {
  const read = RosterEntry.safeParse(entry)
  if (!read.success) return undefined
  const id = (read.data.aadObjectId || read.data.objectId || '').trim().toLowerCase()
  return id === '' ? undefined : { id, handle: read.data.id }
}
