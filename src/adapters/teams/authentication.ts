// Owns whom the bot believes: botbuilder's token checks, and what they leave open (CONTRACTS 7.2).
import { CloudAdapter, ConfigurationBotFrameworkAuthentication, type TurnContext } from 'botbuilder'
import type { Cloud } from './cloud.ts'
import { credentialsFor } from './credentials.ts'
import type { Activity } from './schema.ts'
import type { TeamsSettings } from './settings.ts'
import type { HttpClient } from './transport.ts'

type BotActivity = Parameters<ConfigurationBotFrameworkAuthentication['authenticateRequest']>[0]
type Authenticated = Awaited<ReturnType<ConfigurationBotFrameworkAuthentication['authenticateRequest']>>

/** The sender could not be believed: HTTP 401. `unavailable`: the keys could not be read, so nobody can be for now. */
export class Unbelieved extends Error {
  readonly unavailable: boolean

  constructor(reason: string, unavailable = false) {
    super(reason)
    this.name = 'Unbelieved'
    this.unavailable = unavailable
  }
}

/** botbuilder's adapter with the one door that is needed: a verified activity in, a turn run. */
export interface Door extends CloudAdapter {
  /** Rejects with Unbelieved before `logic` is run. */
  turn(authorization: string, activity: Activity, logic: (context: TurnContext) => Promise<void>): Promise<void>
}

export function door(settings: TeamsSettings, cloud: Cloud, httpClient: HttpClient): Door {
  const believe = settings.auth === 'none' ? undefined : { issuer: cloud.issuer, appId: settings.appId }

  class Believing extends ConfigurationBotFrameworkAuthentication {
    override async authenticateRequest(activity: BotActivity, header: string): Promise<Authenticated> {
      if (!believe) return super.authenticateRequest(activity, header)
      // Emulator, skill and ASE tokens come from Entra issuers and take other paths: they are not believed at all.
      if (activity.channelId !== 'msteams') throw new Unbelieved('only the msteams channel is believed')
      if (issuerOf(header) !== believe.issuer) throw new Unbelieved('the token is not from the Bot Framework')
      const result = await super.authenticateRequest(activity, header).catch((error: unknown) => {
        throw doubt(error)
      })
      const claim = (name: string) => result.claimsIdentity.getClaimValue(name)
      if (claim('iss') !== believe.issuer || claim('aud') !== believe.appId)
        throw new Unbelieved('the token is not for this bot')
      if (claim('serviceurl') !== activity.serviceUrl) throw new Unbelieved('the token names another service URL')
      if (typeof claim('exp') !== 'number') throw new Unbelieved('the token does not expire')
      return result
    }
  }

  class Doorkeeper extends CloudAdapter implements Door {
    // Not `process`: it prints errors to the console and sends their messages to the caller.
    async turn(authorization: string, activity: Activity, logic: (context: TurnContext) => Promise<void>) {
      await this.processActivity(authorization, activity as unknown as BotActivity, logic)
    }
  }

  const options = {
    MicrosoftAppId: settings.appId,
    MicrosoftAppTenantId: settings.appTenantId,
    ToBotFromChannelTokenIssuer: cloud.issuer,
    ToBotFromChannelOpenIdMetadataUrl: cloud.metadata,
    ToBotFromEmulatorOpenIdMetadataUrl: cloud.metadata,
    ToChannelFromBotLoginUrl: settings.loginUrl || 'https://login.microsoftonline.com',
    ToChannelFromBotOAuthScope: cloud.issuer,
    OAuthUrl: cloud.issuer,
    CallerId: 'urn:botframework:azure',
  }
  const credentials = credentialsFor(settings)
  const endorsements = { requiredEndorsements: [] } as never
  return new Doorkeeper(new Believing(options, credentials, endorsements, undefined, { httpClient }))
}

/** The issuer that a token claims, unverified: only to refuse early, never to believe. */
function issuerOf(header: string): unknown {
  const payload = /^Bearer [\w-]+\.([\w-]+)\.[\w-]+$/.exec(header)?.[1]
  try {
    return payload
      ? (JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { iss?: unknown }).iss
      : undefined
  } catch {
    return undefined
  }
}

/** Keys that could not be fetched are our trouble; everything else is the token's. */
function doubt(error: unknown): Unbelieved {
  if (error instanceof Unbelieved) return error
  const { name, statusCode } = (error ?? {}) as { name?: string; statusCode?: number }
  const unavailable = statusCode === 500 || name === 'FetchError'
  return new Unbelieved(
    unavailable ? 'the keys of the Bot Framework cannot be read' : 'the token is not valid',
    unavailable,
  )
}
