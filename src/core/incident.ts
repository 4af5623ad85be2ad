// Owns the incident context: what is known of one incident and its CI, each fact with its source and time.
import type { Signals, Surroundings } from './surroundings.ts'
import type { Instant, Json, JsonObject } from './values.ts'

/** A fact is known with its value, or unknown with the reason. Nothing here is ever guessed. */
export type Fact<T extends Json = Json> =
  | { readonly known: true; readonly value: T; readonly source: string; readonly readAt: Instant }
  | { readonly known: false; readonly reason: string; readonly source: string; readonly readAt: Instant }

/** Facts by their CEL name, for example `environment`, `tags`, `health_url`, `users`. */
export type Facts = { readonly [name: string]: Fact }

/** One configuration item as the CMDB showed it. `facts` always holds at least name and class. */
export interface Ci {
  readonly sysId: string
  readonly name: string
  readonly facts: Facts
}

export type IncidentState = 'new' | 'inProgress' | 'onHold' | 'resolved' | 'closed' | 'canceled' | 'other'

/** One ServiceNow incident as it was read back. `facts` are its columns under their own and their mapped names. */
export interface Incident {
  readonly sysId: string
  readonly number: string
  readonly state: IncidentState
  readonly shortDescription: string
  readonly text: string
  /** Entra object id of the caller who opened it, where the person column maps one. */
  readonly opener?: string
  readonly group?: string
  /** How often it has been reopened; each reopening is a new episode. */
  readonly reopened: number
  readonly facts: Facts
}

/** How far an action on the targets would reach. */
export interface Blast {
  readonly users: Fact<number>
  readonly cis: Fact<number>
  readonly vip: Fact<boolean>
}

/** A change request on one of the targets. Times are UTC; `end` is exclusive. */
export interface Change {
  readonly sysId: string
  readonly number: string
  readonly state: 'implement' | 'other'
  readonly start: Instant | null
  readonly end: Instant | null
  readonly onHold: boolean
}

/** How the class was found, and whom it names for a hand-over. */
export interface Taxonomy {
  readonly why: string
  readonly escalate?: string
}

/** Everything read about the world for one proposal. */
export interface IncidentContext {
  readonly incident?: Incident
  readonly ci?: Ci
  /** Its class in the taxonomy; null: it fits none. Absent: nobody asked. */
  readonly class?: string | null
  readonly taxonomy?: Taxonomy
  readonly surroundings?: Surroundings
  /** What the runbook's vetted queries say. */
  readonly signals?: Signals
  readonly readAt: Instant
}

export const known = <T extends Json>(value: T, source: string, readAt: Instant): Fact<T> => ({
  known: true,
  value,
  source,
  readAt,
})

export const unknown = (reason: string, source: string, readAt: Instant): Fact<never> => ({
  known: false,
  reason,
  source,
  readAt,
})

/** The known facts as a plain object for expressions; an unknown fact is left out, so that using it is an error. */
export function knownValues(facts: Facts): JsonObject {
  const values: Record<string, Json> = Object.create(null) as Record<string, Json>
  for (const [name, fact] of Object.entries(facts)) if (fact.known) values[name] = fact.value
  return values
}

/** What `ci` is in an expression; empty when there is no CI. */
export const ciScope = (ci: Ci | undefined): JsonObject => (ci ? { ...knownValues(ci.facts), name: ci.name } : {})

/** What `incident` is in an expression; its fields are empty for a chat run without an incident. */
export function incidentScope(context: IncidentContext): JsonObject {
  const { incident } = context
  if (!incident)
    return { number: '', short_description: '', text: '', category: '', state: '', ci: ciScope(context.ci) }
  return {
    ...knownValues(incident.facts),
    number: incident.number,
    short_description: incident.shortDescription,
    text: incident.text,
    state: incident.state,
    ci: ciScope(context.ci),
  }
}

/** The incident episode is over: nothing may be started for it any more. */
export const isOver = (incident: Incident): boolean =>
  incident.state === 'resolved' || incident.state === 'closed' || incident.state === 'canceled'
