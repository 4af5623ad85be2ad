// Owns the words of a problem: "did you mean", lists for people, and values shown without drowning the reader.
import { distance } from 'fastest-levenshtein'

/** `: did you mean "x"?`, or what is known, or nothing when there is nothing to say. Starts with its own separator. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = nearest(word, known)
  if (near !== undefined) return `: did you mean "${near}"?`
  return known.length > 0 ? ` (known: ${listed([...new Set(known)])})` : ''
}

/** The known word closest to this one, if it is close enough to be a slip of the fingers, or its beginning. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length < 2) return undefined
  const ranked = known
    .map((each) => ({ each, far: distance(word.toLowerCase(), each.toLowerCase()) }))
    .toSorted((a, b) => a.far - b.far)
  const best = ranked[0]
  const near = word.length < 4 ? 1 : Math.max(2, Math.floor(word.length / 3))
  if (best && best.far <= near) return best.each
  return word.length < 3 ? undefined : known.find((each) => each.startsWith(word))
}

/** `a, b, c`, cut after twelve. */
export const listed = (words: readonly string[]): string =>
  words.length > 12 ? `${words.slice(0, 12).join(', ')}, …` : words.join(', ')

/** A value as a problem shows it: short text in quotes, anything larger by its kind. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (typeof value === 'string') return `'${value.length > 40 ? `${value.slice(0, 40)}…` : value}'`
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return Array.isArray(value) ? 'a list' : 'a mapping'
}
