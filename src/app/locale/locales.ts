// Owns the languages that runbot speaks, and which of them a client's language tag means.
import type { Locale } from '../../core/governance.ts'

/** English is the source: what is recorded is recorded in it. */
export const SOURCE: Locale = 'en'

const known: readonly Locale[] = ['en', 'de', 'es']

/** The language of a BCP 47 tag as a client sends it (`de-AT` is `de`); undefined for one that runbot does not speak. */
export function localeOf(tag: string | undefined): Locale | undefined {
  const [language = ''] = (tag ?? '').trim().toLowerCase().split(/[-_]/, 1)
  return known.find((each) => each === language)
}
