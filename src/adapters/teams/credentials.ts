// Owns what replies carry: a token by client credentials, a managed identity's, or none for a loopback bot.
import { type ConfigurationBotFrameworkAuthentication, ConfigurationServiceClientCredentialFactory } from 'botbuilder'
import type { Clock } from '../../ports/clock.ts'
import { isPortError, PortError } from '../../ports/errors.ts'
import { originOf } from '../wire/allow.ts'
import { wire } from '../wire/http.ts'
import { oauthTokens, type TokenSource } from '../wire/oauth.ts'
import type { TeamsSettings } from './settings.ts'

/** What botbuilder asks for credentials; its own type is not exported by the package that we depend on. */
type CredentialsFactory = NonNullable<ConstructorParameters<typeof ConfigurationBotFrameworkAuthentication>[1]>

const isManaged = ({ appType }: TeamsSettings): boolean => /^userassignedmsi$/i.test(appType)

/** botbuilder signs for a managed identity only: its other way to a token reaches out to hosts of its own choice. */
export function credentialsFor(settings: TeamsSettings): CredentialsFactory {
  if (settings.auth === 'required' && isManaged(settings))
    return new ConfigurationServiceClientCredentialFactory({
      MicrosoftAppType: 'UserAssignedMsi',
      MicrosoftAppId: settings.appId,
      MicrosoftAppTenantId: settings.appTenantId,
    })
  // botbuilder takes any app id as proof that tokens are wanted.
  const appId = settings.auth === 'none' ? '' : settings.appId
  return {
    isValidAppId: async (id) => id === appId,
    isAuthenticationDisabled: async () => appId === '',
    createCredentials: async () => ({ signRequest: async (request) => request }),
  }
}

/** The tokens that the transport adds; undefined where there are none to add. Failures are `unavailable`, never final. */
export function replyTokens(settings: TeamsSettings, scope: string, clock: Clock): TokenSource | undefined {
  if (settings.auth === 'none' || isManaged(settings)) return undefined
  const url = tokenUrl(settings)
  const tokens = oauthTokens({
    wire: wire({ allow: [originOf(url) ?? url], timeoutMs: 15_000, maxBytes: 256 * 1024 }),
    url,
    form: {
      grant_type: 'client_credentials',
      client_id: settings.appId,
      client_secret: settings.appPassword,
      scope: `${scope}/.default`,
    },
    now: clock.now,
  })
  return {
    drop: tokens.drop,
    headers: () =>
      tokens.headers().catch((error: unknown) => {
        // `denied` would say that the conversation is dead, but it is the bot's own secret that is wrong.
        throw isPortError(error, 'denied') ? new PortError('unavailable', error.message) : error
      }),
  }
}

/** BOT_LOGIN_URL may be the authority alone, the authority with its tenant, or the whole token URL. */
export function tokenUrl(settings: Pick<TeamsSettings, 'loginUrl' | 'appType' | 'appTenantId'>): string {
  const base = (settings.loginUrl || 'https://login.microsoftonline.com').replace(/\/+$/, '')
  if (base.endsWith('/oauth2/v2.0/token')) return base
  const tenant = /^multitenant$/i.test(settings.appType) ? 'botframework.com' : settings.appTenantId
  const authority = new URL(base).pathname === '/' ? `${base}/${encodeURIComponent(tenant)}` : base
  return `${authority}/oauth2/v2.0/token`
}
