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

  return async (sums) => {
    if (!(await takeTurn(store, 'alerts-counted', owner, clock.now(), TURN_MS))) return
    const document = await store.get(KIND, KEY)
    let version = document?.version ?? null
    let accounted: Accounted = isObject(document?.value)
      ? (document.value as unknown as Accounted)
      : { until: NOTHING, writing: null }
    if (accounted.writing)
      accounted = { until: (await stands(accounted.writing)) ? accounted.writing.sums : accounted.until, writing: null }
    if (totalOf(sums) <= totalOf(accounted.until)) return
    const fromSeq = ((await store.record(CONTROL_CHAIN))?.seq ?? 0) + 1
    // Whoever wrote in between has the turn by now: theirs counts.
    version = await save({ ...accounted, writing: { sums, fromSeq } }, version)
    await journal.control({ type: 'alertsCounted', ...since(accounted.until, sums), total: totalOf(sums) })
    await save({ until: sums, writing: null }, version)
  }
}
