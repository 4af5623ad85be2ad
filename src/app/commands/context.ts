// Owns what every chat command is given.

import type { Person } from '../../core/run.ts'
import type { Refusal } from '../../core/verdict.ts'
import type { ChatMessage, Reply } from '../../ports/inbound.ts'
import type { Approvers } from '../approvers.ts'
import type { Assess } from '../assess.ts'
import type { Authority } from '../authority.ts'
import type { Deps } from '../deps.ts'
import type { Intervene } from '../interventions.ts'
import type { Journal } from '../journal.ts'
import { say, spoken } from '../locale/voice.ts'
import type { RunCards } from '../run-cards.ts'
import { refusalReply } from '../views/chat.ts'
import { markdown } from '../views/escape.ts'

export interface CommandContext {
  readonly deps: Deps
  readonly journal: Journal
  readonly authority: Authority
  readonly assess: Assess
  readonly cards: RunCards
  readonly approvers: Approvers
  readonly intervene: Intervene
  /** Has a run looked at now, and its card drawn anew. */
  readonly wake: (run: string) => Promise<void>
  /** Why this replica does no work; null: it does. */
  readonly problem: () => string | null
}

export type Handle<C> = (context: CommandContext, message: ChatMessage, command: C) => Promise<Reply | undefined>

/** A no with what would help (P12). Both may hold outside text. */
export const refusal = (reason: string, fix?: string): Reply =>
  spoken(() => refusalReply({ reason: capital(say(reason)), ...(fix === undefined ? {} : { fix: capital(say(fix)) }) }))

/** A sentence of ours as a reply, at most `max` characters; outside text may stand in it. */
export const answer = (sentence: string, max: number): Reply => spoken(() => ({ text: markdown(say(sentence), max) }))

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

/** Why a person may not use a command of these groups, or null. `what` completes "you may not …". */
export async function whyNotIn(
  { authority }: Pick<CommandContext, 'authority'>,
  person: Person,
  groups: readonly string[],
  what = 'do this',
  owner = '',
): Promise<Refusal | null> {
  const allowed = await authority.inAny(person.id, groups, owner)
  if (allowed.known && allowed.value) return null
  const names = groups.map((name) => (name === 'owner' && owner ? owner : name)).join(', ')
  if (!allowed.known)
    return { reason: `whether you may cannot be told: ${allowed.reason}`, fix: 'try again when the directory answers' }
  return names === ''
    ? { reason: `nobody may ${what}: governance.yaml names no group for it`, fix: 'name a group there' }
    : { reason: `you may not ${what}: that takes a member of ${names}`, fix: `ask a member of ${names}` }
}

/** A sentence begins with a capital, but a name such as web-01 stays as it is. */
const capital = (text: string): string =>
  text.replace(/^\p{Ll}+(?=[ ,])/u, (word) => word.charAt(0).toUpperCase() + word.slice(1))
