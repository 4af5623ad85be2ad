// Owns what is known around an incident's CI: neighbours, people, changes, deploys, history, signals; each with its source.
import type { Fact } from './incident.ts'
import type { Instant } from './values.ts'

/** A CI that this one depends on (`up`), or that depends on it (`down`), so many relations away. */
export type Neighbour = {
  readonly sysId: string
  readonly name: string
  readonly direction: 'up' | 'down'
  readonly depth: number
  /** As the CMDB calls it, for example `Depends on`. */
  readonly relation: string
}

export type NearChange = {
  readonly number: string
  readonly title: string
  readonly state: string
  readonly ci: string
  readonly start: Instant | null
  /** When it ended, or is planned to. */
  readonly end: Instant | null
  /** Its work is done: it is in review, or closed. */
  readonly over: boolean
}

export type NearDeploy = {
  readonly service: string
  readonly version: string
  readonly previous: string | null
  readonly at: Instant
  readonly by: string | null
}

/** A deploy, or a change that ended, close enough to be the cause: what breaks right after it may be undone with it. */
export interface Recent {
  /** As people read it: `shop-web 2.3.0 → 2.4.0`, or `CHG0030001 (Patch web-01)`. */
  readonly what: string
  readonly is: 'deploy' | 'change'
  readonly at: Instant
  readonly by: string | null
}

/** Whom the incident's CIs carry. */
export type Affected = {
  /** null: it cannot be told; `blast` says why. */
  readonly users: number | null
  /** Names of people, and of CIs that are marked so. */
  readonly vips: readonly string[]
}

export type PastIncident = {
  readonly sysId: string
  readonly number: string
  readonly title: string
  readonly openedAt: Instant
  readonly resolvedAt: Instant | null
  readonly closeCode: string | null
  /** As people wrote it, cut. */
  readonly closeNotes: string
  /** Same signature as well as same CI. */
  readonly alike: boolean
}

/** What a vetted query said. `points` are for a chart: time and value, null where there was none. */
export type SignalReading = {
  readonly title: string
  readonly unit: string
  /** The system that it was asked of: signals of one system are no independent witnesses. */
  readonly system: string
  /** null: the series is absent, which is not health. */
  readonly value: number | null
  /** Whether the issue shows in it; null: it cannot be told. */
  readonly shows: boolean | null
  readonly points: readonly (readonly [at: Instant, value: number | null])[]
}

export type Signals = { readonly [name: string]: Fact<SignalReading> }

/** Everything may be unknown, with the reason; what was not asked for is left out. */
export interface Surroundings {
  readonly neighbours?: Fact<readonly Neighbour[]>
  /** Who owns the service: a name, and the group where there is one. */
  readonly owner?: Fact<{ readonly name: string; readonly group: string | null }>
  readonly affected?: Fact<Affected>
  readonly changes?: Fact<readonly NearChange[]>
  readonly deploys?: Fact<readonly NearDeploy[]>
  readonly history?: Fact<readonly PastIncident[]>
  readonly onCall?: Fact<readonly string[]>
  /** Who has taken control as incident commander; empty: nobody. */
  readonly commander?: Fact<string>
}
