// Owns "did you mean": the nearest known word to what was typed, or nothing rather than a wild guess.
import { distance } from 'fastest-levenshtein'

/** Words longer than this are never typos, and comparing them would cost. */
const longest = 80

/** The candidate that a typo most likely meant; the beginning of only one, three letters or more, counts too. */
export function nearest(typed: string, candidates: readonly string[]): string | null {
  const word = typed.toLowerCase()
  if (word.length < 2 || word.length > longest) return null
  const begun = word.length > 2 ? candidates.filter((candidate) => candidate.toLowerCase().startsWith(word)) : []
  if (begun.length === 1) return begun[0] ?? null
  const allowed = Math.max(1, Math.min(3, Math.floor(word.length / 3)))
  const ranked = candidates
    .filter((candidate) => candidate.length <= longest)
    .map((candidate) => ({ candidate, far: farness(word, candidate.toLowerCase()) }))
    .toSorted((a, b) => a.far - b.far)
  const best = ranked[0]
  return best && best.far <= allowed ? best.candidate : null
}

/** Levenshtein's distance, but two neighbouring letters in the wrong order are one mistake, not two. */
function farness(word: string, candidate: string): number {
  if (word.length === candidate.length)
    for (let at = 0; at + 1 < word.length; at += 1)
      if (word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2) === candidate) return 1
  return distance(word, candidate)
}

/** The candidate that this is, whatever its case. */
export const sameAs = (typed: string, candidates: readonly string[]): string | undefined =>
  candidates.find((candidate) => candidate === typed) ??
  candidates.find((candidate) => candidate.toLowerCase() === typed.toLowerCase())
