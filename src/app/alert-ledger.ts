// Owns the ledger of alerts: which one belongs to which cause, and what came of each, counted once however often it is told.
import type { Counts } from '../core/storm.ts'
import { type Instant, isObject, type Json, type Millis } from '../core/values.ts'
import type { Deps } from './deps.ts'
import { swap } from './documents.ts'

export type AlertResult = 'proposed' | 'joined' | 'resolved' | 'suppressed' | 'declined'

/** What is known of one alert, or of one incident among them. */
export interface Entered {
  /** The cause that it is a member of; '' for none. */
  readonly storm: string
  readonly startsAt: Instant
  readonly resolved: boolean
}

/** What came of alerts so far, all told. */
export interface Sums {
  readonly proposed: number
  readonly joined: number
  readonly resolved: number
  readonly suppressed: number
  readonly declined: { readonly [reason: string]: number }
}

export interface Ledger {
  find(key: string): Promise<Entered | undefined>
  /** Whether this event is counted already. */
  has(key: string, event: string): Promise<boolean>
  /**
   * Enters what an event made of an alert, with what is counted for it, in one write: a repeat changes and counts
   * nothing. Answers what stood there before; undefined: it is a repeat.
   */
  enter(
    key: string,
    event: string,
    entry: Entered,
    count: { readonly result: AlertResult; readonly reason?: string } | null,
  ): Promise<{ readonly before: Entered | null } | undefined>
  /** Exact counts of every cause, and the sums. */
  tally(): Promise<{ readonly counts: ReadonlyMap<string, Counts>; readonly sums: Sums }>
}

/** The alerts lie in so many documents by their digest: each is small, and replicas hardly ever want the same. */
const SHELVES = 256
const AT_ONCE = 32
const KIND = 'alerts'
/** Entries of one shelf, the newest. */
const ENTRIES = 1000
/** What fires for longer than this without a word is forgotten. */
const FIRING_MS: Millis = 7 * 86_400_000
const RESOLVED_MS: Millis = 86_400_000
/** Events of one alert that a repeat is known by. */
const EVENTS = 6
/** Different reasons that are counted apart. */
const REASONS = 20

/** Short names: there are thousands of them. s: cause, a: startsAt, r: resolved, t: touched, e: events. */
type Slip = {
  readonly s: string
  readonly a: Instant
  readonly r: 0 | 1
  readonly t: Instant
  readonly e: readonly string[]
}
type Shelf = { readonly slips: { readonly [hash: string]: Slip }; readonly sums: Sums }

export const NOTHING: Sums = { proposed: 0, joined: 0, resolved: 0, suppressed: 0, declined: {} }

export function alertLedger(deps: Pick<Deps, 'store' | 'hash' | 'clock'>): Ledger {
  const { store, clock } = deps
  const where = (key: string) => {
    const hash = deps.hash.digest(key)
    return { shelf: hash.slice(0, 2), hash: hash.slice(2, 20) }
  }
  const mark = (event: string): string => deps.hash.digest(event).slice(0, 12)
  const read = async (shelf: string) => asShelf((await store.get(KIND, shelf))?.value)
  const slipOf = async (key: string): Promise<Slip | undefined> => {
    const { shelf, hash } = where(key)
    return (await read(shelf)).slips[hash]
  }

  return {
    async find(key) {
      const slip = await slipOf(key)
      return slip && entered(slip)
    },
    has: async (key, event) => (await slipOf(key))?.e.includes(mark(event)) === true,
    async enter(key, event, entry, count) {
      const { shelf, hash } = where(key)
      return swap(store, KIND, shelf, (value) => {
        const { slips, sums } = asShelf(value)
        const before = slips[hash]
        if (before?.e.includes(mark(event))) return { result: undefined }
        const slip: Slip = {
          s: entry.storm,
          a: entry.startsAt,
          r: entry.resolved ? 1 : 0,
          t: clock.now(),
          e: [...(before?.e ?? []), mark(event)].slice(-EVENTS),
        }
        const next: Shelf = {
          slips: pruned({ ...slips, [hash]: slip }, clock.now()),
          sums: count ? counted(sums, count.result, count.reason ?? '') : sums,
        }
        return { write: next as unknown as Json, result: { before: before ? entered(before) : null } }
      })
    },
    async tally() {
      const counts = new Map<string, { members: number; resolved: number }>()
      let sums = NOTHING
      const shelves = Array.from({ length: SHELVES }, (_, index) => index.toString(16).padStart(2, '0'))
      for (let from = 0; from < SHELVES; from += AT_ONCE)
        for (const shelf of await Promise.all(shelves.slice(from, from + AT_ONCE).map(read))) {
          sums = added(sums, shelf.sums)
          for (const { s, r } of Object.values(shelf.slips)) {
            if (s === '') continue
            const before = counts.get(s) ?? { members: 0, resolved: 0 }
            counts.set(s, { members: before.members + 1, resolved: before.resolved + r })
          }
        }
      return { counts, sums }
    },
  }
}

