// Owns the sums of a replay: what would have been proposed per runbook, class and month, what was decided, and why not.
import type { Instant } from '../../core/values.ts'

/** How often each name came. */
export type Counts = { [name: string]: number }

/** What became of an incident's update. */
export type Kind = 'proposed' | 'joined' | 'tie' | 'handedOver' | 'declined'

export interface RunbookSums {
  proposed: number
  joined: number
  readonly months: Counts
  /** allow, ask, stop, record, and what history cannot tell: `untold` (only unknown facts stop it), `noPlan`. */
  readonly decisions: Counts
}

export interface RecurrenceSums {
  /** Distinct incidents that were counted, and those at which the count was reached. */
  counted: number
  reached: number
  most: number
  /** What it counts by is unknown. */
  unknown: number
}

export interface Sums {
  updates: number
  readonly kinds: { [kind in Kind]: number }
  readonly runbooks: { [runbook: string]: RunbookSums }
  /** By class: incidents, and those of them that something would have been proposed for. `-`: no class fits. */
  readonly classes: { [name: string]: { incidents: number; proposed: number; readonly months: Counts } }
  recurrence: { readonly [runbook: string]: RecurrenceSums }
  /** Incidents for which nothing would have been proposed, by the last reason. */
  readonly declined: Counts
  /** Why a plan stops, or cannot be made; by guardrail, or in words. */
  readonly because: Counts
  /** Updates for which the trigger cannot be told from history. */
  untold: number
}

export const emptySums = (): Sums => ({
  updates: 0,
  kinds: { proposed: 0, joined: 0, tie: 0, handedOver: 0, declined: 0 },
  runbooks: Object.create(null) as Sums['runbooks'],
  classes: Object.create(null) as Sums['classes'],
  recurrence: Object.create(null) as Sums['recurrence'],
  declined: Object.create(null) as Counts,
  because: Object.create(null) as Counts,
  untold: 0,
})

export const count = (counts: Counts, name: string, more = 1): void => {
  counts[name] = (counts[name] ?? 0) + more
}

export const ofRunbook = (sums: Sums, id: string): RunbookSums => {
  const empty = { proposed: 0, joined: 0, months: {}, decisions: {} }
  const found = sums.runbooks[id] ?? empty
  sums.runbooks[id] = found
  return found
}

export const ofClass = (sums: Sums, name: string | null): Sums['classes'][string] => {
  const key = name ?? '-'
  const found = sums.classes[key] ?? { incidents: 0, proposed: 0, months: {} }
  sums.classes[key] = found
  return found
}

export const emptyRecurrence = (): RecurrenceSums => ({ counted: 0, reached: 0, most: 0, unknown: 0 })

/** `2016-02`, in UTC. */
export const monthOf = (at: Instant): string => new Date(at).toISOString().slice(0, 7)
