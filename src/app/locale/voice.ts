// Owns in which language the views speak while one message is made, and how a message is made again for its reader.
import type { Locale } from '../../core/governance.ts'
import { german } from './de/german.ts'
import { spanish } from './es/spanish.ts'
import { SOURCE } from './locales.ts'
import { sealed, type Translator, translator } from './translator.ts'

const digits = (locale: Locale) => {
  const format = new Intl.NumberFormat(locale)
  return (text: string) => format.format(Number(text))
}

const translators: { readonly [locale in Locale]: Translator | null } = {
  en: null,
  de: translator(german, digits('de')),
  es: translator(spanish, digits('es')),
}

interface Voice {
  readonly locale: Locale
  readonly translator: Translator | null
}

// Views are synchronous: what is set around one call is never seen by another.
let voice: Voice = { locale: SOURCE, translator: null }

/** Makes something in a language. `make` must not be asynchronous. */
export function inVoice<T>(locale: Locale, make: () => T): T {
  return withVoice({ locale, translator: translators[locale] }, make)
}

/** The same with a translator of its own: for tests that watch what is said. */
export function withVoice<T>(next: Voice, make: () => T): T {
  const before = voice
  voice = next
  try {
    return make()
  } finally {
    voice = before
  }
}

/** The language that is spoken now. */
export const spokenLocale = (): Locale => voice.locale

/** A sentence of ours, as it was recorded or is said now; never a text from outside. */
export const say = (sentence: string): string => voice.translator?.text(sentence) ?? sentence

/**
 * A view's words, spoken in the language of the moment. What a function of them is given counts as outside text and
 * stays as it is, whatever it looks like.
 */
export const voiced = <T extends object>(words: T): T => speaking(words) as T

function speaking(value: unknown): unknown {
  if (typeof value === 'function') {
    const make = value as (...given: readonly unknown[]) => string
    return (...given: readonly unknown[]): string => {
      const { translator: to } = voice
      return to
        ? to.composed(make(...given.map((each) => (typeof each === 'string' ? sealed(each) : each))))
        : make(...given)
    }
  }
  if (typeof value !== 'object' || value === null) return value
  const getters = Object.entries(value).map(([name, each]: readonly [string, unknown]) => {
    const inner = speaking(each)
    return [name, { enumerable: true, get: () => (typeof inner === 'string' ? say(inner) : inner) }] as const
  })
  return Object.defineProperties({}, Object.fromEntries(getters))
}

/** How messages are made, so that they can be made again in the language of whoever reads them. */
const makers = new WeakMap<object, () => object>()

/** A message in English that `heardIn` can make again. `make` must not be asynchronous. */
export function spoken<T extends object>(make: () => T): T {
  const message = inVoice(SOURCE, make)
  makers.set(message, make)
  return message
}

/** The message in a reader's language; as it is where it was not made by `spoken`. */
export function heardIn<T extends object>(locale: Locale, message: T): T {
  const make = makers.get(message) as (() => T) | undefined
  return make && locale !== SOURCE ? inVoice(locale, make) : message
}
