// Owns how numbers are written: an instant in the reader's own time zone on a card and in UTC in a text, a span, a hash.
import type { Instant, Millis } from '../../core/values.ts'

const day: Millis = 24 * 60 * 60 * 1000

/** A card macro that each client fills in with the local time; with the date when it is half a day away or more. */
export function onCard(instant: Instant, at: Instant): string {
  const iso = `${new Date(instant).toISOString().slice(0, 19)}Z`
  const time = `{{TIME(${iso})}}`
  return Math.abs(instant - at) < day / 2 ? time : `{{DATE(${iso}, COMPACT)}} ${time}`
}

/** `03:40 UTC`, for texts, which know no reader. */
export const inText = (instant: Instant): string => `${new Date(instant).toISOString().slice(11, 16)} UTC`

/** `2026-01-31 03:40 UTC`, where the reader comes much later. */
export const dated = (instant: Instant): string =>
  `${new Date(instant).toISOString().slice(0, 16).replace('T', ' ')} UTC`

/** `45 s`, `12 min`, `3 h`, `2 d`. */
export function span(ms: Millis): string {
  if (ms < 90_000) return `${Math.round(ms / 1000)} s`
  if (ms < 90 * 60_000) return `${Math.round(ms / 60_000)} min`
  return ms < 2 * day ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / day)} d`
}

/** Enough of a SHA-256 to compare by eye; the same length on every surface. */
export const shortHash = (hash: string): string => hash.slice(0, 12)
