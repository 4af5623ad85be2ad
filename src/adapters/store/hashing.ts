// Owns the two functions that make hashes reproducible anywhere: RFC 8785 canonical JSON and SHA-256.
import { hash } from 'node:crypto'
import canonicalize from 'canonicalize'
import { type Canonicalize, type Digest, isObject, type Json } from '../../core/values.ts'

/**
 * RFC 8785 canonical JSON. A lone surrogate (half an emoji in hostile or clipped text) has no UTF-8 form, so RFC 8785
 * refuses it; here it counts as U+FFFD, which is what leaves on the wire in its place. Throws on NaN, infinities, cycles,
 * and on what is not JSON at all.
 */
export const canonicalJson: Canonicalize = (value) => {
  const text = serialize(value)
  if (text === undefined) throw new TypeError('not a JSON value')
  return text
}

/** SHA-256 of a UTF-8 string, lower-case hex. */
export const sha256Hex: Digest = (text) => hash('sha256', text, 'hex')

function serialize(value: Json): string | undefined {
  try {
    return canonicalize(value)
  } catch {
    // Rare, so that well-formed content pays nothing. What was wrong for another reason throws again.
    return canonicalize(wellFormed(value))
  }
}

function wellFormed(value: Json): Json {
  if (typeof value === 'string') return value.toWellFormed()
  if (Array.isArray(value)) return value.map(wellFormed)
  if (!isObject(value)) return value
  const copy = Object.create(null) as Record<string, Json>
  for (const [key, member] of Object.entries(value)) {
    const name = key.toWellFormed()
    if (name in copy) throw new TypeError('two keys differ only in broken text')
    copy[name] = wellFormed(member)
  }
  return copy
}
