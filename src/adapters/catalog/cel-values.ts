// Owns the way between JSON and CEL values.
import { type CelInput, type CelValue, isCelList, isCelMap, isCelUint } from '@bufbuild/cel'
import type { Json } from '../../core/values.ts'

/** How much of an outside value an expression looks at. */
export interface Bounds {
  readonly nodes: number
  readonly depth: number
  readonly items: number
}

class OutOfBounds extends Error {}

/**
 * JSON as CEL sees it. Every JSON number is a CEL double, as in CEL's own JSON mapping: whether 3 / 2 is 1 or 1.5 must
 * not depend on the numbers that happen to come in. Objects become maps, so that no key can mean anything to JavaScript.
 */
export function toCel(value: Json, bounds: Bounds): { ok: true; value: CelInput } | { ok: false; reason: string } {
  let nodes = bounds.nodes
  const convert = (each: Json | undefined, depth: number): CelInput => {
    if (--nodes < 0) throw new OutOfBounds('holds too many values to look at')
    if (depth > bounds.depth) throw new OutOfBounds('nests too deeply to look at')
    if (typeof each !== 'object' || each === null) return each ?? null
    const size = Array.isArray(each) ? each.length : Object.keys(each).length
    if (size > bounds.items)
      throw new OutOfBounds(`holds a list of ${size} items, more than the ${bounds.items} allowed`)
    if (Array.isArray(each)) return each.map((item) => convert(item, depth + 1))
    return new Map(Object.entries(each).map(([key, item]) => [key, convert(item, depth + 1)]))
  }
  try {
    return { ok: true, value: convert(value, 0) }
  } catch (error) {
    if (error instanceof OutOfBounds) return { ok: false, reason: error.message }
    throw error
  }
}

/** A CEL value as JSON, or undefined where JSON has no such value (bytes, times, NaN, keys that are not text). */
export function fromCel(value: CelValue): Json | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : undefined
  if (isCelUint(value)) return fromCel(value.value)
  if (isCelList(value)) {
    const items: Json[] = []
    for (const item of value) {
      const json = fromCel(item)
      if (json === undefined) return undefined
      items.push(json)
    }
    return items
  }
  if (isCelMap(value)) {
    const object: Record<string, Json> = Object.create(null) as Record<string, Json>
    for (const [key, item] of value) {
      const json = fromCel(item)
      if (typeof key !== 'string' || json === undefined) return undefined
      object[key] = json
    }
    return { ...object }
  }
  return undefined
}
