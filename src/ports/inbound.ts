// Owns what the doors (HTTP, Teams) ask of the app: accept an event, answer a chat command, answer a click.
import type { Person } from '../core/run.ts'
import type { Json, JsonObject } from '../core/values.ts'
import type { CardMessage, Conversation, TextMessage } from './channel.ts'

/** A delivery whose sender was verified. `key` is what makes two deliveries the same event. */
export interface Delivery {
  readonly source: string
  readonly key: string
  readonly body: Json
}

/** A chat message that was meant for the bot; the mention is already removed from the text. */
export interface ChatMessage {
  /** The channel's own id of the message, for telling repeats. */
  readonly id: string
  readonly person: Person
  readonly text: string
  readonly conversation: Conversation
  readonly place: 'personal' | 'group' | 'channel'
  /** The language tag of the person's client (BCP 47), as it says it. */
  readonly locale?: string
}

/** A click on a card. Everything in `data` is hostile; only `person` is proven. */
export interface Click {
  readonly person: Person
  readonly verb: string
  readonly data: JsonObject
  readonly conversation: Conversation
  /** The language tag of the person's client (BCP 47), as it says it. */
  readonly locale?: string
}

/** What a door turned away before the app was asked: it is recorded, nothing else happens. */
export interface TurnedAway {
  readonly reason: string
  readonly verb: string
  readonly data: JsonObject
}

export type Reply = TextMessage | CardMessage

/** What the person who clicked sees: a sentence, or the card as it stands now. */
export type ClickAnswer = { readonly message: string } | { readonly card: Json }

/**
 * A callback whose sender was verified: its text only names things, so runs that wait for what it names look again.
 * Nothing in it is believed, and it never rejects.
 */
export type Hint = (connector: string, text: string) => Promise<void>

export interface Inbound {
  /** Resolves when the event is on disk; `unavailable` when the backlog is full. */
  accept(delivery: Delivery): Promise<{ readonly id: string }>
  /** undefined: nothing to say (a repeat). Never rejects for what a person typed. */
  command(message: ChatMessage): Promise<Reply | undefined>
  click(click: Click): Promise<ClickAnswer>
  turnedAway(what: TurnedAway): Promise<void>
  /** A sentence of a door, in English, as the person reads it whose client has this language tag. */
  say(sentence: string, locale?: string): string
  /** The bot was added to, or removed from, a team or chat. */
  installed(conversation: Conversation, present: boolean): Promise<void>
}
