// Owns the translation of one text into one language: the pattern that fits it, with what it says in its places.
import { filled, matched, type Pattern, patternOf } from './pattern.ts'

/** English sentences with what they are in one language. */
export type Catalogue = { readonly [english: string]: string }

export interface Translator {
  /** A sentence of ours, also one that was recorded; what has no translation comes back as it is. */
  text(sentence: string): string
  /** The same for a sentence in which each outside text is `sealed`: no pattern looks into those. */
  composed(sentence: string): string
}

interface Entry {
  readonly from: Pattern
  readonly to: Pattern
}

/** Sentences inside sentences inside sentences: further in nothing of ours is said. */
const DEPTH = 5
/** Longer texts are outside texts. */
const LONGEST = 6_000
const AND = '; '

const [OPEN, CLOSE] = ['\ue000', '\ue001']
const seals = /\ue000([^\ue000\ue001]*)\ue001/g

/** Outside text on its way into a sentence of ours. */
export const sealed = (text: string): string =>
  text === '' ? text : `${OPEN}${text.replace(/[\ue000\ue001]/g, '')}${CLOSE}`

/** Compiles a catalogue once. `number` writes digits as its readers do; `missed` hears of texts without a translation. */
export function translator(
  catalogue: Catalogue,
  number: (digits: string) => string,
  missed: (text: string) => void = () => {},
): Translator {
  const exact = new Map<string, string>()
  const buckets = new Map<string, Entry[]>()
  for (const [english, translated] of Object.entries(catalogue)) {
    const from = patternOf(english)
    if (from.places.length === 0) {
      exact.set(english, translated)
      continue
    }
    const key = from.literals[0]?.charAt(0) ?? ''
    buckets.set(key, [...(buckets.get(key) ?? []), { from, to: patternOf(translated) }])
  }
  const weighty = (key: string): readonly Entry[] =>
    [...(buckets.get(key) ?? []), ...(buckets.get('') ?? [])].toSorted((a, b) => b.from.weight - a.from.weight)
  const entries = new Map([...buckets.keys()].map((key) => [key, weighty(key)] as const))
  const candidates = (text: string): readonly Entry[] => entries.get(text.charAt(0)) ?? entries.get('') ?? []

  const fit = (text: string, depth: number, single: boolean): string | undefined => {
    const whole = exact.get(text)
    if (whole !== undefined) return whole
    for (const { from, to } of candidates(text)) {
      const found = matched(from, text)
      if (!found || (single && found.some((value) => value.includes(AND)))) continue
      const values = from.places.map(({ name, kind }, index) => {
        const value = found[index] ?? ''
        return [
          name,
          kind === 'message' ? spoken(value, depth + 1) : kind === 'number' ? number(value) : value,
        ] as const
      })
      return filled(to, Object.fromEntries(values))
    }
    return undefined
  }

  /** Several sentences are joined by semicolons; one that holds a semicolon of its own is tried as a whole last. */
  const found = (text: string, depth: number): string | undefined => {
    if (!text.includes(AND)) return fit(text, depth, false)
    const whole = fit(text, depth, true)
    if (whole !== undefined) return whole
    const parts = text.split(AND)
    const said = parts.map((part) => fit(part, depth, false))
    if (said.some((part) => part !== undefined)) return said.map((part, index) => part ?? parts[index]).join(AND)
    return fit(text, depth, false)
  }

  const spoken = (text: string, depth: number): string => {
    if (depth > DEPTH || text.length > LONGEST || !/\p{L}/u.test(text)) return text
    const said = found(text, depth)
    if (said === undefined) missed(text)
    return said ?? text
  }

  return {
    text: (sentence) => (sentence.includes(OPEN) ? sentence : spoken(sentence, 0)),
    composed: (sentence) => {
      const inside: string[] = []
      const skeleton = sentence.replace(seals, (_, text: string) => `${OPEN}${inside.push(text) - 1}${CLOSE}`)
      return spoken(skeleton, 0).replace(seals, (_, index: string) => inside[Number(index)] ?? '')
    },
  }
}
