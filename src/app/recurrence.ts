// Owns counting how often something came back: incidents by what a runbook names, within its time (DESIGN §4.3).
import type { Known } from '../core/guardrails/input.ts'
import type { IncidentContext } from '../core/incident.ts'
import { match, type Recurrences } from '../core/match.ts'
import type { Runbook } from '../core/runbook.ts'
import { type Instant, isObject, type Json } from '../core/values.ts'
import type { Deps } from './deps.ts'
import { swap } from './documents.ts'

const KIND = 'recurrence'
const KEPT = 1000

interface Sighting {
  readonly incident: string
  readonly at: Instant
}

/**
 * How often each runbook that waits for it has seen this come back, this incident included. With `count` the incident is
 * written down, once however often it is delivered. Rejects with a PortError where the store does not answer.
 */
export async function recurrencesOf(deps: Deps, context: IncidentContext, count: boolean): Promise<Recurrences> {
  const { catalog, governance } = deps.files.current()
  const seen = new Map<string, Known<number>>()
  for (const runbook of catalog.runbooks.values()) {
    const { recurrence, ...rest } = runbook.match ?? {}
    // Only what fits but for its recurrence is counted for it.
    if (!recurrence || !match(context, [{ ...runbook, match: rest }], governance)[0]?.fits) continue
    seen.set(runbook.id, await countOf(deps, context, runbook.id, recurrence, count))
  }
  return seen
}

type Recurrence = NonNullable<NonNullable<Runbook['match']>['recurrence']>

async function countOf(
  { store, hash, clock }: Deps,
  context: IncidentContext,
  runbook: string,
  { by, withinMs }: Recurrence,
  count: boolean,
): Promise<Known<number>> {
  const values = by.map((name) => ({ name, value: valueOf(context, name) }))
  const missing = values.filter(({ value }) => value === undefined || value === '' || value === null)
  if (missing.length > 0)
    return { known: false, reason: `${missing.map(({ name }) => name).join(', ')} of this incident is unknown` }
  const incident = context.incident?.sysId ?? ''
  const now = clock.now()
  const key = hash.digest(hash.canonicalize([runbook, by.join(), ...values.map(({ value }) => value ?? null)]))
  const within = (value: Json | undefined) => sightings(value).filter(({ at }) => at > now - withinMs)
  if (!count) {
    const recent = within((await store.get(KIND, key))?.value)
    return { known: true, value: new Set([...recent.map((each) => each.incident), incident]).size }
  }
  const total = await swap<number>(store, KIND, key, (value) => {
    const recent = within(value)
    if (recent.some((each) => each.incident === incident)) return { result: recent.length }
    const next = [...recent, { incident, at: now }].slice(-KEPT)
    return { write: next.map((each) => ({ ...each })), result: next.length }
  })
  return { known: true, value: total }
}

/** `ci` is the CI itself; any other name a fact of the incident, else of its CI. */
function valueOf({ incident, ci }: IncidentContext, name: string): Json | undefined {
  if (name === 'ci') return ci?.sysId
  for (const facts of [incident?.facts, ci?.facts]) {
    const fact = facts && Object.hasOwn(facts, name) ? facts[name] : undefined
    if (fact?.known) return fact.value
  }
  return undefined
}

const sightings = (value: Json | undefined): readonly Sighting[] =>
  Array.isArray(value) ? value.filter(isObject).map((each) => each as unknown as Sighting) : []
