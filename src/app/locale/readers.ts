// Owns who reads which language: what a person's client said last, and for a place that people share the default.
import type { Locale } from '../../core/governance.ts'
import { isObject } from '../../core/values.ts'
import { isPortError } from '../../ports/errors.ts'
import type { ChatMessage } from '../../ports/inbound.ts'
import type { Deps } from '../deps.ts'
import { swap } from '../documents.ts'
import { localeOf, SOURCE } from './locales.ts'

const READER = 'reader'

/** What a thread is written in, which people of several languages read: `locale` of governance.yaml, else English. */
export const sharedLocale = ({ files }: Pick<Deps, 'files'>): Locale => files.current().governance.locale ?? SOURCE

/** What a person is answered in; it is kept for what they are sent later. A client that says nothing changes nothing. */
export async function heardFrom(
  deps: Pick<Deps, 'store' | 'files' | 'log'>,
  { person, locale: tag }: Pick<ChatMessage, 'person' | 'locale'>,
): Promise<Locale> {
  if (tag === undefined || tag.trim() === '') return localeFor(deps, person.id)
  const usual = sharedLocale(deps)
  const locale = localeOf(tag) ?? usual
  // Only what differs from the default is kept.
  await keep(deps, person.id, locale === usual ? null : locale)
  return locale
}

/** What a person is written to in: as their client said last. Where that cannot be read, the default. */
export async function localeFor(deps: Pick<Deps, 'store' | 'files' | 'log'>, person: string): Promise<Locale> {
  const kept = await quietly(deps, async () => (await deps.store.get(READER, keyOf(person)))?.value)
  return localeIn(kept) ?? sharedLocale(deps)
}

async function keep(deps: Pick<Deps, 'store' | 'log'>, person: string, locale: Locale | null): Promise<void> {
  await quietly(deps, () =>
    swap<void>(deps.store, READER, keyOf(person), (value) =>
      (localeIn(value) ?? null) === locale
        ? { result: undefined }
        : { write: locale === null ? null : { locale }, result: undefined },
    ),
  )
}

/** Nobody's answer waits for its language. */
async function quietly<T>({ log }: Pick<Deps, 'log'>, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (!isPortError(error)) throw error
    log.debug({ reason: error.message }, "a reader's language could not be read or kept")
    return undefined
  }
}

const localeIn = (value: unknown): Locale | undefined =>
  isObject(value as never) ? localeOf(String((value as { readonly locale?: unknown }).locale)) : undefined

const keyOf = (person: string): string => person.trim().toLowerCase()
