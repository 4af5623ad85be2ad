// Owns the list of open causes: one small document, so that of many who find the same cause at once one alone begins it.
import { isOver as isClosed } from '../core/incident.ts'
import { type Arrival, begun, type Cause, causeOf, grown } from '../core/storm.ts'
import { type Instant, isObject, type Json } from '../core/values.ts'
import { isPortError } from '../ports/errors.ts'
import type { Deps } from './deps.ts'
import { swap } from './documents.ts'
import { endEpisode, episodeOf } from './episodes.ts'
import { runId } from './ids.ts'

const KIND = 'storm'
const KEY = 'open'
/** Characters of the whole list; the oldest go first. */
const ROOM = 300_000
/** What is resolved late is still noted where it belongs. */
const KEPT_MS = 7 * 86_400_000

/** For so long one event may be at finding or opening the incident. */
const CLAIM_MS = 60_000
/** Nobody tells of the end of an incident that does not fit the trigger: it is looked at, so often at most. */
const LOOK_EVERY_MS = 10_000
const LOOKED_AT = 500

export interface Placed {
  readonly cause: Cause
  readonly why: string
  /** It is for this arrival to find, or open, the incident. */
  readonly leads: boolean
}

export interface Causes {
  all(): Promise<readonly Cause[]>
  one(key: string): Promise<Cause | undefined>
  /** The cause of an arrival, begun where there is none. Safe to repeat. `moment` tells its episodes apart. */
  place(arrival: Arrival, moment: string): Promise<Placed>
  /** Lets one event at a time find, or open, the incident of a cause; false: another one is at it. */
  claim(key: string, event: string): Promise<boolean>
  change(key: string, by: (cause: Cause) => Cause): Promise<void>
  /** Whether its incident was resolved, closed or canceled. */
  isOver(cause: Cause): Promise<boolean>
}

export function causes(deps: Deps): Causes {
  const { store, clock, tickets } = deps
  const all = async () => asCauses((await store.get(KIND, KEY))?.value)
  const lookedAt = new Map<string, Instant>()
  /** What cannot be read goes on as it is known: its alerts are told there. */
  const isClosedNow = async (sysId: string): Promise<boolean> => {
    try {
      return isClosed((await tickets.incident(sysId)).incident)
    } catch (error) {
      if (isPortError(error)) return false
      throw error
    }
  }
  const isOver = async ({ incident }: Cause): Promise<boolean> => {
    if (incident === null) return false
    const { sysId } = incident
    const episode = await episodeOf(store, sysId)
    // One that has not been looked at yet is none that is over.
    if (episode.n === 0 || episode.over) return episode.n > 0
    const now = clock.now()
    if (now - (lookedAt.get(sysId) ?? -LOOK_EVERY_MS) < LOOK_EVERY_MS) return false
    lookedAt.delete(sysId)
    lookedAt.set(sysId, now)
    for (const oldest of lookedAt.keys()) {
      if (lookedAt.size <= LOOKED_AT) break
      lookedAt.delete(oldest)
    }
    if (!(await isClosedNow(sysId))) return false
    await endEpisode(store, sysId, episode)
    return (await episodeOf(store, sysId)).over
  }
  const windowMs = () => deps.files.current().governance.correlationWindowMs

  /** What this process writes goes one after the other: racing with oneself is only lost time. */
  let turn: Promise<unknown> = Promise.resolve()
  const write = <T>(
    change: (list: readonly Cause[]) => { readonly list: readonly Cause[] | null; readonly result: T },
  ) => {
    const mine = turn.then(() =>
      swap<T>(store, KIND, KEY, (value) => {
        const { list, result } = change(asCauses(value))
        return list === null ? { result } : { write: kept(list, clock.now()), result }
      }),
    )
    turn = mine.catch(() => undefined)
    return mine
  }

  const place: Causes['place'] = async (arrival, moment) => {
    const over = new Set<string>()
    const findIn = (list: readonly Cause[]) =>
      causeOf(
        arrival,
        list.filter(({ key }) => !over.has(key)),
        clock.now(),
        windowMs(),
      )
    for (;;) {
      const seen = findIn(await all())
      if (seen && (await isOver(seen.cause))) {
        over.add(seen.cause.key)
        continue
      }
      const leads = (cause: Cause) => cause.leader === arrival.key
      if (seen && grown(seen.cause, arrival, clock.now(), windowMs()) === seen.cause)
        return { ...seen, leads: leads(seen.cause) }
      const placed = await write<Placed | null>((list) => {
        const found = findIn(list)
        // Another one than was looked at: whether it is over has to be asked first.
        if (found && found.cause.key !== seen?.cause.key) return { list: null, result: null }
        const cause = found
          ? grown(found.cause, arrival, clock.now(), windowMs())
          : begun(`S${runId(deps.hash.digest, 'storm', arrival.key, moment).slice(1)}`, arrival, clock.now())
        const others = list.filter(({ key }) => key !== cause.key)
        return {
          list: [...others, cause],
          result: { cause, why: found?.why ?? 'it came first', leads: leads(cause) },
        }
      })
      if (placed) return placed
    }
  }

  return {
    all,
    claim: (key, event) =>
      write<boolean>((list) => {
        const now = clock.now()
        const cause = list.find((each) => each.key === key)
        const isOthers = cause?.leading && cause.leading.by !== event && cause.leading.until > now
        if (!cause || isOthers) return { list: null, result: false }
        const leading = { by: event, until: now + CLAIM_MS }
        return { list: list.map((each) => (each === cause ? { ...cause, leading } : each)), result: true }
      }),
    one: async (key) => (await all()).find((each) => each.key === key),
    place,
    isOver,
    change: (key, by) =>
      write<void>((list) => ({
        list: list.some((each) => each.key === key) ? list.map((each) => (each.key === key ? by(each) : each)) : null,
        result: undefined,
      })),
  }
}

const asCauses = (value: Json | undefined): readonly Cause[] =>
  isObject(value) && Array.isArray(value['causes']) ? (value['causes'] as readonly Cause[]) : []

/** Bounded in time and in room. */
function kept(list: readonly Cause[], now: number): { readonly causes: readonly Cause[] } {
  let left = ROOM
  const newest = list.filter(({ at }) => at > now - KEPT_MS).toSorted((a, b) => b.at - a.at)
  return {
    causes: newest.filter((each) => {
      left -= sizeOf(each)
      return left >= 0
    }),
  }
}

/** About so many characters: to write it out would cost more than to keep it. */
const sizeOf = ({ cis, symptoms }: Cause): number =>
  500 + cis.reduce((sum, { above }) => sum + 120 + above.length * 35, 0) + symptoms.length * 80
