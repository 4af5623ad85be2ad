// Owns what a ServiceNow answer that is not the wanted one means, as a PortError with a sentence for a person.
import { isObject } from '../../core/values.ts'
import { PortError } from '../../ports/errors.ts'
import { portErrorOf, type WireResponse } from '../wire/http.ts'
import { plainText } from '../wire/text.ts'
import { errorSchema } from './schema.ts'

/** The PortError of an answer; undefined where it is a success with JSON in it. `what` opens the message. */
export function failureOf(response: WireResponse, what: string, mutating: boolean): PortError | undefined {
  const { status } = response
  const json = /json/i.test(response.headers['content-type'] ?? '')
  // An instance that sleeps or wants a login in a browser answers 200 with a page, or a redirect (CONTRACTS 1.2).
  if (status < 400 && !json)
    return new PortError('unavailable', `${what}: a web page, not JSON: ServiceNow is hibernating or behind SSO`, {
      mayHaveHappened: mutating,
    })
  const said = json ? errorOf(response) : undefined
  if (status < 300) {
    // A cancelled transaction answers 200 with part of the rows beside the error: part is not the whole.
    if (said) return new PortError('unavailable', `${what}: ${said}`, { mayHaveHappened: mutating })
    return undefined
  }
  const { kind, message, retryAfterMs, mayHaveHappened } = portErrorOf(response, what, { mutating })
  const text = said ? `${what}: status ${status}, ${said}` : message
  if (status === 403) return forbidden(text, said ?? '')
  return new PortError(kind, text + (status === 401 ? `; ${hint401}` : ''), { retryAfterMs, mayHaveHappened })
}

/** 403 is a rule about the data as often as one about the account; neither is cured by asking again (CONTRACTS 1.2). */
function forbidden(text: string, said: string): PortError {
  if (/Data Policy Exception|aborted by Business Rule/i.test(said)) return new PortError('malformed', text)
  if (/unscoped api/i.test(said))
    return new PortError('denied', `${text}; the OAuth client is registered as securely scoped: give it a broad scope`)
  return new PortError('denied', `${text}; the account may lack a role or an access rule`)
}

const hint401 = 'check the credentials, and whether the instance restricts their kind of login'

/** Message and detail as one plain phrase; undefined where the answer is not ServiceNow's error. */
function errorOf(response: WireResponse): string | undefined {
  try {
    const body = response.json()
    // Nearly every answer holds no error; a schema that does not fit would make one of its own, with a stack.
    if (!isObject(body) || !('error' in body)) return undefined
    const { message, detail } = errorSchema.parse(body).error
    const parts = [message, detail].filter((part) => part !== null && part !== undefined && part !== '')
    return plainText(parts.join(': ') || 'an error without a text')
  } catch {
    return undefined
  }
}
