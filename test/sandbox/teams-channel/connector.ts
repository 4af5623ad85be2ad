// Owns the Bot Framework connector's REST surface, as the bot's SDK calls it.
import { type Answer, type Call, type Handler, objectOf } from '../server.ts'
import type { Chats } from './chats.ts'
import { memberOf, type Person, type TeamsWorld } from './people.ts'
import type { Activity, Threads } from './threads.ts'

export type ConnectorOptions = {
  world: TeamsWorld
  threads: Threads
  chats: Chats
  maxBytes: number
  /** The longest page of a roster. */
  maxPage: number
  url: () => string
}

const fault = (status: number, code: string, message: string): Answer => ({
  status,
  body: { error: { code, message } },
})

const notInstalled = fault(403, 'ForbiddenOperationException', 'The bot is not installed for this person')

export const createConnector = ({ world, threads, chats, maxBytes, maxPage, url }: ConnectorOptions): Handler => {
  const { team, people, bot } = world
  const isChannel = (id: string): boolean => team.channels.some((channel) => channel.id === id)

  /** Messages appear in a thread; typing and other activities only get an id. */
  const post = (conversationId: string, replyToId: string | null, activity: Activity): string => {
    const id = threads.nextId()
    if (activity.type === 'message') threads.post({ id, conversationId, from: bot, replyToId }, activity)
    return id
  }

  /** Posting is not idempotent: each post is a message. A post to a bare channel begins a thread, unless it answers a message that stands in one. */
  const send = (conversation: string, replyToId: string | null, activity: Activity): string => {
    if (!isChannel(conversation)) return post(conversation, replyToId, activity)
    const answered = replyToId === null ? null : threads.find(replyToId)
    return answered ? post(answered.conversationId, replyToId, activity) : begin(conversation, activity).activityId
  }

  const begin = (channelId: string, activity: Activity): { conversationId: string; activityId: string } => {
    const activityId = threads.nextId()
    const conversationId = `${channelId};messageid=${activityId}`
    threads.post({ id: activityId, conversationId, from: bot }, activity)
    return { conversationId, activityId }
  }

  /** The root's id stands in the conversation id after `;messageid=`. */
  const createConversation = (call: Call): Answer => {
    const body = (objectOf(call) ?? {}) as {
      activity?: Activity
      members?: { id: string }[]
      channelData?: { channel?: { id?: string }; tenant?: { id?: string } }
    }
    const channelId = body.channelData?.channel?.id
    if (channelId !== undefined) {
      if (!isChannel(channelId)) return fault(404, 'ConversationNotFound', 'No such channel')
      const { conversationId, activityId } = begin(channelId, body.activity ?? {})
      return { status: 201, body: { id: conversationId, activityId, serviceUrl: url() } }
    }
    const member = chats.reach(body.members?.[0]?.id ?? '')
    if (!member) return fault(400, 'BadSyntax', 'Unknown or missing member')
    if (body.channelData?.tenant?.id !== world.tenantId) return fault(400, 'BadSyntax', 'Malformed tenant id')
    if (!member.allowed) return notInstalled
    const id = chats.idOf(member.person)
    const activityId = body.activity ? post(id, null, body.activity) : undefined
    return { status: 201, body: { id, activityId, serviceUrl: url() } }
  }

  const activities = (call: Call, conversation: string, activityId: string | null): Answer => {
    const activity = objectOf(call)
    const chat = chats.find(conversation)
    if (chat?.gone) return fault(404, 'ConversationNotFound', 'Conversation not found')
    if (chat?.person.bot === 'none') return notInstalled
    if (call.raw.length > maxBytes) return fault(413, 'MessageSizeTooBig', 'Message size too large')
    if (call.method === 'DELETE' && activityId) {
      return threads.remove(activityId)
        ? { status: 200 }
        : fault(404, 'ActivityNotFoundInConversation', 'No such activity')
    }
    if (!activity) return fault(400, 'BadSyntax', 'The activity is not valid JSON')
    if (call.method === 'POST') return { status: 201, body: { id: send(conversation, activityId, activity) } }
    if (call.method !== 'PUT' || !activityId) return fault(405, 'MethodNotAllowed', 'Method not allowed')
    if (!threads.edit(activityId, activity)) return fault(404, 'ActivityNotFoundInConversation', 'No such activity')
    return { status: 200, body: { id: activityId } }
  }

  /** A thread's id is not found, only its channel's (botframework-sdk issue 3062). */
  const rosterOf = (conversation: string): Person[] | null => {
    const chat = chats.find(conversation)
    if (chat) return [chat.person]
    return conversation.includes(';messageid=') ? null : people.filter(({ inTeam }) => inTeam !== false)
  }
  const noConversation = fault(404, 'ConversationNotFound', 'Conversation not found')

  const members = (conversation: string, memberId: string | undefined): Answer => {
    const roster = rosterOf(conversation)
    if (!roster) return noConversation
    if (memberId === undefined) return { status: 200, body: roster.map((person) => memberOf(person, world)) }
    const person = roster.find(({ id, aadObjectId }) => id === memberId || aadObjectId === memberId)
    if (!person) return fault(404, 'MemberNotFoundInConversation', 'No such member')
    return { status: 200, body: memberOf(person, world) }
  }

  /** Pages of 50 to 500, 200 unless asked otherwise (docs "Get Teams specific context"). */
  const pagedMembers = ({ query }: Call, conversation: string): Answer => {
    const roster = rosterOf(conversation)
    if (!roster) return noConversation
    const from = Number(query.continuationToken ?? 0)
    const to = from + Math.min(maxPage, Math.max(50, Number(query.pageSize ?? 200)))
    const page = roster.slice(from, to).map((person) => memberOf(person, world))
    return { status: 200, body: { members: page, ...(to < roster.length ? { continuationToken: String(to) } : {}) } }
  }

  const teams = (id: string | undefined, part: string | undefined): Answer => {
    if (id !== team.id) return fault(404, 'NotFound', 'No such team')
    if (part === 'conversations') return { status: 200, body: { conversations: team.channels } }
    const counts = { channelCount: team.channels.length, memberCount: people.length }
    return { status: 200, body: { id, name: team.name, aadGroupId: team.aadGroupId, ...counts } }
  }

  return (call: Call): Answer => {
    const [version, resource, id, part, item] = call.segments
    if (version === 'v3' && resource === 'teams') return teams(id, part)
    if (version !== 'v3' || resource !== 'conversations') return fault(404, 'NotFound', call.path)
    if (id === undefined) return createConversation(call)
    if (part === 'activities') return activities(call, id, item ?? null)
    if (part === 'members') return members(id, item)
    return part === 'pagedmembers' ? pagedMembers(call, id) : fault(404, 'NotFound', call.path)
  }
}
