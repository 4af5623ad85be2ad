// Owns the account of alerts in the control chain: what came of them since the last entry, each counted in exactly one.
import { CONTROL_CHAIN } from '../core/control.ts'
import { isObject, type Json, type Millis } from '../core/values.ts'
import { NOTHING, type Sums, since, totalOf } from './alert-ledger.ts'
import type { Deps } from './deps.ts'
import { takeTurn } from './documents.ts'
import type { Journal } from './journal.ts'

const KIND = 'storm'
const KEY = 'accounted'
const TURN_MS: Millis = 30_000
/** Reasons hold outside text, and each shelf of the ledger keeps its own: the chain names so many of them. */
const REASONS = 50
const REST = 'for other reasons'

/** `until`: the sums that the chain tells of. `writing`: those that an entry after this one was to tell of. */
type Accounted = { readonly until: Sums; readonly writing: { readonly sums: Sums; readonly fromSeq: number } | null }

/**
 * Writes down what came since. One replica at a time does; after a crash between the entry and the note that it stands,
 * it is found again by its total, which no other entry has.
 */
export function accounting(deps: Deps, journal: Journal): (sums: Sums) => Promise<void> {
  const { store, clock, owner } = deps
  const save = async (accounted: Accounted, version: number | null) =>
    (await store.put(KIND, KEY, accounted as unknown as Json, version)).version

  const stands = async ({ sums, fromSeq }: NonNullable<Accounted['writing']>): Promise<boolean> =>
    (await store.entries(CONTROL_CHAIN, fromSeq)).some(
      ({ event }) => isObject(event) && event['type'] === 'alertsCounted' && event['total'] === totalOf(sums),
    )

  return async (all) => {
    if (!(await takeTurn(store, 'alerts-counted', owner, clock.now(), TURN_MS))) return
    const document = await store.get(KIND, KEY)
    let version = document?.version ?? null
    let accounted: Accounted = isObject(document?.value)
      ? (document.value as unknown as Accounted)
      : { until: NOTHING, writing: null }
    if (accounted.writing)
      accounted = { until: (await stands(accounted.writing)) ? accounted.writing.sums : accounted.until, writing: null }
    if (totalOf(all) <= totalOf(accounted.until)) return
    const sums = bounded(all, accounted.until)
    const fromSeq = ((await store.record(CONTROL_CHAIN))?.seq ?? 0) + 1
    // Whoever wrote in between has the turn by now: theirs counts.
    version = await save({ ...accounted, writing: { sums, fromSeq } }, version)
    await journal.control({ type: 'alertsCounted', ...since(accounted.until, sums), total: totalOf(sums) })
    await save({ until: sums, writing: null }, version)
  }
}

/** What was named before goes on to be, and once the list is full all others are one: so each of them only ever grows. */
function bounded(sums: Sums, before: Sums): Sums {
  const all = Object.entries(sums.declined).filter(([reason]) => reason !== REST)
  const isNamed = ([reason]: readonly [string, number]): boolean => Object.hasOwn(before.declined, reason)
  const old = all.filter(isNamed)
  const fresh = all.filter((each) => !isNamed(each))
  const named = [...old, ...fresh.slice(0, Math.max(0, REASONS - old.length))]
  const count = (some: readonly (readonly [string, number])[]): number => some.reduce((sum, [, each]) => sum + each, 0)
  const rest = count(Object.entries(sums.declined)) - count(named)
  return { ...sums, declined: { ...Object.fromEntries(named), ...(rest > 0 ? { [REST]: rest } : {}) } }
}
