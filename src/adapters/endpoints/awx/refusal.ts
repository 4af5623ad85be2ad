// Owns why AWX refused, in its own words: `detail`, or an object of fields with their sentences.
import { isObject, type Json } from '../../../core/values.ts'
import { PortError } from '../../../ports/errors.ts'
import { portErrorOf, type WireResponse } from '../../wire/http.ts'
import { plainText } from '../../wire/text.ts'

/** The PortError of a status that was not expected. `named`: the path held a name, where AWX says 404 for 403, too. */
export function refusalOf(
  response: WireResponse,
  what: string,
  { mutating = false, named = false }: { readonly mutating?: boolean; readonly named?: boolean } = {},
): PortError {
  const plain = portErrorOf(response, what, { mutating })
  const { kind, retryAfterMs, mayHaveHappened } = plain
  const more = [fieldsOf(response), hintOf(response.status, named)].filter(Boolean)
  return new PortError(kind, [plain.message, ...more].join(', '), { retryAfterMs, mayHaveHappened })
}

function hintOf(status: number, named: boolean): string {
  if (status === 404 && named) return 'which for a name also means that the token may not see it'
  if (status >= 300 && status < 400) return 'a redirect is never followed: is "base" right?'
  return ''
}

/** `{"limit":["…"],"__all__":["…"]}` as one line; empty where the answer is `{"detail":…}` or none of both. */
function fieldsOf(response: WireResponse): string {
  if (response.status < 400 || response.status >= 500) return ''
  try {
    const body = response.json()
    if (!isObject(body) || typeof body['detail'] === 'string') return ''
    return plainText(
      Object.entries(body)
        .map(([field, value]) => (field === '__all__' ? sentenceOf(value) : `${field}: ${sentenceOf(value)}`))
        .join('; '),
    )
  } catch {
    return ''
  }
}

const sentenceOf = (value: Json): string =>
  Array.isArray(value) ? value.map(sentenceOf).join(' ') : typeof value === 'string' ? value : JSON.stringify(value)
