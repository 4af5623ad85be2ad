// Owns counting how often something came back: incidents by what a runbook names, within its time (DESIGN §4.3).
import type { Known } from '../core/guardrails/input.ts'
import type { IncidentContext } from '../core/incident.ts'
import { match, type Recurrences } from '../core/match.ts'
import { countWithin, ownTime, recurringValue, type Sighting, sighted, sightingsOf } from '../core/recurrence.ts'
import type { Runbook } from '../core/runbook.ts'
import type { Instant, Json } from '../core/values.ts'
import type { Deps } from './deps.ts'
import { swap } from './documents.ts'

const KIND = 'recurrence'

/**
 * How often each runbook that waits for it has seen this come back, this incident included. With `count` the incident is
 * written down, once however often it is delivered. Rejects with a PortError where the store does not answer.
 */
export async function recurrencesOf(
  deps: Pick<Deps, 'store' | 'files' | 'hash' | 'clock'>,
  context: IncidentContext,
  count: boolean,
): Promise<Recurrences> {
  const { catalog, governance } = deps.files.current()
  const seen = new Map<string, Known<number>>()
  for (const runbook of catalog.runbooks.values()) {
    const { recurrence, ...rest } = runbook.match ?? {}
    // Only what fits but for its recurrence is counted for it.
    if (!recurrence || !match(context, [{ ...runbook, match: rest }], governance)[0]?.fits) continue
    seen.set(runbook.id, await countOf(deps, context, runbook, recurrence, count))
  }
  return seen
}

type Recurrence = NonNullable<NonNullable<Runbook['match']>['recurrence']>

async function countOf(
  { store, hash, clock }: Pick<Deps, 'store' | 'hash' | 'clock'>,
  context: IncidentContext,
  runbook: Runbook,
  { by, withinMs }: Recurrence,
  count: boolean,
): Promise<Known<number>> {
  const values = by.map((name) => ({ name, value: recurringValue(context, name, runbook.match?.class) }))
  const missing = values.filter(({ value }) => value === undefined)
  if (missing.length > 0)
    return { known: false, reason: `${missing.map(({ name }) => name).join(', ')} of this incident is unknown` }
  const key = hash.digest(hash.canonicalize([runbook.id, by.join(), ...values.map(({ value }) => value ?? null)]))
  const now = clock.now()
  if (!count) {
    const before = sightingsOf((await store.get(KIND, key))?.value)
    return { known: true, value: countWithin(before, sightingOf(context, before, now), withinMs) }
  }
  const total = await swap<number>(store, KIND, key, (value) => {
    const before = sightingsOf(value)
    const one = sightingOf(context, before, now)
    const result = countWithin(before, one, withinMs)
    if (before.some(({ incident, at }) => incident === one.incident && at === one.at)) return { result }
    return { write: sighted(before, one, withinMs).map((each): Json => ({ ...each })), result }
  })
  return { known: true, value: total }
}

/** At its own time; one that says none stands at the moment when it was first seen. */
function sightingOf({ incident }: IncidentContext, before: readonly Sighting[], now: Instant): Sighting {
  const sysId = incident?.sysId ?? ''
  const first = before.find((each) => each.incident === sysId)?.at ?? now
  return { incident: sysId, at: (incident && ownTime(incident, now)) ?? first }
}
