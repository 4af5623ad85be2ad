// Owns what Teams shows of a run: one card redrawn in place, one reply per meaningful change, in one thread (P6).
import type { Run, RunEvent } from '../../core/run.ts'
import { isObject, type JsonObject } from '../../core/values.ts'
import type { Conversation, Posted } from '../../ports/channel.ts'
import type { PortError } from '../../ports/errors.ts'
import { placeOf } from '../conversations.ts'
import type { Deps } from '../deps.ts'
import type { Journal } from '../journal.ts'
import type { RunCards } from '../run-cards.ts'
import { threadReply } from '../views/thread.ts'
import { type Surface, surface, type Telling } from './surface.ts'

/** What the cursor keeps: the card, the newest entry that it shows, and whether there is anywhere to speak. */
interface Shown {
  readonly card: Posted | null
  /** An earlier post of the card may stand too; the card that is kept says so. */
  readonly again: boolean
  readonly drawn: number
  readonly nowhere: boolean
}

export function teamsSurface(deps: Deps, journal: Journal, cards: RunCards): Surface {
  const { channel } = deps

  const open = async ({ newest: run, maybeTold, attempt }: Telling, place: Conversation): Promise<JsonObject> => {
    const drawn = run.seq
    const message = await cards.card(run, { again: maybeTold })
    await attempt()
    const posted =
      run.origin.kind === 'chat' ? await channel.reply(place, message) : await channel.openThread(place, message)
    return keep({ card: posted, again: maybeTold, drawn, nowhere: false })
  }

  const tell = async (telling: Telling): Promise<JsonObject> => {
    const { run, entry, cursor, maybeTold, attempt } = telling
    const event = entry.event as unknown as RunEvent
    const shown = read(cursor.data)
    if (shown.nowhere) return cursor.data
    if (!shown.card) {
      if (!opensCard(run, event)) return cursor.data
      const place = await placeOf(deps, run)
      return place ? open(telling, place) : keep({ card: null, again: false, drawn: 0, nowhere: true })
    }
    const reply = threadReply(run, event, {
      approvers: cards.approvers(run),
      people: event.type === 'finished' ? await onCall(deps, run) : [],
    })
    if (!reply) return cursor.data
    await attempt()
    const text = maybeTold ? `${reply.text} (once more: the answer to the first try was lost)` : reply.text
    await channel.reply(shown.card.conversation, { ...reply, text })
    return cursor.data
  }

  // The bot was removed or blocked: that is final (TEAMS, Platform).
  const isFinal = ({ kind }: PortError) => kind === 'denied'

  return surface(deps, journal, 'teams', isFinal, tell, async (run, cursor) => {
    const shown = read(cursor.data)
    if (!shown.card || shown.drawn >= run.seq) return cursor.data
    await channel.update(shown.card, await cards.card(run, { again: shown.again }))
    return keep({ ...shown, drawn: run.seq })
  })
}

/** The card appears when there is something to decide or to know; shadow runs are recorded only. */
function opensCard(run: Run, event: RunEvent): boolean {
  if (run.decision?.autonomy === 'shadow') return false
  return event.type === 'decided' || event.type === 'waited' || event.type === 'finished'
}

/** Whom to call when the automation did not help: for a mention, never for authority. */
async function onCall(deps: Deps, run: Run): Promise<readonly { readonly id: string; readonly name: string }[]> {
  const name = run.draft?.onFailure.escalate
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

function read(data: JsonObject): Shown {
  const card = data['card']
  const drawn = data['drawn']
  return {
    card: isObject(card) ? (card as unknown as Posted) : null,
    again: data['again'] === true,
    drawn: typeof drawn === 'number' ? drawn : 0,
    nowhere: data['nowhere'] === true,
  }
}
