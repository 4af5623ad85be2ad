// Owns the way from a wall clock in a named time zone to an instant, through Node's own time zone data.
import type { Instant } from '../../core/values.ts'

/** What a clock on the wall shows; months count from 1. */
export interface Wall {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

export type Zone = (wall: Wall) => Instant

export const utcZone: Zone = (wall) =>
  Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second)

/**
 * An IANA zone such as Europe/Berlin; undefined where Node does not know the name.
 * A time that a spring change skips counts with the offset before the change; one that an autumn change repeats is the
 * first of the two (RFC 5545, 3.3.5).
 */
export function ianaZone(name: string): Zone | undefined {
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'iso8601',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch {
    return undefined
  }
  const offset = (instant: Instant): number => {
    const parts = Object.fromEntries(format.formatToParts(instant).map((part) => [part.type, Number(part.value)]))
    const shown = Date.UTC(
      parts['year'] as number,
      (parts['month'] as number) - 1,
      parts['day'],
      parts['hour'],
      parts['minute'],
      parts['second'],
    )
    return shown - Math.floor(instant / 1000) * 1000
  }
  return (wall) => {
    const asUtc = utcZone(wall)
    // No zone is further than a day from UTC, so these two stand before and after any change near this wall time.
    const before = asUtc - offset(asUtc - 86_400_000)
    const after = asUtc - offset(asUtc + 86_400_000)
    const fits = (instant: Instant) => instant + offset(instant) === asUtc
    if (fits(before)) return before
    return fits(after) ? after : before
  }
}
