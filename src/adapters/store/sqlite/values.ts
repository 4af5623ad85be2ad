// Owns how values enter and leave columns: JSON text, keys that survive UTF-8, limits, and the earlier of two moments.
import type { Instant, Json } from '../../../core/values.ts'
import { PortError } from '../../../ports/errors.ts'

/** Called when the write is asked for, not when it is done: what the caller changes afterwards is not stored. */
export function toJson(value: Json | { readonly [key: string]: string }): string {
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch (cause) {
    throw new PortError('malformed', 'the value cannot be written as JSON', { cause })
  }
  if (text === undefined) throw new PortError('malformed', 'the value is not JSON')
  return text
}

/** `what` names the row in the refusal, where somebody changed the file by hand. */
export function fromJson(text: string, what: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch (cause) {
    throw new PortError('malformed', `${what} cannot be read: its content is not JSON`, { cause })
  }
}

/** Refuses keys with half a character: UTF-8 would make different ones equal. */
export function checkKeys(...keys: readonly string[]): void {
  for (const key of keys) if (!key.isWellFormed()) throw new PortError('malformed', 'a key is not well-formed text')
}

/** SQLite's LIMIT: -1 is none. */
export const toLimit = (limit: number): number => (Number.isFinite(limit) ? Math.max(0, Math.floor(limit)) : -1)

export const earliest = (a: Instant | null, b: Instant | null): Instant | null =>
  a === null ? b : b === null ? a : Math.min(a, b)
