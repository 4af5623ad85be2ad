// Owns how numbers are written: an instant in the reader's own time zone on a card and in UTC in a text, a span, a hash.
import type { Instant, Millis } from '../../core/values.ts'
import { SOURCE } from '../locale/locales.ts'
import { spokenLocale } from '../locale/voice.ts'

const dayMs: Millis = 24 * 60 * 60 * 1000

/** A card macro that each client fills in with the local time; with the date when it is half a day away or more. */
export function onCard(instant: Instant, at: Instant): string {
  const iso = `${new Date(instant).toISOString().slice(0, 19)}Z`
  const time = `{{TIME(${iso})}}`
  return Math.abs(instant - at) < dayMs / 2 ? time : `{{DATE(${iso}, COMPACT)}} ${time}`
}

/** `03:40 UTC`, for texts, which know no reader. */
export const inText = (instant: Instant): string => `${new Date(instant).toISOString().slice(11, 16)} UTC`

/** `2026-01-31 03:40 UTC`, where the reader comes much later; in another language as it writes a date. */
export function dated(instant: Instant): string {
  const locale = spokenLocale()
  if (locale === SOURCE) return `${new Date(instant).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const written = { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' } as const
  return `${new Intl.DateTimeFormat(locale, written).format(instant)} UTC`
}

/** `2026-01-31`, in UTC; in another language as it writes a date. */
export function day(instant: Instant): string {
  const locale = spokenLocale()
  if (locale === SOURCE) return new Date(instant).toISOString().slice(0, 10)
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(instant)
}

/** `45 s`, `12 min`, `3 h`, `2 d`. */
export function span(ms: Millis): string {
  if (ms < 90_000) return `${Math.round(ms / 1000)} s`
  if (ms < 90 * 60_000) return `${Math.round(ms / 60_000)} min`
  return ms < 2 * dayMs ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / dayMs)} d`
}

/** Enough of a SHA-256 to compare by eye; the same length on every surface. */
export const shortHash = (hash: string): string => hash.slice(0, 12)
