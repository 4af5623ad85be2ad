// Owns JSON as it comes through the door: what is wrong with it, and where.
import { isObject, type Json } from '../../core/values.ts'
import { parseJson } from '../wire/json.ts'

export type ReadJson = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly reason: string }

/** A body's text; undefined where its bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/**
 * Reads JSON text, or says in a sentence what is wrong: where the syntax breaks, nesting deeper than `maxDepth`, a key
 * that could reach into an object's prototype, a number that is not finite. Lone surrogates are repaired. `anyKey`:
 * where others than the sender name the keys (labels, details), `constructor` must not cost all that came with it; whoever
 * reads such values looks at own properties alone.
 */
export function readJson(text: string, maxDepth: number, anyKey = false): ReadJson {
  if (text.trim() === '') return { ok: false, reason: 'The body is empty: send JSON.' }
  let value: Json
  try {
    value = JSON.parse(text) as Json
  } catch {
    return { ok: false, reason: `The body is not JSON: ${placeOf(text, breakAt(text))}.` }
  }
  const reason = refusalOf(value, maxDepth, '', anyKey ? neverKeys : prototypeKeys)
  return reason === undefined ? { ok: true, value: parseJson(text) } : { ok: false, reason }
}

const neverKeys: ReadonlySet<string> = new Set(['__proto__'])
const prototypeKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor'])

function refusalOf(value: Json, depthLeft: number, path: string, odd: ReadonlySet<string>): string | undefined {
  if (typeof value === 'number' && !Number.isFinite(value)) return `The number at ${path || 'the top'} is too large.`
  if (typeof value !== 'object' || value === null) return undefined
  if (depthLeft === 0) return 'The body is nested too deep.'
  for (const [key, each] of Object.entries(value)) {
    if (isObject(value) && odd.has(key)) return `The key "${key}" is not accepted.`
    const reason = refusalOf(each, depthLeft - 1, `${path}/${key.slice(0, 50)}`, odd)
    if (reason !== undefined) return reason
  }
  return undefined
}

function placeOf(text: string, at: number | undefined): string {
  if (at === undefined) return 'a character stands where it must not'
  if (at >= text.length) return `it ends too early, after ${text.length} characters`
  const before = text.slice(0, at)
  const line = before.split('\n').length
  return `unexpected character at line ${line}, column ${at - before.lastIndexOf('\n')} (position ${at})`
}

/** Searching takes some parses of the text; beyond this many characters a hostile sender would make us work. */
const longestSearched = 65_536

/**
 * Where broken JSON breaks. The parser names a position only for some mistakes, but of a text that is right as far as
 * it goes it always says that it ends too early: the longest such beginning ends where the mistake is.
 */
function breakAt(text: string): number | undefined {
  const named = positionIn(text)
  if (named !== undefined || text.length > longestSearched) return named
  let right = 0
  let wrong = text.length
  while (wrong - right > 1) {
    const middle = (right + wrong) >>> 1
    if (positionIn(text.slice(0, middle)) === undefined) wrong = middle
    else right = middle
  }
  return right
}

/** The position that the parser names, the length where JSON only ends too early or is whole; else undefined. */
function positionIn(text: string): number | undefined {
  try {
    JSON.parse(text)
    return text.length
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    const position = /\bat position (\d+)/.exec(message)?.[1]
    if (position !== undefined) return Number(position)
    return message.startsWith('Unexpected end') ? text.length : undefined
  }
}
