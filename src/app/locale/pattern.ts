// Owns the patterns of the catalogue: a sentence with named places, matched against a whole text and filled in again.

/**
 * `text` stays as it is; `message` is a sentence of ours and is translated; `number` is digits, written as the reader
 * writes them.
 */
type Kind = 'text' | 'message' | 'number'
interface Place {
  readonly name: string
  readonly kind: Kind
}

export interface Pattern {
  /** One more than there are places; the first and the last may be empty. */
  readonly literals: readonly string[]
  readonly places: readonly Place[]
  /** Characters that are ours: of two patterns that fit, the one with more of them is meant. */
  readonly weight: number
}

const KINDS: readonly string[] = ['text', 'message', 'number']

/** Reads `{name} needs {rule:message} in {n:number} min`. Throws for a kind of place that does not exist. */
export function patternOf(source: string): Pattern {
  const parts = source.split(/\{(\w+)(?::(\w+))?\}/)
  const literals = parts.filter((_, index) => index % 3 === 0)
  const places = parts.flatMap((name, index): readonly Place[] => {
    if (index % 3 !== 1) return []
    const kind = parts[index + 1] ?? 'text'
    if (!KINDS.includes(kind)) throw new Error(`no place is of the kind ${kind}: ${source}`)
    return [{ name, kind: kind as Kind }]
  })
  return { literals, places, weight: literals.join('').length }
}

/**
 * What stands at each place when the whole text fits, else null. Every literal is taken where it stands first, so
 * that a long hostile text costs one pass and nothing is tried twice.
 */
export function matched({ literals, places }: Pattern, text: string): readonly string[] | null {
  const [head = '', ...rest] = literals
  if (!text.startsWith(head)) return null
  const found: string[] = []
  let at = head.length
  for (const [index, literal] of rest.entries()) {
    const last = index === rest.length - 1
    const end = last ? text.length - literal.length : text.indexOf(literal, at)
    if (end < at || (last && !text.endsWith(literal))) return null
    const value = text.slice(at, end)
    if (value === '' || (places[index]?.kind === 'number' && !/^\d{1,15}$/.test(value))) return null
    found.push(value)
    at = end + literal.length
  }
  return at === text.length ? found : null
}

/** The pattern with its places filled; a place that nobody filled stays empty. */
export const filled = ({ literals, places }: Pattern, values: { readonly [name: string]: string }): string =>
  literals.map((literal, index) => `${literal}${values[places[index]?.name ?? ''] ?? ''}`).join('')
