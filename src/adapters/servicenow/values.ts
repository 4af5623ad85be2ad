// Owns ServiceNow's notations: sys_ids, numbers, column paths, UTC date-times, and which text may enter a query.
import type { Instant } from '../../core/values.ts'
import { PortError } from '../../ports/errors.ts'
import { plainText } from '../wire/text.ts'

/** A sys_id in lower case; anything but 32 hex digits is refused as malformed. */
export function sysId(text: string): string {
  if (isSysId(text)) return text.toLowerCase()
  throw new PortError('malformed', `"${plainText(text, 40)}" is not a sys_id: it has 32 hex digits`)
}

export const isSysId = (text: string): boolean => /^[0-9a-f]{32}$/i.test(text)

/** A record's number in capitals, such as INC0010001; anything else is refused as malformed. */
export function recordNumber(text: string): string {
  const number = text.toUpperCase()
  if (/^[A-Z]{2,6}\d{4,12}$/.test(number)) return number
  throw new PortError('malformed', `"${plainText(text, 40)}" is not a record number such as INC0010001`)
}

/**
 * A name that a query may hold. In a query `^` is syntax and `javascript:` is run by the server (CONTRACTS 1.2), so
 * both are refused as malformed, as are control characters, instead of being escaped.
 */
export function queryName(text: string): string {
  const plain = text !== '' && text.length <= 200 && !/[\^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)
  if (plain && !/javascript\s*:/i.test(text)) return text
  throw new PortError('malformed', `"${plainText(text, 60)}" cannot be looked up in ServiceNow: not a plain name`)
}

/** An Entra object id as a query may hold it, in lower case; undefined for anything else. */
export const entraId = (text: string): string | undefined =>
  /^[0-9a-z-]{1,64}$/i.test(text) ? text.toLowerCase() : undefined

/** A column, dot-walked at most three times. What connectors.yaml names otherwise is refused as malformed. */
export function columnPath(text: string): string {
  if (/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){0,3}$/.test(text)) return text
  throw new PortError('malformed', `connectors.yaml names "${plainText(text, 60)}", which is not a column`)
}

/** The instant of a raw value `2026-01-31 10:00:00`, which is UTC (CONTRACTS 1.2); undefined for anything else. */
export function instantOf(value: string): Instant | undefined {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/.exec(value)
  const instant = match ? Date.parse(`${match[1]}T${match[2]}Z`) : Number.NaN
  return Number.isNaN(instant) ? undefined : instant
}

/** An instant as a raw value, cut to the second. */
export const dateTimeOf = (instant: Instant): string => new Date(instant).toISOString().slice(0, 19).replace('T', ' ')

/** Lists of at most `size`, so that a query stays below the 2048 characters that every proxy lets pass. */
export function chunks<T>(all: readonly T[], size = 20): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size))
}
