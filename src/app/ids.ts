// Owns the ids that people read and type: short, unambiguous, and the same for the same cause (P8).
import type { Digest } from '../core/values.ts'

/** Crockford's base 32: no I, L, O, U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** `R` and ten characters (50 bits) of the digest of what caused the run. */
export function runId(digest: Digest, ...cause: readonly string[]): string {
  const hex = digest(JSON.stringify(cause)).slice(0, 26)
  let bits = BigInt(`0x${hex}`)
  let text = ''
  for (let index = 0; index < 10; index += 1) {
    text += ALPHABET[Number(bits & 31n)]
    bits >>= 5n
  }
  return `R${text}`
}

/** The run id in what a person typed or a card said, or null: case does not matter. */
export function asRunId(text: unknown): string | null {
  const upper = typeof text === 'string' ? text.trim().toUpperCase() : ''
  return /^R[0-9A-HJKMNP-TV-Z]{10}$/.test(upper) ? upper : null
}
