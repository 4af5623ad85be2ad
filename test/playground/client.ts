// Owns people in the Playground without a browser: they read its stream, speak, press buttons and install the bot.
import { randomUUID } from 'node:crypto'
import type { Playground, PlaygroundUser } from './playground.ts'

/** A message as it stands now; `versions` holds every content that it had, the newest last. */
export interface PlaygroundMessage {
  readonly id: string
  /** The thread in a channel (`…;messageid=…`), or the chat. */
  readonly conversationId: string
  readonly from: string
  readonly text: string
  readonly card: Record<string, unknown> | null
  readonly versions: readonly { readonly text: string; readonly card: Record<string, unknown> | null }[]
}

/** What the bot answered to a click. */
export interface InvokeAnswer {
  readonly statusCode?: number
  readonly type?: string
  readonly value?: unknown
}

interface Press {
  /** The id of the message whose card it is; the newest card with that button unless told. */
  readonly message?: string
  /** The first user unless told. */
  readonly user?: Pick<PlaygroundUser, 'aadObjectId'>
}

export interface PlaygroundClient {
  /** Everything seen so far, in the order of its beginning. */
  messages(): readonly PlaygroundMessage[]
  /** The messages of one thread or chat. */
  thread(conversationId: string): readonly PlaygroundMessage[]
  /** The first message that fits, standing or to come or to be redrawn. */
  waitFor(fits: (message: PlaygroundMessage) => boolean, timeoutMs?: number): Promise<PlaygroundMessage>
  /** Speaks, mentioning the bot outside the personal chat; resolves with where it was said. */
  say(
    text: string,
    where?: { in?: string; user?: Pick<PlaygroundUser, 'aadObjectId'> },
  ): Promise<{ conversationId: string }>
  /** Presses an Action.Execute; `data` goes over what the button carries. */
  click(verb: string, data?: Record<string, unknown>, press?: Press): Promise<InvokeAnswer>
  /** What a client does by itself when a card comes into view: the card's own `refresh`, as this person. */
  refresh(message: string, user?: Pick<PlaygroundUser, 'aadObjectId'>): Promise<InvokeAnswer>
  /** Presses an Action.Submit, as an old client does. */
  submit(data: Record<string, unknown>, press: Press & { readonly message: string }): Promise<void>
  installBot(conversationId?: string): Promise<void>
  close(): void
}

