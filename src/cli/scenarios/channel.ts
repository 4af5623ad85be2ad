// Owns the chat of a scenario: one channel in which everybody is, and the words that were said and shown there.
import { isObject, type Json } from '../../core/values.ts'
import type { CardMessage, Channel, Conversation, Posted, TextMessage } from '../../ports/channel.ts'
import { PortError } from '../../ports/errors.ts'
import type { Reply } from '../../ports/inbound.ts'

export interface ScenarioChannel {
  readonly channel: Channel
  /** The channel itself, where commands are given. */
  readonly conversation: Conversation
  /** Every text, in the order in which it was said. */
  readonly said: readonly string[]
  /** The words of each card as it was drawn, the newest last; cards of one message follow each other. */
  readonly shown: readonly string[]
  /** Keeps what a command was answered. */
  readonly hear: (reply: Reply | undefined) => void
}

const CHANNEL = '19:scenario@thread.tacv2'

export function scenarioChannel(): ScenarioChannel {
  const said: string[] = []
  const shown: string[] = []
  let messages = 0
  const conversation: Conversation = { channel: CHANNEL, thread: null }

  const keep = (message: TextMessage | CardMessage): void => {
    if ('card' in message) shown.push(readable(wordsOf(message.card).join('\n')))
    else said.push(readable(message.text))
  }
  const post = async (where: Conversation, message: TextMessage | CardMessage): Promise<Posted> => {
    keep(message)
    messages += 1
    return { conversation: { ...where, thread: where['thread'] ?? messages }, messageId: `${messages}` }
  }
  return {
    conversation,
    said,
    shown,
    hear: (reply) => {
      if (reply) keep(reply)
    },
    channel: {
      openThread: post,
      reply: post,
      update: async (_posted, message) => keep(message),
      // Everybody is here, and so nobody is written to alone.
      members: async () => {
        throw new PortError('unavailable', 'a scenario has no roster')
      },
      writeTo: async (_person, near, message) => post({ ...near, thread: null }, message),
      keyOf: (where) => String(where['channel']),
      inChannel: (_known, channel) => ({ channel, thread: null }),
    },
  }
}

/** What a person reads on a card: texts, titles and values, wherever they stand. */
function wordsOf(json: Json): readonly string[] {
  if (Array.isArray(json)) return json.flatMap(wordsOf)
  if (!isObject(json)) return []
  if (json['type'] === 'RichTextBlock' && Array.isArray(json['inlines']))
    return [json['inlines'].flatMap((each: Json) => (typeof each === 'string' ? [each] : wordsOf(each))).join('')]
  return Object.entries(json).flatMap(([key, value]) =>
    typeof value === 'string' ? (READ.has(key) ? [value] : []) : wordsOf(value),
  )
}

const READ = new Set(['text', 'title', 'label', 'value', 'fallbackText', 'altText'])

/** As a person sees it: without marks, escapes, entities and the gaps that keep outside text inert. */
export const readable = (text: string): string =>
  text
    .replaceAll(/[\u2060\u200b]/g, '')
    .replaceAll('**', '')
    .replaceAll(/\\(?=[\\`*_~[\]{}|#])/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
