// Owns the proof of each of the two token checks alone: what ours refuses, and what botbuilder's would let in.
import assert from 'node:assert/strict'
import { ConfigurationBotFrameworkAuthentication } from 'botbuilder'
import { signingKeys } from '../../../src/adapters/teams/keys.ts'
import { believe, Unbelieved } from '../../../src/adapters/teams/tokens.ts'
import { systemClock } from '../../../src/ports/clock.ts'
import { APP_ID, type OpenId, startOpenId } from '../../sandbox/openid.ts'
import { addForgersKeys, forgeries } from '../../sandbox/openid-forgeries.ts'

const serviceUrl = 'https://smba.trafficmanager.net/amer/'
const issuer = 'https://api.botframework.com'
type Check = (authorization: string, activity: { channelId: string; serviceUrl: string }) => Promise<unknown>

describe('the two token checks', () => {
  let openid: OpenId
  before(async () => {
    openid = await startOpenId({ serviceUrl: () => serviceUrl })
    addForgersKeys(openid)
  })
  after(() => openid.stop())

  /** The forgeries that a check believes. */
  const believedBy = async (check: Check): Promise<readonly string[]> => {
    const believed: string[] = []
    const all = forgeries(
      () => openid,
      () => serviceUrl,
    )
    for (const { what, authorization, activity } of all) {
      const sent = { channelId: 'msteams', serviceUrl, ...activity() }
      const answer = await check((await authorization()) ?? '', sent).catch((error: unknown) => error)
      if (!(answer instanceof Error)) believed.push(what)
    }
    return believed
  }

  const ours = (): Check => {
    const believing = { issuer, appId: APP_ID, keys: signingKeys(openid.metadata, systemClock), clock: systemClock }
    return (authorization, activity) => believe(authorization, activity, believing)
  }
  const botbuilders = (): Check => {
    const options = {
      ToBotFromChannelTokenIssuer: issuer,
      ToBotFromChannelOpenIdMetadataUrl: openid.metadata,
      ToBotFromEmulatorOpenIdMetadataUrl: openid.metadata,
      ToChannelFromBotLoginUrl: openid.loginUrl,
      ToChannelFromBotOAuthScope: issuer,
      OAuthUrl: issuer,
      CallerId: 'urn:botframework:azure',
    }
    const credentials = {
      isValidAppId: async (id: string) => id === APP_ID,
      isAuthenticationDisabled: async () => false,
      createCredentials: () => Promise.reject(new Error('not asked for')),
    }
    const botbuilder = new ConfigurationBotFrameworkAuthentication(options, credentials)
    return (authorization, activity) => botbuilder.authenticateRequest(activity as never, authorization)
  }

  it('ours alone believes none of the forgeries, but the one that names a parent bot, and a right token (P10)', async () => {
    assert.deepEqual(await believedBy(ours()), ['a channel’s token that names a parent bot'])
    await ours()(`Bearer ${await openid.token()}`, { channelId: 'msteams', serviceUrl })
  })

  it('ours says why', async () => {
    const activity = { channelId: 'msteams', serviceUrl }
    const why = (signing: Parameters<OpenId['token']>[0]) => async () =>
      ours()(`Bearer ${await openid.token(signing)}`, activity)
    const reasons: readonly (readonly [Parameters<OpenId['token']>[0], string])[] = [
      [{ claims: { iss: 'x' } }, 'the token is not from the Bot Framework'],
      [{ claims: { aud: 'x' } }, 'the token is not for this bot'],
      [{ claims: { serviceurl: 'x' } }, 'the token names another service URL'],
      [{ claims: { exp: 1 } }, 'the token has expired'],
      [{ claims: { nbf: 9e9, exp: 1e10 } }, 'the token is not valid yet'],
      [{ kid: 'unlisted' }, 'the token is signed by an unknown key'],
      [{ kid: 'k1', by: 'unlisted' }, 'the signature of the token is wrong'],
      [{ kid: 'webchat-only' }, 'the key of the token is not endorsed for Teams'],
      [{ alg: 'PS256' }, 'the token is not one of the Bot Framework'],
    ]
    for (const [signing, reason] of reasons) await assert.rejects(why(signing), new Unbelieved(reason))
  })

  it('botbuilder’s alone would believe all of these, which is why ours stands before it', async () => {
    // It writes refused tokens to the console.
    const quiet = console.error
    console.error = () => {}
    const believed = await believedBy(botbuilders()).finally(() => {
      console.error = quiet
    })
    assert.deepEqual(believed, [
      'a token that never expires',
      'a token of a key without endorsements',
      'a token of a key that is too short',
      'a token with a critical header that nobody knows',
      'a token of the emulator, version 1',
      'a token of the emulator, version 2',
      'a right token for another channel',
    ])
  })
})