/** Resolves when the stream is open, so that no message is missed. */
export async function connectPlayground(playground: Playground): Promise<PlaygroundClient> {
  const { url, bot, users, places } = playground
  const seen = new Map<string, PlaygroundMessage>()
  const watchers = new Set<(message: PlaygroundMessage) => void>()
  const socket = new WebSocket(`${url.replace('http', 'ws')}/_ws_conversation/v1/conversations/stream`)
  socket.addEventListener('message', ({ data }) => {
    const message = readEvent(JSON.parse(String(data)) as StreamEvent, seen)
    if (!message) return
    seen.set(message.id, message)
    for (const watcher of watchers) watcher(message)
  })
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve(), { once: true })
    socket.addEventListener('error', () => reject(new Error('the stream of the Playground cannot be opened')), {
      once: true,
    })
  })

  const call = async (path: string, body: object): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    const text = await response.text()
    if (!response.ok) throw new Error(`the Playground answered ${response.status} to ${path}: ${text.slice(0, 500)}`)
    return text.startsWith('{') ? (JSON.parse(text) as unknown) : undefined
  }
  const first = users[0] as Required<PlaygroundUser>
  const userOf = (user: Pick<PlaygroundUser, 'aadObjectId'> | undefined): Required<PlaygroundUser> => {
    const found = user ? users.find(({ aadObjectId }) => aadObjectId === user.aadObjectId) : first
    if (!found) throw new Error(`${user?.aadObjectId} is not in the Playground`)
    return found
  }
  const standing = (id: string): PlaygroundMessage => {
    const message = seen.get(id)
    if (!message) throw new Error(`no message ${id}`)
    return message
  }
  const mark = `<at>${bot.name}</at>`

  /** Posts as the first user; without a mention the Playground shows the text and tells the bot nothing. */
  const post = async (conversation: string, text: string, mention: boolean): Promise<string> => {
    const answer = (await call(`/_conversation/v1/conversations/${encodeURIComponent(conversation)}/messages`, {
      from: { id: first.id },
      text,
      textFormat: mention ? 'xml' : 'plain',
      ...(mention ? { mentions: [{ mentioned: { id: bot.id }, text: mark }] } : {}),
    })) as { postConversationId?: string }
    return answer.postConversationId ?? conversation
  }

  /** The Playground speaks for one user only; another one's words are sent as the activity that they would be. */
  const sayAs = async (user: Required<PlaygroundUser>, conversation: string, text: string): Promise<void> => {
    const [channel = conversation, root] = conversation.split(';messageid=')
    const inTeam = channel === places.channel || channel === places.general
    await call('/_internal/v1/customActivities', {
      type: 'message',
      id: randomUUID(),
      timestamp: new Date().toISOString(),
      channelId: 'msteams',
      serviceUrl: `${url}/_connector`,
      from: { id: user.id, name: user.name, aadObjectId: user.aadObjectId },
      recipient: bot,
      conversation: {
        id: conversation,
        isGroup: true,
        conversationType: inTeam ? 'channel' : 'groupChat',
        tenantId: playground.tenantId,
      },
      channelData: {
        tenant: { id: playground.tenantId },
        ...(inTeam ? { team: { id: places.general }, channel: { id: channel } } : {}),
      },
      ...(root ? { replyToId: root } : {}),
      textFormat: 'xml',
      text: `${mark} ${text}`,
      entities: [{ type: 'mention', mentioned: bot, text: mark }],
    })
  }

  const invoke = async (
    { id, conversationId }: PlaygroundMessage,
    user: Press['user'],
    value: { readonly action: object; readonly trigger: 'manual' | 'automatic' },
  ): Promise<InvokeAnswer> =>
    (await call('/_conversation/v1/invoke', {
      name: 'adaptiveCard/action',
      from: { id: userOf(user).id },
      conversation: { id: conversationId },
      replyToId: id,
      value,
    })) as InvokeAnswer

  return {
    messages: () => [...seen.values()],
    thread: (conversationId) => [...seen.values()].filter((message) => message.conversationId === conversationId),
    waitFor(fits, timeoutMs = 10_000) {
      const found = [...seen.values()].find(fits)
      if (found) return Promise.resolve(found)
      return new Promise((resolve, reject) => {
        const watcher = (message: PlaygroundMessage) => {
          if (!fits(message)) return
          settle()
          resolve(message)
        }
        const timer = setTimeout(() => {
          settle()
          reject(
            new Error(`no such message came; the last was ${JSON.stringify([...seen.values()].at(-1))?.slice(0, 500)}`),
          )
        }, timeoutMs)
        const settle = () => {
          clearTimeout(timer)
          watchers.delete(watcher)
        }
        watchers.add(watcher)
      })
    },
    async say(text, where = {}) {
      const conversation = where.in ?? places.channel
      const user = userOf(where.user)
      if (user === first) {
        const mention = conversation !== places.personal
        return { conversationId: await post(conversation, mention ? `${mark} ${text}` : text, mention) }
      }
      if (conversation === places.personal) throw new Error('only the first user has a personal chat')
      const conversationId = await post(conversation, `${user.name}: ${text}`, false)
      await sayAs(user, conversationId, text)
      return { conversationId }
    },
    async click(verb, data = {}, press = {}) {
      const fits = ({ card }: PlaygroundMessage) => findAction(card, verb) !== undefined
      const message = press.message ? standing(press.message) : [...seen.values()].findLast(fits)
      if (!message) throw new Error(`no card has a button ${verb}`)
      const action = findAction(message.card, verb)
      return invoke(message, press.user, {
        action: { type: 'Action.Execute', verb, data: { ...(action?.['data'] as object | undefined), ...data } },
        trigger: 'manual',
      })
    },
    async refresh(id, user) {
      const message = standing(id)
      const { action } = (message.card?.['refresh'] ?? {}) as { action?: object }
      if (!action) throw new Error('the card does not refresh by itself')
      return invoke(message, user, { action, trigger: 'automatic' })
    },
    async submit(data, press) {
      const message = standing(press.message)
      await call('/_conversation/v1/submit', {
        from: { id: userOf(press.user).id },
        conversation: { id: message.conversationId },
        replyToId: message.id,
        value: data,
      })
    },
    async installBot(conversationId = places.channel) {
      await call(`/_debug/conversation/${encodeURIComponent(conversationId)}/installation`, {})
    },
    close: () => socket.close(),
  }
}

interface StreamEvent {
  readonly action?: string
  readonly actionConversationId?: string
  readonly message?: {
    readonly messageId: string
    readonly postConversationId?: string
    readonly from: { readonly id: string }
    readonly text?: string
    readonly attachments?: readonly { readonly contentType?: string; readonly content?: unknown }[]
  }
}

/** A root message is announced in its channel, with its thread in `postConversationId`; updates keep the thread. */
function readEvent(event: StreamEvent, seen: ReadonlyMap<string, PlaygroundMessage>): PlaygroundMessage | undefined {
  const { action, actionConversationId = '', message } = event
  if (!message || (action !== 'createMessage' && action !== 'updateMessage')) return undefined
  const earlier = seen.get(message.messageId)
  const attached = message.attachments?.find(({ contentType }) => contentType?.endsWith('card.adaptive'))?.content
  const version = { text: message.text ?? '', card: (attached as Record<string, unknown> | undefined) ?? null }
  return {
    id: message.messageId,
    conversationId: earlier?.conversationId ?? message.postConversationId ?? actionConversationId,
    from: message.from.id,
    ...version,
    versions: [...(earlier?.versions ?? []), version],
  }
}

/** The first Action.Execute of that verb anywhere in a card. */
function findAction(node: unknown, verb: string): Record<string, unknown> | undefined {
  if (typeof node !== 'object' || node === null) return undefined
  const here = node as Record<string, unknown>
  if (here['type'] === 'Action.Execute' && here['verb'] === verb) return here
  for (const child of Object.values(here)) {
    const found = findAction(child, verb)
    if (found) return found
  }
  return undefined
}
