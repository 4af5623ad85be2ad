// Owns the wire under botbuilder's connector: listed hosts only, no hidden retries, failures as PortErrors.
import type { ConfigurationBotFrameworkAuthentication } from 'botbuilder'
import { isObject, type Json, type Millis } from '../../core/values.ts'
import { PortError, type PortErrorKind } from '../../ports/errors.ts'
import { type Wire, type WireResponse, wire } from '../wire/http.ts'
import { authorized, type TokenSource } from '../wire/oauth.ts'
import { retryAfterOf } from '../wire/response.ts'
import { plainText } from '../wire/text.ts'

type ConnectorOptions = NonNullable<ConstructorParameters<typeof ConfigurationBotFrameworkAuthentication>[4]>
/** botbuilder's `httpClient`. */
export type HttpClient = NonNullable<ConnectorOptions['httpClient']>

/**
 * Sends what the connector wants sent. Everything but a 2xx is thrown as a PortError, which botbuilder's pipeline does
 * not retry: its default repeats posts after 5xx and resets, and so delivers messages twice (TEAMS, Platform).
 */
export function transport(
  replyHost: (url: string) => string | undefined,
  timeoutMs: Millis,
  tokens: TokenSource | undefined,
): HttpClient {
  const wires = new Map<string, Wire>()
  const wireTo = (url: string): Wire => {
    const entry = replyHost(url)
    if (entry === undefined) throw new PortError('denied', 'the reply was not sent: its host is not an allowed one')
    const known = wires.get(entry)
    if (known) return known
    const plain = wire({ allow: [entry], timeoutMs, maxBytes: 1024 * 1024 })
    const fresh = tokens ? authorized(plain, tokens) : plain
    wires.set(entry, fresh)
    return fresh
  }
  return {
    async sendRequest(request) {
      const method = request.method as 'GET' | 'POST' | 'PUT' | 'DELETE'
      // Only a post may have happened unnoticed: an update can be repeated.
      const mutating = method === 'POST'
      const response = await wireTo(request.url).send({
        method,
        url: request.url,
        headers: carried(request.headers.toJson()),
        mutating,
        ...(typeof request.body === 'string' ? { json: JSON.parse(request.body) as Json } : {}),
      })
      if (response.status < 200 || response.status > 299) throw refusalOf(response, method)
      return {
        status: response.status,
        headers: { toJson: () => ({ 'content-type': 'application/json' }) } as never,
        request,
        bodyAsText: bodyOf(response, mutating),
      }
    },
  }
}

/** The wire sets the headers of the body itself. */
function carried(headers: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const)
  return Object.fromEntries(kept.filter(([name]) => !name.startsWith('content-') && name !== 'accept-encoding'))
}

function bodyOf(response: WireResponse, mutating: boolean): string {
  if (response.bytes.length === 0) return '{}'
  try {
    return JSON.stringify(response.json())
  } catch {
    throw new PortError('malformed', 'Teams answered something that is not JSON', { mayHaveHappened: mutating })
  }
}

/** What a status means here (TEAMS, Platform): 403 and 404 are final, 412 and 429 mean later, 5xx is ambiguous. */
function refusalOf(response: WireResponse, method: string): PortError {
  const { status } = response
  const lost = status < 400 || status === 408 || status >= 500
  return new PortError(kindOf(status), `Teams refused a ${method}: status ${status}${codeOf(response)}`, {
    retryAfterMs: retryAfterOf(response),
    mayHaveHappened: lost && method === 'POST',
  })
}

const kinds: Readonly<Record<number, PortErrorKind>> = {
  // The bot's own token was refused: nothing is wrong with the conversation.
  401: 'unavailable',
  403: 'denied',
  404: 'denied',
  408: 'timeout',
  409: 'conflict',
  412: 'throttled',
  429: 'throttled',
}
const kindOf = (status: number): PortErrorKind => kinds[status] ?? (status >= 500 ? 'unavailable' : 'malformed')

/** `{error: {code}}`, such as BotNotInConversationRoster. */
function codeOf(response: WireResponse): string {
  try {
    const body = response.json()
    const error = isObject(body) ? body['error'] : undefined
    const code = isObject(error) ? error['code'] : undefined
    return typeof code === 'string' ? `, ${plainText(code, 80)}` : ''
  } catch {
    return ''
  }
}
