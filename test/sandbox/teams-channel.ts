// Owns the fake Teams channel: the connector that the bot posts to, and the people who speak to the bot.
import { type ServeOptions, type Server, serve } from './server.ts'
import { createChats } from './teams-channel/chats.ts'
import { createClient } from './teams-channel/client.ts'
import { createConnector } from './teams-channel/connector.ts'
import type { Person, TeamsWorld } from './teams-channel/people.ts'
import { createThreads, type Message, type Thread } from './teams-channel/threads.ts'

export type TeamsChannelOptions = Omit<ServeOptions, 'handler'> & {
  /** The bot's /api/messages; it can be set later. */
  botEndpoint?: string
  tenantId?: string
  people?: Person[]
  bot?: TeamsWorld['bot']
  team?: TeamsWorld['team']
  /** Sent with every activity to the bot, such as an Authorization. */
  headers?: Record<string, string>
  /** Above it a message is a 413; 28 KiB unless told. */
  maxBytes?: number
  /** The longest page of a roster; 500 unless told. */
  maxPage?: number
}

export type TeamsChannel = Server &
  ReturnType<typeof createClient> & {
    world: TeamsWorld
    /** The service URL in every activity. */
    serviceUrl: string
    setBotEndpoint: (url: string) => void
    /** Every thread and personal chat, in the order of its beginning. */
    threads: () => Thread[]
    thread: (conversationId: string) => Thread | null
    /** What the bot and this person said to each other alone; null where there is nothing. */
    personal: (person: Person) => Thread | null
    /** The person removes their chat with the bot and its history. */
    removeChat: (person: Person) => void
    message: (id: string) => Message | null
    /** The first message that fits, standing or to come. */
    waitFor: (fits: (message: Message) => boolean, timeoutMs?: number) => Promise<Message>
  }

export const TENANT = '11111111-1111-4111-8111-111111111111'

const TEAM: TeamsWorld['team'] = {
  id: '19:operations@thread.tacv2',
  name: 'Operations',
  aadGroupId: '22222222-2222-4222-8222-222222222222',
  channels: [
    { id: '19:operations@thread.tacv2', name: null },
    { id: '19:incidents@thread.tacv2', name: 'Incidents' },
  ],
}

export const startTeamsChannel = async (options: TeamsChannelOptions = {}): Promise<TeamsChannel> => {
  const { now = () => new Date(), tenantId = TENANT, people = [], team = TEAM } = options
  const { maxBytes = 28 * 1024, maxPage = 500 } = options
  const world = { tenantId, team, people, bot: options.bot ?? { id: '28:runbot', name: 'runbot' } }
  const threads = createThreads(now)
  const chats = createChats(world)
  const threadOf = (id: string): Thread | null =>
    threads.all().find(({ conversationId }) => conversationId === id) ?? null
  let endpoint = options.botEndpoint ?? ''
  const serviceUrl = (): string => `${server.url}/`
  const handler = createConnector({ world, threads, chats, maxBytes, maxPage, url: serviceUrl })
  const server: Server = await serve({ ...options, handler })
  const headers = options.headers ?? {}
  const client = createClient({ world, threads, chats, serviceUrl, botEndpoint: () => endpoint, headers, now })

  return {
    ...server,
    ...client,
    world,
    serviceUrl: serviceUrl(),
    setBotEndpoint(url) {
      endpoint = url
    },
    threads: threads.all,
    thread: threadOf,
    personal: (person) => threadOf(chats.idOf(person)),
    removeChat: chats.remove,
    message: threads.find,
    waitFor: threads.waitFor,
  }
}
