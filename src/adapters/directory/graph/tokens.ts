// Owns the token for Graph: asked of the credential, waited for only so long, and what a refusal of it means.
import type { TokenCredential } from '@azure/identity'
import { PortError } from '../../../ports/errors.ts'

/** `headers` rejects with PortError, its message a sentence for a person, without anything secret. */
export interface Tokens {
  headers(): Promise<Readonly<Record<string, string>>>
}

interface TokensOptions {
  /** It keeps its tokens for as long as they live. */
  readonly credential: TokenCredential
  readonly scope: string
  readonly waitMs: number
}

/** After this nobody waits any more, and the next question asks anew. */
export const hopelessMs = 10_000

/** Whoever waits shares one request; a token that comes too late for one question serves the next. */
export function tokens({ credential, scope, waitMs }: TokensOptions): Tokens {
  let pending: Promise<string> | undefined
  const fetchToken = async (): Promise<string> => {
    const token = await credential.getToken(scope).catch((error: unknown) => {
      throw refusalOf(error)
    })
    if (token && /^[\x21-\x7e]+$/.test(token.token)) return token.token
    throw new PortError('malformed', `${entra} gave no token that can be used`)
  }
  return {
    async headers() {
      pending ??= within(fetchToken(), hopelessMs).finally(() => {
        pending = undefined
      })
      return { Authorization: `Bearer ${await within(pending, waitMs)}` }
    },
  }
}

const entra = 'Microsoft Entra'
const late = `${entra} did not give a token for Microsoft Graph in time: try again in a minute`

/** https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const help: Readonly<Record<string, string>> = {
  7000215: 'the client secret is wrong: check MicrosoftAppPassword (the secret’s value, not its id)',
  7000222: 'the client secret has expired: make a new one and set MicrosoftAppPassword',
  700016: 'the tenant has no such application: check MicrosoftAppId and MicrosoftAppTenantId',
  90002: 'there is no such tenant: check MicrosoftAppTenantId and GRAPH_LOGIN_URL',
  500011: 'the tenant knows no such Microsoft Graph: check GRAPH_URL and GRAPH_LOGIN_URL',
  53003: 'a Conditional Access policy blocks it: exempt the bot’s service principal',
}

/**
 * By its AADSTS number alone: the library's messages carry whatever the other side answered, which may repeat the
 * request with its secret. For the same reason there is no cause.
 */
function refusalOf(error: unknown): PortError {
  const { name, message } = error instanceof Error ? error : { name: '', message: '' }
  const number = /AADSTS(\d{4,8})\b/.exec(message)?.[1]
  if (number !== undefined) {
    const what = help[number] ?? `try again in a minute, or see https://login.microsoftonline.com/error?code=${number}`
    return new PortError('denied', `${entra} refused runbot a token for Microsoft Graph (AADSTS${number}): ${what}`)
  }
  if (message.startsWith('ManagedIdentityCredential:'))
    return new PortError(
      'unavailable',
      'the managed identity gave no token for Microsoft Graph: check that runbot runs in Azure, and that the identity MicrosoftAppId is assigned to it',
    )
  if (name === 'AbortError') return new PortError('timeout', late)
  return new PortError(
    'unavailable',
    `${entra} gave no token for Microsoft Graph: check the network, the proxy and GRAPH_LOGIN_URL, then try again in a minute`,
  )
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  const limit = Promise.withResolvers<never>()
  const timer = setTimeout(() => limit.reject(new PortError('timeout', late)), ms)
  try {
    return await Promise.race([promise, limit.promise])
  } finally {
    clearTimeout(timer)
  }
}
