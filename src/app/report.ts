// Owns gathering a report: the runs of a time, page by page and bounded, each folded from its own log.
import { CONTROL_CHAIN } from '../core/control.ts'
import { emptyRun, evolve } from '../core/evolve.ts'
import { isRunEvent } from '../core/log-format.ts'
import { type Counted, countedOf, humanMsOf, type Report, rowsOf } from '../core/report.ts'
import type { Run } from '../core/run.ts'
import type { Instant, Millis } from '../core/values.ts'
import type { ChainRecord, Store } from '../ports/store.ts'
import { allRecords } from './shadow-records.ts'

const PAGE = 100
/** More runs than this are not read for one report: it says so. */
const MOST = 2000
const AT_ONCE = 8
const UNITS: { readonly [unit: string]: Millis } = { m: 60_000, h: 3_600_000, d: 86_400_000 }
const LONGEST_MS: Millis = 366 * 86_400_000
const USUAL = '7d'

/** A time as a person types it, `24h` or `7d`; seven days where nothing is said, a year at most. Undefined: it is none. */
export function periodOf(typed: string | null): Millis | undefined {
  const [, count = '', unit = ''] = /^([1-9]\d{0,3})([mhd])$/i.exec(typed ?? USUAL) ?? []
  const ms = Number(count) * (UNITS[unit.toLowerCase()] ?? 0)
  return ms > 0 ? Math.min(ms, LONGEST_MS) : undefined
}

/** The report of the runs that began in the `forMs` before `until`. Rejects with a PortError where the store does not answer. */
export async function reportOf(store: Store, until: Instant, forMs: Millis, most = MOST): Promise<Report> {
  const since = until - forMs
  const counted: Counted[] = []
  let [read, unread, isCut] = [0, 0, false]
  for (let before: ChainRecord | undefined, more = true; more && !isCut; ) {
    const page = await store.list({ limit: PAGE, ...(before ? { before } : {}) })
    const within = page.filter(({ createdAt }) => createdAt >= since)
    const wanted = within.filter(({ chain, createdAt }) => chain !== CONTROL_CHAIN && createdAt < until)
    isCut = read + wanted.length > most
    const taken = wanted.slice(0, most - read)
    read += taken.length
    for (let at = 0; at < taken.length; at += AT_ONCE)
      for (const run of await Promise.all(taken.slice(at, at + AT_ONCE).map((each) => folded(store, each))))
        if (run) counted.push(countedOf(run))
        else unread += 1
    before = page.at(-1)
    more = page.length === PAGE && within.length === page.length
  }
  const known = new Map(
    (await allRecords({ store })).map((each) => [`${each.runbook}:${each.environment}`, humanMsOf(each.cases)]),
  )
  const rows = rowsOf(counted, (runbook, environment) => known.get(`${runbook}:${environment}`) ?? null)
  return { since, until, rows, isCut, unread }
}

/** Not through the journal, which keeps what is at work; null: a newer runbot wrote it. */
async function folded(store: Store, { chain }: ChainRecord): Promise<Run | null> {
  let run = emptyRun(chain)
  for (const { event, at } of await store.entries(chain)) {
    if (!isRunEvent(event)) return null
    run = evolve(run, event, at)
  }
  return run
}
