// Owns what the app needs from a chat system: threads, replies and cards that are redrawn in place.
import type { Json, JsonObject } from '../core/values.ts'

/** Where to speak: opaque to the app, written and read by the channel's adapter, kept in documents and run logs. */
export type Conversation = JsonObject

/** A message that was posted. */
export interface Posted {
  readonly conversation: Conversation
  readonly messageId: string
}

/** An Adaptive Card with the sentence that stands for it in notifications. */
export interface CardMessage {
  readonly card: Json
  readonly summary: string
}

/** A line of text, with the people to mention. Text is already escaped where it came from outside. */
export interface TextMessage {
  readonly text: string
  readonly mentions?: readonly { readonly id: string; readonly name: string }[]
}

export interface Member {
  /** Entra object id, lower case. */
  readonly id: string
  readonly handle: string
}

/**
 * Errors are PortErrors. `denied` is final (the bot was removed or blocked).
 * `mayHaveHappened` on a post means that it may already be there.
 */
export interface Channel {
  /** Starts a thread in a channel with a card or a line as its root, and answers where to reply. */
  openThread(channel: Conversation, message: TextMessage | CardMessage): Promise<Posted>
  reply(thread: Conversation, message: TextMessage | CardMessage): Promise<Posted>
  /** Replaces a card or a line in place; safe to repeat. */
  update(posted: Posted, message: TextMessage | CardMessage): Promise<void>
  /**
   * Who is in this channel or chat: Entra object id, and the channel's own handle for them, which `refresh` of a card wants.
   * At most 500, told from memory for a few minutes.
   */
  members(conversation: Conversation): Promise<readonly Member[]>
  /**
   * Writes to one person alone, in the tenant of a known conversation. `denied` where the bot is not installed for them
   * or they blocked it; `mayHaveHappened` as for a post.
   */
  writeTo(person: string, near: Conversation, message: CardMessage): Promise<Posted>
  /** The channel's (or chat's) own id, whichever thread of it the conversation names. */
  keyOf(conversation: Conversation): string
  /** Another channel, by its id, where the same bot speaks. */
  inChannel(known: Conversation, channel: string): Conversation
}
