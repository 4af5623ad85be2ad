// Owns what a vetted query gives: one number or none with the reason, and points of time for a chart.
import type { Instant, Json } from '../../core/values.ts'
import type { Progress } from '../../ports/endpoint.ts'
import { plainText } from '../wire/text.ts'

/** A chart has at most so many points; a query that gives more gives the newest. */
export const mostPoints = 60

export type Points = readonly (readonly [at: Instant, value: number | null])[]

/** `value` null: nothing was measured, which must never read as health (P5). */
export interface Measured {
  readonly value: number | null
  /** How many series or rows there were; a number is taken of exactly one. */
  readonly series: number
  readonly reason: string
  readonly points?: Points
  /** What this kind tells besides. */
  readonly more?: { readonly [name: string]: Json }
}

/** The one number of an answer; NaN, an infinity or nothing is no number. `said`: as the far side wrote it. */
export function oneNumber(said: Json | undefined): Pick<Measured, 'value' | 'reason'> {
  const value = said === '' || said === null || typeof said === 'boolean' ? Number.NaN : Number(said ?? Number.NaN)
  if (Number.isFinite(value) && (typeof said === 'string' || typeof said === 'number'))
    return { value, reason: `the value is ${value}` }
  const shown = typeof said === 'string' || typeof said === 'number' ? plainText(String(said), 40) : 'no number'
  return { value: null, reason: `the value is ${said === undefined || said === null ? 'absent' : shown}` }
}

/** Oldest first, each instant once, the newest `mostPoints`; a value that is no finite number is null. */
export function inTime(points: readonly (readonly [at: Instant, value: Json | undefined])[]): Points {
  const byTime = new Map(
    points
      .filter(([at]) => Number.isFinite(at))
      .map(([at, value]): readonly [Instant, number | null] => [at, oneNumber(value).value]),
  )
  return [...byTime].toSorted(([a], [b]) => a - b).slice(-mostPoints)
}

/** The end of a query: `result` is `{value, series, …}`, with `points` where the answer has them. */
export function measuredEnd(handle: string, { value, series, reason, points, more }: Measured): Progress {
  const result: Json = { value, series, ...more, ...(points ? { points } : {}) }
  return { state: 'ended', handle, outcome: 'succeeded', reason, result }
}