const entered = ({ s, a, r }: Slip): Entered => ({ storm: s, startsAt: a, resolved: r === 1 })

const asShelf = (value: Json | undefined): Shelf =>
  isObject(value) ? (value as unknown as Shelf) : { slips: {}, sums: NOTHING }

function pruned(slips: Shelf['slips'], now: Instant): Shelf['slips'] {
  const alive = Object.entries(slips).filter(([, { r, t }]) => t > now - (r === 1 ? RESOLVED_MS : FIRING_MS))
  return Object.fromEntries(
    alive.length <= ENTRIES ? alive : alive.toSorted(([, a], [, b]) => b.t - a.t).slice(0, ENTRIES),
  )
}

function counted(sums: Sums, result: AlertResult, reason: string): Sums {
  if (result !== 'declined') return { ...sums, [result]: sums[result] + 1 }
  return { ...sums, declined: withReason(sums.declined, reason, 1) }
}

/** Reasons hold outside text, so there is an end to how many are kept apart. */
function withReason(declined: Sums['declined'], reason: string, count: number): Sums['declined'] {
  const known = Object.hasOwn(declined, reason) || Object.keys(declined).length < REASONS
  const name = known ? reason : 'for other reasons'
  return { ...declined, [name]: (Object.hasOwn(declined, name) ? (declined[name] ?? 0) : 0) + count }
}

/** What came besides since `before`; the sums only ever grow. */
export const since = (before: Sums, now: Sums): Sums => ({
  proposed: now.proposed - before.proposed,
  joined: now.joined - before.joined,
  resolved: now.resolved - before.resolved,
  suppressed: now.suppressed - before.suppressed,
  declined: Object.fromEntries(
    Object.entries(now.declined)
      .map(
        ([reason, count]) =>
          [reason, count - (Object.hasOwn(before.declined, reason) ? (before.declined[reason] ?? 0) : 0)] as const,
      )
      .filter(([, count]) => count > 0),
  ),
})

export const totalOf = ({ proposed, joined, resolved, suppressed, declined }: Sums): number =>
  proposed + joined + resolved + suppressed + Object.values(declined).reduce((sum, each) => sum + each, 0)

const added = (a: Sums, b: Sums): Sums => ({
  proposed: a.proposed + b.proposed,
  joined: a.joined + b.joined,
  resolved: a.resolved + b.resolved,
  suppressed: a.suppressed + b.suppressed,
  declined: Object.entries(b.declined).reduce((sum, [reason, count]) => withUnbounded(sum, reason, count), a.declined),
})

const withUnbounded = (declined: Sums['declined'], reason: string, count: number): Sums['declined'] => ({
  ...declined,
  [reason]: (Object.hasOwn(declined, reason) ? (declined[reason] ?? 0) : 0) + count,
})
