// Owns how much of long texts and lists a card shows, so that it stays below what Teams accepts.
import type { Json } from '../../core/values.ts'

/** Upper bounds that shrink together. */
export interface Caps {
  /** Characters of a text that would like `max`. */
  readonly text: (max: number) => number
  /** Entries of a list that would like `max`. */
  readonly list: (max: number) => number
}

/** Bytes of view data that leave room for the template itself in a card of 25 KB (TEAMS "Platform"). */
const dataBytes = 13_400
/** Smaller and smaller: what folds away gives way first, then what the card opens with. */
const scales: readonly (readonly [opening: number, folded: number])[] = [
  [1, 0.7],
  [1, 0.5],
  [1, 0.35],
  [1, 0.2],
  [1, 0.1],
  [0.7, 0.1],
  [0.5, 0.1],
  [0.3, 0.1],
  [0.2, 0.01],
]

const at = (scale: number): Caps => ({
  text: (max) => Math.max(12, Math.floor(max * scale)),
  list: (max) => Math.max(1, Math.floor(max * scale)),
})

/** Builds with ever smaller caps until the data fits; the smallest is taken as it is. */
export function fitted<T extends Json>(build: (opening: Caps, folded: Caps) => T): T {
  let built = build(at(1), at(1))
  for (const [opening, folded] of scales) {
    if (bytes(built) <= dataBytes) break
    built = build(at(opening), at(folded))
  }
  return built
}

/** Entries of so much get room beside the data, whatever has to give way. */
const keptBytes = 4_000

/** Whether the entries fit beside the data, or at least those that get room in any case. */
export const hasRoomFor = (data: Json, entries: readonly string[]): boolean =>
  dataBytes - bytes(data) >= Math.min(keptBytes, bytes(entries))

/** As many of the entries, from the first on, as still fit beside the data. */
export function besides(data: Json, entries: readonly string[]): readonly string[] {
  let left = dataBytes - bytes(data)
  return entries.filter((each) => {
    left -= bytes(each) + 1
    return left >= 0
  })
}

/** The first `max` entries, and how many were left out. */
export function first<T>(entries: readonly T[], max: number): { readonly shown: readonly T[]; readonly more: number } {
  // One more entry takes no more room than the line that says that there is one more.
  const shown = entries.length <= max + 1 ? entries : entries.slice(0, max)
  return { shown, more: entries.length - shown.length }
}

const bytes = (value: Json): number => new TextEncoder().encode(JSON.stringify(value)).length
