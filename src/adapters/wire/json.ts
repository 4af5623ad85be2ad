// Owns JSON from outside: parsed into values that hash, store and compare the same everywhere.
import type { Json } from '../../core/values.ts'

const maxDepth = 64

/**
 * Parses text to a Json value. Drops `__proto__` keys and repairs lone surrogates, which a store would silently alter.
 * Throws an Error for what is not JSON, for a number that is not finite and for nesting deeper than 64.
 */
export const parseJson = (text: string): Json => clean(JSON.parse(text), 0)

function clean(value: unknown, depth: number): Json {
  if (depth > maxDepth) throw new Error('nested too deep')
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error('a number that is not finite')
    return value
  }
  if (Array.isArray(value)) return value.map((each) => clean(each, depth + 1))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => key !== '__proto__')
        .map(([key, each]) => [key.toWellFormed(), clean(each, depth + 1)]),
    )
  return value as null | boolean
}
