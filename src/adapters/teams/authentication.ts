// Owns whom the bot believes: botbuilder's token checks, and what they leave open (CONTRACTS 7.2).
import { CloudAdapter, ConfigurationBotFrameworkAuthentication, type TurnContext } from 'botbuilder'
import type { Clock } from '../../ports/clock.ts'
import { lendKeys } from './botbuilder-keys.ts'
import type { Cloud } from './cloud.ts'
import { credentialsFor } from './credentials.ts'
import { signingKeys } from './keys.ts'
import type { Activity } from './schema.ts'
import type { TeamsSettings } from './settings.ts'
import { believe, Unbelieved } from './tokens.ts'
import type { HttpClient } from './transport.ts'

type BotActivity = Parameters<ConfigurationBotFrameworkAuthentication['authenticateRequest']>[0]
type Authenticated = Awaited<ReturnType<ConfigurationBotFrameworkAuthentication['authenticateRequest']>>

/** botbuilder's adapter with the one door that is needed: a verified activity in, a turn run. */
export interface Door extends CloudAdapter {
  /** Rejects with Unbelieved before `logic` is run. */
  turn(authorization: string, activity: Activity, logic: (context: TurnContext) => Promise<void>): Promise<void>
}

/**
 * Two checks, and both must agree: ours first, for it is strict, quiet and bounded, then botbuilder's own, on the same
 * keys. What botbuilder would also let in is in docs/decisions/0012-the-door.md.
 */
export function door(settings: TeamsSettings, cloud: Cloud, httpClient: HttpClient, clock: Clock): Door {
  const believing =
    settings.auth === 'none'
      ? undefined
      : { issuer: cloud.issuer, appId: settings.appId, keys: signingKeys(cloud.metadata, clock), clock }

  class Doubting extends ConfigurationBotFrameworkAuthentication {
    override async authenticateRequest(activity: BotActivity, header: string): Promise<Authenticated> {
      if (!believing) return super.authenticateRequest(activity, header)
      await believe(header, activity, believing)
      return super.authenticateRequest(activity, header).catch(() => {
        throw new Unbelieved('the token is not valid')
      })
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
    ToBotFromChannelOpenIdMetadataUrl: believing ? lendKeys(believing.keys) : nowhere,
    ToBotFromEmulatorOpenIdMetadataUrl: nowhere,
    ToChannelFromBotLoginUrl: settings.loginUrl || 'https://login.microsoftonline.com',
    ToChannelFromBotOAuthScope: cloud.issuer,
    OAuthUrl: cloud.issuer,
    CallerId: 'urn:botframework:azure',
  }
  const credentials = credentialsFor(settings)
  const endorsements = { requiredEndorsements: ['msteams'] } as never
  return new Doorkeeper(new Doubting(options, credentials, endorsements, undefined, { httpClient }))
}

/** No URL: the keys of emulators and skills are never fetched. */
const nowhere = 'runbot:none'
