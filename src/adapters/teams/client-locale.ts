// Owns in which language a person's client says that it speaks.
import { type Activity, ClientInfo } from './schema.ts'

/**
 * The language tag of an activity, as a message and a card action carry it; where it is missing, what the `clientInfo`
 * entity says (the Teams SDK's ClientInfoEntity).
 */
export function localeOf({ locale, entities }: Activity): { readonly locale?: string } {
  if (locale) return { locale }
  for (const entity of entities ?? []) {
    const read = ClientInfo.safeParse(entity)
    if (read.success) return { locale: read.data.locale }
  }
  return {}
}
