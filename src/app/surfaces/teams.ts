// Owns what Teams shows of a run: one card redrawn in place, one reply per meaningful change, in one thread (P6).
import { escalationOf } from '../../core/handoff.ts'
import type { Run, RunEvent } from '../../core/run.ts'
import { isObject, type JsonObject } from '../../core/values.ts'
import type { Conversation, Posted } from '../../ports/channel.ts'
import { isPortError, type PortError } from '../../ports/errors.ts'
import type { Approvers, NamedPerson } from '../approvers.ts'
import { placeOf } from '../conversations.ts'
import type { Deps } from '../deps.ts'
import type { Journal } from '../journal.ts'
import { sharedLocale } from '../locale/readers.ts'
import { heardIn, inVoice, voiced } from '../locale/voice.ts'
import type { RunCards } from '../run-cards.ts'
import { openAsk } from '../views/asks.ts'
import { threadReply } from '../views/thread.ts'
import { type Cursor, type Surface, surface, type Telling } from './surface.ts'

/** What the cursor keeps: the card, the newest entry that it shows, and whether there is anywhere to speak. */
interface Shown {
  readonly card: Posted | null
  /** An earlier post of the card may stand too; the card that is kept says so. */
  readonly again: boolean
  readonly drawn: number
  /** The freeze that the card shows: it is no event of the run, yet it must be seen on every open card. */
  readonly frozen: string | null
  readonly nowhere: boolean
  /** The one reminder of the ask: the next one takes its place. */
  readonly reminder: { readonly scope: string; readonly posted: Posted } | null
}

const NOTHING: Shown = { card: null, again: false, drawn: 0, frozen: null, nowhere: false, reminder: null }
const words = voiced({ again: ' (once more: the answer to the first try was lost)' })
/** More people are not mentioned at once. */
const MENTIONED = 5

export function teamsSurface(deps: Deps, journal: Journal, cards: RunCards, approvers: Approvers): Surface {
  const { channel } = deps

  const open = async ({ newest: run, maybeTold, attempt }: Telling, place: Conversation): Promise<JsonObject> => {
    const frozen = await cards.frozen(run)
    const message = heardIn(sharedLocale(deps), await cards.card(run, { again: maybeTold, in: place }))
    await attempt()
    const posted =
      run.origin.kind === 'chat' ? await channel.reply(place, message) : await channel.openThread(place, message)
    return keep({ ...NOTHING, card: posted, again: maybeTold, drawn: run.news, frozen })
  }

  /** Whom an event calls: whoever stands in now for an ask, whoever is on call for a failure. */
  const called = async (run: Run, event: RunEvent): Promise<readonly NamedPerson[]> => {
    if (event.type === 'finished') return onCall(deps, run)
    return event.type === 'escalated' ? (await approvers.in(run, event.to)).slice(0, MENTIONED) : []
  }

  const tell = async (telling: Telling): Promise<JsonObject> => {
    const { run, newest, entry, cursor, maybeTold, still, attempt } = telling
    const event = entry.event as unknown as RunEvent
    const shown = read(cursor.data)
    if (shown.nowhere) return cursor.data
    if (!shown.card) {
      if (!opensCard(run, event)) return cursor.data
      const place = await placeOf(deps, run)
      return place ? open(telling, place) : keep({ ...NOTHING, nowhere: true })
    }
    // A reminder that comes late, to an ask that was answered meanwhile, would only disturb.
    if (event.type === 'reminded' && openAsk(newest)?.scope !== event.scope) return cursor.data
    const people = await called(run, event)
    const reply = inVoice(sharedLocale(deps), () =>
      threadReply(run, event, { approvers: cards.approvers(run), people }),
    )
    if (!reply) return cursor.data
    if (event.type === 'reminded' && shown.reminder?.scope === event.scope) {
      still()
      const stands = await channel.update(shown.reminder.posted, reply).then(
        () => true,
        (error: unknown) => {
          // Somebody deleted it: the next one is a message of its own.
          if (isPortError(error, 'denied') || isPortError(error, 'notFound')) return false
          throw error
        },
      )
      if (stands) return cursor.data
    }
    await attempt()
    const text = maybeTold ? `${reply.text}${inVoice(sharedLocale(deps), () => words.again)}` : reply.text
    const posted = await channel.reply(shown.card.conversation, { ...reply, text })
    return event.type === 'reminded' ? keep({ ...shown, reminder: { scope: event.scope, posted } }) : cursor.data
  }

  const settle = async (run: Run, { data }: Cursor, still: Telling['still']): Promise<{ data: JsonObject }> => {
    const shown = read(data)
    if (!shown.card) return { data }
    const frozen = await cards.frozen(run)
    if (shown.drawn >= run.news && shown.frozen === frozen) return { data }
    const message = await cards.card(run, { again: shown.again, in: shown.card.conversation })
    still()
    await channel.update(shown.card, heardIn(sharedLocale(deps), message))
    return { data: keep({ ...shown, drawn: run.news, frozen }) }
  }

  return surface(deps, journal, {
    name: 'teams',
    oneAtATime: true,
    redraws: true,
    // The bot was removed or blocked: that is final (TEAMS, Platform).
    isFinal: ({ kind }: PortError) => kind === 'denied',
    tell,
    settle,
  })
}

/** The card appears when there is something to decide or to know; shadow runs are recorded only. */
function opensCard(run: Run, event: RunEvent): boolean {
  if (run.decision?.autonomy === 'shadow') return false
  // What is handed over has a card before it ends: its end is then a reply that calls people.
  if (run.gather) return true
  return event.type === 'decided' || event.type === 'waited' || event.type === 'finished'
}

/** Whom to call when the automation did not help: for a mention, never for authority. */
async function onCall(deps: Deps, run: Run): Promise<readonly NamedPerson[]> {
  const name = escalationOf(run)
  const failed = ['failed', 'rolledBack', 'rollbackFailed', 'needsHuman'].includes(run.finished?.status ?? '')
  if (!name || !failed) return []
  const { groups } = deps.files.current().governance
  const group = Object.hasOwn(groups, name) ? groups[name] : undefined
  // "on-call" is whoever is on call for the incident's own group, where no group of that name is declared.
  const own = run.context.incident?.group
  const asked = group ?? (own === undefined ? undefined : ({ kind: 'onCall', name: own } as const))
  if (!asked) return []
  return deps.directory.people(asked).catch(() => [])
}

const keep = (shown: Shown): JsonObject => ({ ...shown }) as unknown as JsonObject

const read = (data: JsonObject): Shown => ({
  ...NOTHING,
  ...(isObject(data) ? (data as unknown as Partial<Shown>) : {}),
})
