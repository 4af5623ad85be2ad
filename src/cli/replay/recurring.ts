// Owns what a replay says of recurrence: incidents that each runbook counted, and those at which its count was reached.
import type { Deps } from '../../app/deps.ts'
import { recurrencesOf } from '../../app/recurrence.ts'
import type { IncidentContext } from '../../core/incident.ts'
import { emptyRecurrence, type Sums } from './sums.ts'

/** What is known of one incident for one runbook; it never falls back. */
type Standing = 'unknown' | 'counted' | 'reached'
const ORDER: readonly Standing[] = ['unknown', 'counted', 'reached']

export interface Recurring {
  /** To be told after an incident was weighed: its own sighting is counted by then. */
  look(number: string, context: IncidentContext): Promise<void>
  sums(): Sums['recurrence']
}

/** Each incident once per runbook, however many updates it has: what was unknown may be told by a later one. */
export function recurring(deps: Deps): Recurring {
  const runbooks = new Map<string, { most: number; readonly incidents: Map<string, Standing> }>()
  const { catalog } = deps.files.current()
  const wanted = (id: string): number => catalog.runbooks.get(id)?.match?.recurrence?.count ?? Number.POSITIVE_INFINITY
  const counts = [...catalog.runbooks.values()].some((each) => each.match?.recurrence)
  return {
    async look(number, context) {
      if (!counts) return
      for (const [id, seen] of await recurrencesOf(deps, context, false)) {
        const own = runbooks.get(id) ?? { most: 0, incidents: new Map<string, Standing>() }
        runbooks.set(id, own)
        if (seen.known) own.most = Math.max(own.most, seen.value)
        const now: Standing = !seen.known ? 'unknown' : seen.value >= wanted(id) ? 'reached' : 'counted'
        const before = own.incidents.get(number) ?? 'unknown'
        own.incidents.set(number, ORDER.indexOf(now) > ORDER.indexOf(before) ? now : before)
      }
    },
    sums: () =>
      Object.fromEntries(
        [...runbooks].map(([id, { most, incidents }]) => {
          const sums = { ...emptyRecurrence(), most }
          for (const standing of incidents.values()) {
            if (standing === 'unknown') sums.unknown += 1
            else sums.counted += 1
            if (standing === 'reached') sums.reached += 1
          }
          return [id, sums]
        }),
      ),
  }
}
