// Owns what people do in the sandbox team: speak, press buttons, install the bot, as real activities to its endpoint.
import type { Chats } from './chats.ts'
import type { Person, TeamsWorld } from './people.ts'
import type { Activity, Card, Message, Threads } from './threads.ts'

export type Reply = { status: number; body: unknown }

type Act = {
  as: Person
  /** Changes the activity before it leaves, to forge or to damage it. */
  tamper?: (activity: Activity) => Activity
}

/** Where: a thread's conversation id, a channel's id (a new thread), or 'personal'. The first channel unless told. */
export type Saying = Act & { text: string; in?: string; mention?: boolean }

/** `data` is merged over what the card's own action carries, `inputs` are what the person typed. */
export type Press = Act & {
  message: string
  verb: string
  data?: Record<string, unknown>
  inputs?: Record<string, unknown>
  trigger?: 'manual' | 'automatic'
}

export type ClientOptions = {
  world: TeamsWorld
  threads: Threads
  chats: Chats
  serviceUrl: () => string
  botEndpoint: () => string
  headers: Record<string, string>
  now: () => Date
}

export const createClient = (options: ClientOptions) => {
  const { world, threads, chats, now } = options
  const { bot, team, tenantId } = world

  const envelope = (person: Person, conversationId: string, id: string): Activity => {
    const personal = conversationId.startsWith('a:')
    const tenant = person.tenantId ?? tenantId
    const place = personal ? {} : { team: { id: team.id }, channel: { id: conversationId.split(';')[0] } }
    return {
      id,
      channelId: 'msteams',
      serviceUrl: options.serviceUrl(),
      timestamp: now().toISOString(),
      locale: 'en-US',
      from: { id: person.id, name: person.name, aadObjectId: person.aadObjectId },
      recipient: bot,
      conversation: {
        id: conversationId,
        tenantId: tenant,
        conversationType: personal ? 'personal' : 'channel',
        ...(personal ? {} : { isGroup: true }),
      },
      channelData: { tenant: { id: tenant }, ...place },
    }
  }

  const deliver = async (activity: Activity, { tamper = (same) => same }: Act): Promise<Reply> => {
    const headers = { 'content-type': 'application/json', ...options.headers }
    const body = JSON.stringify(tamper(activity))
    const response = await fetch(options.botEndpoint(), { method: 'POST', headers, body })
    const text = await response.text()
    return { status: response.status, body: parse(text) }
  }

  const standing = (id: string): Message => {
    const message = threads.find(id)
    if (!message) throw new Error(`no message ${id}`)
    return message
  }

  const invoke = (press: Press, conversationId: string, action: Card): Promise<Reply> => {
    const activity = {
      ...envelope(press.as, conversationId, `f:${threads.nextId()}`),
      type: 'invoke',
      name: 'adaptiveCard/action',
      replyToId: press.message,
      value: { action, trigger: press.trigger ?? 'manual' },
    }
    return deliver(activity, press)
  }

  return {
    /** Posts a message, mentioning the bot outside personal chats unless told otherwise. */
    async say(saying: Saying): Promise<Reply & { id: string; conversationId: string }> {
      const { as, text, in: place = team.channels[0]?.id ?? '' } = saying
      const id = threads.nextId()
      const channel = team.channels.some((one) => one.id === place)
      const conversationId = place === 'personal' ? chats.idOf(as) : channel ? `${place};messageid=${id}` : place
      const mention = saying.mention ?? place !== 'personal'
      const mark = `<at>${bot.name}</at>`
      const activity: Activity = {
        ...envelope(as, conversationId, id),
        type: 'message',
        textFormat: 'plain',
        text: mention ? `${mark} ${text}` : text,
        entities: mention ? [{ type: 'mention', mentioned: bot, text: mark }] : [],
      }
      threads.post({ id, conversationId, from: { id: as.id, name: as.name } }, activity)
      return { ...(await deliver(activity, saying)), id, conversationId }
    },
    /** Presses an Action.Execute of a card (CONTRACTS 7.2 for who and which tenant): an `adaptiveCard/action` invoke, whose answer is returned. */
    async click(press: Press): Promise<Reply> {
      const { conversationId, card } = standing(press.message)
      const action = findAction(card, (item) => item.type === 'Action.Execute' && item.verb === press.verb)
      if (!action && !press.data) throw new Error(`the card has no button ${press.verb}`)
      const data = { ...asObject(action?.data), ...press.inputs, ...press.data }
      const sent = { type: 'Action.Execute', id: action?.id ?? press.verb, verb: press.verb, data }
      return invoke(press, conversationId, sent)
    },
    /**
     * What a client does by itself when the card comes into view: the card's own `refresh`, as this person, whether or not
     * they stand in its `userIds` (only the bot can tell who really asks).
     */
    async refresh(look: Act & { message: string }): Promise<Reply> {
      const { conversationId, card } = standing(look.message)
      const action = asObject(asObject(card?.refresh).action)
      if (typeof action.verb !== 'string') throw new Error('the card does not refresh by itself')
      const press: Press = { ...look, verb: action.verb, trigger: 'automatic' }
      return invoke(press, conversationId, action)
    },
    /** The people whose clients refresh this card by themselves: the first 60 of its `userIds` (TEAMS, Cards). */
    refreshers(message: string): Person[] {
      const { userIds } = asObject(standing(message).card?.refresh) as { userIds?: string[] }
      return world.people.filter(({ id }) => userIds?.slice(0, 60).includes(id))
    },
    /** Presses an Action.Submit (an older client's fallback): a message without text that carries the data. */
    async submit(press: Omit<Press, 'trigger'>): Promise<Reply> {
      const { conversationId, card } = standing(press.message)
      const fits = (item: Card): boolean => item.type === 'Action.Submit' && asObject(item.data).verb === press.verb
      const action = findAction(card, fits)
      if (!action && !press.data) throw new Error(`the card has no fallback ${press.verb}`)
      const value = { ...asObject(action?.data), ...press.inputs, ...press.data }
      const base = envelope(press.as, conversationId, threads.nextId())
      return deliver({ ...base, type: 'message', replyToId: press.message, value }, press)
    },
    /** Adds the bot to the team, as its owner does. */
    install(act: Act): Promise<Reply> {
      const base = envelope(act.as, team.channels[0]?.id ?? '', `f:${threads.nextId()}`)
      const channelData = { ...asObject(base.channelData), eventType: 'teamMemberAdded' }
      return deliver({ ...base, type: 'conversationUpdate', membersAdded: [{ id: bot.id }], channelData }, act)
    },
  }
}

const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

/** The first element anywhere in a card that fits; fallbacks and nested cards included. */
const findAction = (node: unknown, fits: (item: Card) => boolean): Card | null => {
  if (typeof node !== 'object' || node === null) return null
  if (!Array.isArray(node) && fits(node as Card)) return node as Card
  for (const child of Object.values(node)) {
    const found = findAction(child, fits)
    if (found) return found
  }
  return null
}

const parse = (text: string): unknown => {
  try {
    return text === '' ? null : JSON.parse(text)
  } catch {
    return text
  }
}
