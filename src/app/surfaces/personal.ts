// Owns the copies of a card for approvers who are not in the channel where it stands: a chat of their own each.
import { groupsAt } from '../../core/rule.ts'
import type { Ask, Run, RunEvent } from '../../core/run.ts'
import { isObject, type JsonObject } from '../../core/values.ts'
import type { Posted } from '../../ports/channel.ts'
import { isPortError } from '../../ports/errors.ts'
import type { Approvers } from '../approvers.ts'
import { placeOf } from '../conversations.ts'
import type { Deps } from '../deps.ts'
import type { Journal } from '../journal.ts'
import { localeFor } from '../locale/readers.ts'
import { heardIn } from '../locale/voice.ts'
import type { RunCards } from '../run-cards.ts'
import { openAsk } from '../views/asks.ts'
import { type Surface, surface, type Telling } from './surface.ts'

interface Copy {
  readonly person: string
  /** What it was sent for: each ask calls whoever is away anew. */
  readonly ask: string
  readonly posted: Posted
  readonly drawn: number
  /** It may stand twice, and says so for as long as it is shown. */
  readonly again: boolean
}

interface Copies {
  readonly copies: readonly Copy[]
  /** Those who cannot be written to: the bot is not installed for them. */
  readonly unreached: readonly string[]
  /** Who is being written to; after a crash that one copy may stand twice. */
  readonly writing: string | null
  /** The freeze that the copies show: it is no event of the run. */
  readonly frozen: string | null
}

/** More copies help nobody: a group of that size has people in the channel. */
const MOST = 10

export function personalSurface(deps: Deps, journal: Journal, cards: RunCards, approvers: Approvers): Surface {
  const { channel, log } = deps

  /** Approvers who would not see the card. Where the roster cannot be read nobody gets a copy. */
  const away = async (run: Run, ask: Ask): Promise<readonly string[]> => {
    // Everybody needs no address.
    if (groupsAt(ask.rule, ask.at, deps.clock.now()).includes('everyone')) return []
    const place = await placeOf(deps, run)
    const roster = place && (await channel.members(place).catch(() => undefined))
    if (!roster) return []
    const present = new Set(roster.map(({ id }) => id.toLowerCase()))
    return (await approvers.of(run, ask))
      .map(({ id }) => id.toLowerCase())
      .filter((id) => !present.has(id))
      .slice(0, MOST)
  }

  const cardFor = async (run: Run, person: string, again: boolean) => {
    const message = await cards.card(run, { again, viewer: { id: person, name: '', tenant: '' } })
    return heardIn(await localeFor(deps, person), message)
  }

  const tell = async ({ newest: run, entry, cursor, attempt }: Telling): Promise<JsonObject> => {
    const event = entry.event as unknown as RunEvent
    if (event.type !== 'decided' && event.type !== 'stepAsked' && event.type !== 'escalated') return cursor.data
    const ask = openAsk(run)
    const place = ask && (await placeOf(deps, run))
    if (!ask || !place) return cursor.data
    const before = read(cursor.data)
    const [copies, unreached] = [[...before.copies], [...before.unreached]]
    let { writing } = before
    const state = () => keep({ ...before, copies, unreached, writing })
    for (const person of await away(run, ask)) {
      if (unreached.includes(person)) continue
      if (copies.some((each) => each.person === person && each.ask === askKey(ask))) continue
      const again = writing === person
      // What takes time comes first: the last look at the lease is right before it is sent.
      const message = await cardFor(run, person, again)
      writing = person
      await attempt(state())
      try {
        const posted = await channel.writeTo(person, place, message)
        copies.push({ person, ask: askKey(ask), posted, drawn: run.news, again })
      } catch (error) {
        if (!isPortError(error)) throw error
        // What certainly did not get through is no repeat the next time.
        if (!error.mayHaveHappened) writing = null
        // Who cannot be addressed keeps nobody else waiting.
        if (error.kind !== 'denied' && error.kind !== 'malformed') {
          await attempt(state())
          throw error
        }
        log.debug({ run: run.id, reason: error.message }, 'an approver cannot be written to in person')
        unreached.push(person)
      }
      writing = null
      await attempt(state())
    }
    return state()
  }

  const settle = async (run: Run, data: JsonObject, still: Telling['still']): Promise<{ data: JsonObject }> => {
    const kept = read(data)
    if (kept.copies.length === 0) return { data }
    const frozen = await cards.frozen(run)
    if (kept.frozen === frozen && kept.copies.every(({ drawn }) => drawn >= run.news)) return { data }
    const copies: Copy[] = []
    for (const copy of kept.copies) {
      const message = await cardFor(run, copy.person, copy.again)
      still()
      await channel.update(copy.posted, message).catch((error: unknown) => {
        // Who blocked the bot, or left, misses their copy; the others keep theirs true.
        if (!isPortError(error, 'denied') && !isPortError(error, 'notFound')) throw error
      })
      copies.push({ ...copy, drawn: run.news })
    }
    return { data: keep({ ...kept, copies, frozen }) }
  }

  return surface(deps, journal, {
    name: 'personal',
    oneAtATime: true,
    redraws: true,
    isFinal: () => false,
    tell,
    settle: (run, { data }, still) => settle(run, data, still),
  })
}

const askKey = ({ scope, plan, at }: Ask): string => `${scope}:${plan}:${at}`

const keep = (copies: Copies): JsonObject => ({ ...copies }) as unknown as JsonObject

const read = (data: JsonObject): Copies => ({
  copies: [],
  unreached: [],
  writing: null,
  frozen: null,
  ...(isObject(data) ? (data as unknown as Partial<Copies>) : {}),
})
