// Owns what stands in the channel: threads, their messages in order, and every version of each.
export type Card = Record<string, unknown>

export type Activity = Record<string, unknown> & {
  type?: string
  text?: string
  attachments?: { contentType?: string; content?: unknown }[]
}

export type Version = { at: string; text: string; card: Card | null }

export type Message = {
  id: string
  conversationId: string
  from: { id: string; name: string }
  replyToId: string | null
  /** The newest content. */
  text: string
  card: Card | null
  activity: Activity
  /** All contents in order, the first one as it was posted. */
  versions: Version[]
  deleted: boolean
}

/** `channelId` and `rootId` are null in a personal chat. */
export type Thread = { conversationId: string; channelId: string | null; rootId: string | null; messages: Message[] }

const CARD = 'application/vnd.microsoft.card.adaptive'

const versionOf = (activity: Activity, at: Date): Version => {
  const card = activity.attachments?.find(({ contentType }) => contentType === CARD)?.content
  return { at: at.toISOString(), text: activity.text ?? '', card: (card as Card | undefined) ?? null }
}

export const createThreads = (now: () => Date) => {
  const threads = new Map<string, Thread>()
  const byId = new Map<string, Message>()
  const watchers = new Set<(message: Message) => void>()
  let lastId = 0

  const threadOf = (conversationId: string): Thread => {
    const [channelId = '', rootId] = conversationId.split(';messageid=')
    const known = threads.get(conversationId)
    const thread = known ?? {
      conversationId,
      channelId: rootId ? channelId : null,
      rootId: rootId ?? null,
      messages: [],
    }
    threads.set(conversationId, thread)
    return thread
  }
  const tell = (message: Message): Message => {
    for (const watcher of watchers) watcher(message)
    return message
  }

  return {
    /** Teams' ids are milliseconds; each is later than the one before. */
    nextId(): string {
      lastId = Math.max(lastId + 1, now().getTime())
      return String(lastId)
    },
    post(
      place: { id: string; conversationId: string; from: Message['from']; replyToId?: string | null },
      activity: Activity,
    ) {
      const version = versionOf(activity, now())
      const content = { text: version.text, card: version.card, activity, versions: [version], deleted: false }
      const message: Message = { replyToId: null, ...place, ...content }
      threadOf(place.conversationId).messages.push(message)
      byId.set(place.id, message)
      return tell(message)
    },
    /** False where there is no such message. */
    edit(id: string, activity: Activity): boolean {
      const message = byId.get(id)
      if (!message) return false
      const version = versionOf(activity, now())
      message.versions.push(version)
      Object.assign(message, { text: version.text, card: version.card, activity })
      tell(message)
      return true
    },
    remove(id: string): boolean {
      const message = byId.get(id)
      if (message) message.deleted = true
      return message !== undefined
    },
    find: (id: string): Message | null => byId.get(id) ?? null,
    all: (): Thread[] => [...threads.values()],
    /** The first message, standing or to come (or to be edited), that fits; rejects after the time. */
    waitFor(fits: (message: Message) => boolean, timeoutMs = 5000): Promise<Message> {
      const standing = [...byId.values()].find(fits)
      if (standing) return Promise.resolve(standing)
      return new Promise((resolve, reject) => {
        const settle = (act: () => void): void => {
          watchers.delete(watcher)
          clearTimeout(timer)
          act()
        }
        const watcher = (message: Message): void => {
          if (fits(message)) settle(() => resolve(message))
        }
        const timer = setTimeout(() => settle(() => reject(new Error('no such message came'))), timeoutMs)
        watchers.add(watcher)
      })
    },
  }
}

export type Threads = ReturnType<typeof createThreads>
