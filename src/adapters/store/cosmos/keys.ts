// Owns how names and moments become Cosmos ids and sortable keys, and which names are refused.
import { hash } from 'node:crypto'
import type { Instant } from '../../../core/values.ts'
import { PortError } from '../../../ports/errors.ts'

/** Far below the 1,023 bytes of an id: an encoded one that is longer is hashed. */
const LONGEST_ID = 200
const DIGITS = 16

/**
 * A name as an id. Cosmos refuses `/ \ ? #` in ids (learn.microsoft.com/azure/cosmos-db/concepts-limits), and a percent sign or dots
 * may change on the way, so all but plain characters become `=XX` of their UTF-8 bytes; a long name becomes its SHA-256.
 * Different names never share an id: neither `=x` nor a bare `=` comes out of the first form.
 */
export function idOf(name: string): string {
  const bytes = (text: string) => Buffer.from(text, 'utf8')
  const encoded = name.replaceAll(/[^A-Za-z0-9_:@-]/gu, (character) =>
    [...bytes(character)].map((byte) => `=${byte.toString(16).padStart(2, '0').toUpperCase()}`).join(''),
  )
  if (encoded === '') return '='
  return encoded.length > LONGEST_ID ? `=x${digestOf(name)}` : encoded
}

/** SHA-256, lower-case hex. */
export const digestOf = (data: string | Uint8Array): string => hash('sha256', data, 'hex')

/** A moment whose text sorts as the number does; a moment before 1970 counts as 1970. */
export const sortable = (at: Instant): string =>
  String(Math.min(Math.max(0, Math.floor(at)), Number.MAX_SAFE_INTEGER)).padStart(DIGITS, '0')

/** Refuses keys with half a character: UTF-8 would make different ones equal. */
export function checkNames(...names: readonly string[]): void {
  for (const name of names) if (!name.isWellFormed()) throw new PortError('malformed', 'a key is not well-formed text')
}

/** A limit as `TOP` takes it. */
export const toTop = (limit: number): number =>
  Number.isFinite(limit) ? Math.max(0, Math.floor(limit)) : Number.MAX_SAFE_INTEGER
