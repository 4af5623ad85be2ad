// Owns how runbot logs in to ServiceNow: OAuth by client credentials or password grant, or Basic (DESIGN §9 Doors).
import type { Clock } from '../../ports/clock.ts'
import { isPortError, PortError } from '../../ports/errors.ts'
import { originOf } from '../wire/allow.ts'
import { type Wire, wire } from '../wire/http.ts'
import { authorized, oauthTokens, type TokenSource } from '../wire/oauth.ts'
import { type RetryOptions, retried } from '../wire/retry.ts'

/** Client id alone: client credentials; with a user name too: password grant; user name alone: Basic. */
export interface ServiceNowAuth {
  readonly clientId?: string | undefined
  readonly clientSecret?: string | undefined
  readonly username?: string | undefined
  readonly password?: string | undefined
}

export interface LoginOptions {
  /** The instance's root, for example https://example.service-now.com */
  readonly url: string
  readonly auth: ServiceNowAuth
  readonly clock: Clock
  readonly timeoutMs?: number
  /** Of reads only; one more try within about a second unless told. */
  readonly retry?: RetryOptions
}

/** A wire to this one instance, logged in. Throws an Error where the URL is not one, or there are no credentials. */
export function loggedIn({ url, auth, clock, timeoutMs = 30_000, retry = brief }: LoginOptions): Wire {
  const origin = originOf(url)
  if (origin === undefined) throw new Error('SERVICENOW_URL is not a plain http or https URL')
  const limits = { allow: [origin], timeoutMs }
  const { clientId, clientSecret = '', username, password = '' } = auth
  if (clientId) {
    const who = username ? { grant_type: 'password', username, password } : { grant_type: 'client_credentials' }
    const form = { ...who, client_id: clientId, client_secret: clientSecret }
    const open = retried(wire(limits), retry)
    const tokens = oauthTokens({ wire: open, url: `${rootOf(url)}/oauth_token.do`, form, now: clock.now })
    return authorized(open, awake(tokens))
  }
  if (!username) throw new Error('ServiceNow has no credentials: a client id or a user name is needed')
  const basic = { Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }
  return retried(wire({ ...limits, auth: async () => basic }), retry)
}

/** The instance's root without a slash at its end. */
export const rootOf = (url: string): string => url.replace(/\/+$/, '')

const brief: RetryOptions = { retries: 1, baseMs: 200, maxWaitMs: 1000 }

/** An instance that sleeps answers the token request with a page too (CONTRACTS 1.2): that passes by itself. */
const awake = (tokens: TokenSource): TokenSource => ({
  drop: tokens.drop,
  async headers() {
    try {
      return await tokens.headers()
    } catch (error) {
      if (!isPortError(error, 'malformed')) throw error
      throw new PortError('unavailable', `ServiceNow, logging in: ${error.message}: hibernating or behind SSO`)
    }
  },
})
