// Owns runbot's own identity before Microsoft Entra: a credential made of the bot's registration.
import {
  ClientSecretCredential,
  type ClientSecretCredentialOptions,
  ManagedIdentityCredential,
  type TokenCredential,
} from '@azure/identity'
import { guidOf } from './schema.ts'
import { hopelessMs } from './tokens.ts'

/** As in the environment, not yet checked while BOT_AUTH is none. */
export interface Registration {
  readonly type: 'SingleTenant' | 'UserAssignedMSI' | 'MultiTenant'
  readonly appId?: string | undefined
  readonly password?: string | undefined
  readonly tenantId?: string | undefined
}

/** `missing` says what to set, as the end of a sentence. */
export type Login = { readonly credential: TokenCredential } | { readonly missing: string }

/** `loginUrl` is the authority's origin; the library's own, the public cloud's, unless told. Sends nothing. */
export function credentialOf(registration: Registration, loginUrl: string | undefined): Login {
  const { type, password } = registration
  const [appId, tenantId] = [guidOf(registration.appId ?? ''), guidOf(registration.tenantId ?? '')]
  if (type === 'UserAssignedMSI') {
    if (appId === undefined) return { missing: 'set MicrosoftAppId to the managed identity’s client id, a GUID' }
    return { credential: new ManagedIdentityCredential({ clientId: appId, retryOptions: { maxRetries: 1 } }) }
  }
  if (appId === undefined || tenantId === undefined || !password)
    return { missing: 'set MicrosoftAppId, MicrosoftAppPassword and MicrosoftAppTenantId (the ids are GUIDs)' }
  return { credential: new ClientSecretCredential(tenantId, appId, password, authority(loginUrl)) }
}

/** No retries of the library's own: whoever waits for the token has no time for them. */
function authority(loginUrl: string | undefined): ClientSecretCredentialOptions {
  const origin = loginUrl === undefined ? undefined : new URL(loginUrl).origin
  // The library takes https alone. A loopback http authority it knows by an https name, which is undone on the way.
  const named = origin === undefined ? undefined : new URL(origin.replace(/^http:/, 'https:')).origin
  return {
    // An authority that the configuration names needs no other one to vouch for it.
    ...(named === undefined ? {} : { authorityHost: named, disableInstanceDiscovery: true }),
    retryOptions: { maxRetries: 0 },
    redirectOptions: { maxRetries: 0 },
    additionalPolicies: [
      {
        position: 'perCall',
        policy: {
          name: 'runbotAuthority',
          async sendRequest(request, next) {
            request.timeout = hopelessMs
            const url = new URL(request.url)
            if (origin?.startsWith('http:') && url.origin === named) {
              request.url = `${origin}${url.pathname}${url.search}`
              request.allowInsecureConnection = true
            }
            const response = await next(request)
            // After a 5xx or 429 the library sends nothing for a minute: what passes at once should not cost that.
            const passing = response.status >= 500 && !response.headers.has('retry-after')
            return passing ? next(request) : response
          },
        },
      },
    ],
  }
}
