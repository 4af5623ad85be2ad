// Owns what every chat command is given.
import type { Person } from '../../core/run.ts'
import type { ChatMessage, Reply } from '../../ports/inbound.ts'
import type { Assess } from '../assess.ts'
import type { Authority } from '../authority.ts'
import type { Deps } from '../deps.ts'
import type { Journal } from '../journal.ts'
import type { RunCards } from '../run-cards.ts'
import { refusalReply } from '../views/chat.ts'

export interface CommandContext {
  readonly deps: Deps
  readonly journal: Journal
  readonly authority: Authority
  readonly assess: Assess
  readonly cards: RunCards
}

export type Handle<C> = (context: CommandContext, message: ChatMessage, command: C) => Promise<Reply | undefined>

/** A no with what would help (P12). Both may hold outside text. */
export const refusal = (reason: string, fix?: string): Reply =>
  refusalReply({ reason: capital(reason), ...(fix === undefined ? {} : { fix: capital(fix) }) })

/** A sentence begins with a capital, but a name such as web-01 stays as it is. */
/** The same, kept in the control chain: who was refused what, and why. */
export async function refuse(
  { journal }: Pick<CommandContext, 'journal'>,
  by: Person,
  command: string,
  { reason, fix }: { readonly reason: string; readonly fix?: string },
): Promise<Reply> {
  await journal.control({ type: 'commandRefused', command, by, reason })
  return refusal(reason, fix)
}

const capital = (text: string): string =>
  text.replace(/^[a-z]+(?=[ ,])/, (word) => word.charAt(0).toUpperCase() + word.slice(1))
