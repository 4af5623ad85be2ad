// Owns Rundeck's own words where it refuses.
import { PortError } from '../../../ports/errors.ts'
import { portErrorOf, type WireResponse } from '../../wire/http.ts'
import { plainText } from '../../wire/text.ts'
import { errorFrom } from './schema.ts'

/** The PortError of a status that was not expected, with Rundeck's code and sentence. */
export function refusalOf(response: WireResponse, what: string, options: { mutating?: boolean } = {}): PortError {
  const { kind, message, retryAfterMs, mayHaveHappened } = portErrorOf(response, what, options)
  const said = response.status >= 400 ? errorFrom(response) : undefined
  const words = said ? `, ${plainText([said.errorCode, said.message].filter(Boolean).join(': '))}` : ''
  const where =
    response.status >= 300 && response.status < 400 ? ', a redirect is never followed: is "base" right?' : ''
  return new PortError(kind, `${message}${words}${where}`, { retryAfterMs, mayHaveHappened })
}
