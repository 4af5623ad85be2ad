// Owns OAuth access tokens: fetched by form body, kept as long as they live, fetched once however many wait.
import { isObject, type Json } from '../../core/values.ts'
import { PortError } from '../../ports/errors.ts'
import { portErrorOf, type Wire, type WireResponse } from './http.ts'
import { plainText } from './text.ts'

export interface OAuthOptions {
  /** Reaches the token endpoint; without auth of its own. */
  readonly wire: Wire
  readonly url: string
  /** The form: grant_type client_credentials or password, with its client_id, client_secret, scope, username… */
  readonly form: Readonly<Record<string, string>>
  /** Milliseconds of any steady clock; Date.now unless told. */
  readonly now?: () => number
}

/** `headers` gives the Authorization header; `drop` forgets these headers' token, if it is still the current one. */
export interface TokenSource {
  headers(): Promise<Readonly<Record<string, string>>>
  drop(headers: Readonly<Record<string, string>>): void
}

interface Token {
  readonly headers: Readonly<Record<string, string>>
  readonly freshUntil: number
}

/**
 * Trusts `expires_in`, for ServiceNow repeats a token that is about to die (CONTRACTS 1.1), less a tenth of it or 60 s.
 * `headers` rejects with PortError: denied where the grant is refused, else as the status says. No secrets in it.
 */
export function oauthTokens(options: OAuthOptions): TokenSource {
  const now = options.now ?? Date.now
  let current: Token | undefined
  let pending: Promise<Token> | undefined
  const fetchToken = async (): Promise<Token> => {
    const asked = now()
    const { url, form } = options
    const response = await options.wire.send({ method: 'POST', url, form, mutating: false })
    if (response.status !== 200) throw refusalOf(response)
    const { token, lifeMs } = tokenOf(response.json())
    current = { headers: { Authorization: `Bearer ${token}` }, freshUntil: asked + lifeMs * 0.9 }
    if (lifeMs > 600_000) current = { ...current, freshUntil: asked + lifeMs - 60_000 }
    return current
  }
  return {
    async headers() {
      if (current && now() < current.freshUntil) return current.headers
      pending ??= fetchToken().finally(() => {
        pending = undefined
      })
      return (await pending).headers
    },
    drop(headers) {
      if (current?.headers['Authorization'] === headers['Authorization']) current = undefined
    },
  }
}

/**
 * A wire that sends with the token. A 401 drops it and sends once more with a new one: a request that was refused for
 * its token did nothing, also where it mutates.
 */
export function authorized(wire: Wire, tokens: TokenSource): Wire {
  return {
    async send(request) {
      const attempt = async () => {
        const auth = await tokens.headers()
        const response = await wire.send({ ...request, headers: { ...request.headers, ...auth } })
        if (response.status === 401) tokens.drop(auth)
        return response
      }
      const response = await attempt()
      return response.status === 401 ? attempt() : response
    },
  }
}

function tokenOf(body: Json): { token: string; lifeMs: number } {
  const { access_token: token, expires_in: seconds } = isObject(body) ? body : {}
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token))
    throw new PortError('malformed', 'the token endpoint answered without an access_token')
  const life = Number(seconds)
  return { token, lifeMs: Number.isFinite(life) && life > 0 ? life * 1000 : 60_000 }
}

/** Nearly every refusal is a 400 or 401 with an `error` word (RFC 6749 5.2). */
function refusalOf(response: WireResponse): PortError {
  const what = 'the token endpoint refused'
  if (response.status !== 400 && response.status !== 401) return portErrorOf(response, what)
  let word = ''
  try {
    const body = response.json()
    if (isObject(body) && typeof body['error'] === 'string') word = `, ${plainText(body['error'], 60)}`
    // Microsoft Entra says what is wrong by this number alone; the rest may repeat what it was asked.
    const number = isObject(body) && /\bAADSTS\d{4,8}\b/.exec(String(body['error_description']))?.[0]
    if (number) word += `, ${number}`
  } catch {
    // Without a word the status has to do.
  }
  return new PortError('denied', `${what}: status ${response.status}${word}`)
}
