// Owns tokens that nobody may believe: each is right but for one thing, as an attacker or a mistake would make it.
import { createHmac, type KeyObject, sign } from 'node:crypto'
import { APP_ID, type OpenId, type Signing, secondsFromNow, usualClaims } from './openid.ts'

const OTHER_BOT = '44444444-4444-4444-8444-444444444444'
/** Entra tenants whose tokens botbuilder takes as the emulator's (botframework-connector, tokenValidationParameters). */
const EMULATOR_V1 = 'https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/'
const EMULATOR_V2 = 'https://login.microsoftonline.com/d6d49420-f39b-4df7-a1dc-d59a935871db/v2.0'

export type Forgery = {
  what: string
  /** The Authorization header; undefined for none. */
  authorization: () => Promise<string | undefined>
  /** What is different in the activity. */
  activity: () => object
}

/** Needs the keys of `addForgersKeys`. `serviceUrl` is the one of the right activity. */
export const forgeries = (openid: () => OpenId, serviceUrl: () => string): Forgery[] => {
  const signed = (what: string, signing: () => Signing, activity = () => ({})): Forgery => ({
    what,
    authorization: async () => `Bearer ${await openid().token(signing())}`,
    activity,
  })
  const claiming = (what: string, claims: Record<string, unknown>) => signed(what, () => ({ claims }))
  const written = (what: string, authorization: () => string | undefined | Promise<string>): Forgery => ({
    what,
    authorization: async () => authorization(),
    activity: () => ({}),
  })
  const unsigned = (header: object) => `${part(header)}.${part(usualClaims(serviceUrl()))}`
  const byPublicKey = (form: (key: KeyObject) => string | Buffer) => () => {
    const text = unsigned({ alg: 'HS256', typ: 'JWT', kid: 'k1' })
    const secret = form(openid().key('k1').publicKey)
    return `Bearer ${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
  }
  /** What jose does not sign. */
  const byHand = (kid: string, header: object) => () => {
    const text = unsigned({ alg: 'RS256', typ: 'JWT', kid, ...header })
    return `Bearer ${text}.${sign('sha256', Buffer.from(text), openid().key(kid).privateKey).toString('base64url')}`
  }
  const right = async () => openid().token()

  return [
    written('no token', () => undefined),
    written('an empty token', () => 'Bearer '),
    written('garbage', () => 'Bearer a.b.c'),
    written('basic credentials', () => `Basic ${Buffer.from(`${APP_ID}:x`).toString('base64')}`),
    written('a right token of another scheme', async () => `Token ${await right()}`),
    written('a right token with more behind it', async () => `Bearer ${await right()} Bearer x`),
    written('a right token whose claims were changed', async () => {
      const [head, , mark] = (await right()).split('.')
      return `Bearer ${head}.${part({ ...usualClaims(serviceUrl()), exp: secondsFromNow(7_200) })}.${mark}`
    }),
    written('a right token without its signature', async () => `Bearer ${(await right()).replace(/[^.]*$/, '')}`),

    claiming('a token for another bot', { aud: OTHER_BOT }),
    claiming('a token for several bots', { aud: [APP_ID, OTHER_BOT] }),
    claiming('a token for nobody', { aud: undefined }),
    claiming('a token of another issuer', { iss: 'https://api.botframework.com.evil.example' }),
    claiming('a token of another cloud', { iss: 'https://api.botframework.us' }),
    claiming('a token of nobody', { iss: undefined }),
    claiming('a token that has expired', { exp: secondsFromNow(-3_600), nbf: secondsFromNow(-7_200) }),
    claiming('a token that never expires', { exp: undefined }),
    claiming('a token that expires in words', { exp: '2099-01-01' }),
    claiming('a token that is not valid yet', { nbf: secondsFromNow(3_600), exp: secondsFromNow(7_200) }),
    claiming('a token for another service URL', { serviceurl: 'https://smba.trafficmanager.net/emea/' }),
    claiming('a token without a service URL', { serviceurl: undefined }),

    signed('a token of an unknown key', () => ({ kid: 'unlisted' })),
    signed('a token without a key id', () => ({ header: { kid: undefined } })),
    signed('a token that names the key of another', () => ({ kid: 'k1', by: 'unlisted' })),
    signed('a token that brings its own key', () => ({
      kid: 'unlisted',
      header: { jwk: { kty: 'RSA', n: 'AQAB', e: 'AQAB' } },
    })),
    signed('a token that says where its key is', () => ({ kid: 'unlisted', header: { jku: `${serviceUrl()}keys` } })),
    signed('a token of a key for other channels', () => ({ kid: 'webchat-only' })),
    signed('a token of a key without endorsements', () => ({ kid: 'unendorsed' })),
    written('a token of a key that is too short', byHand('short', {})),
    written('a token with a critical header that nobody knows', byHand('k1', { crit: ['x'], x: 1 })),
    signed('a token with another algorithm', () => ({ alg: 'PS256' })),
    written('a token with algorithm none', () => `Bearer ${unsigned({ alg: 'none', typ: 'JWT', kid: 'k1' })}.`),
    written('a token with algorithm none and a signature', () => `Bearer ${unsigned({ alg: 'none', kid: 'k1' })}.AAAA`),
    written(
      'a token with the public key as its secret (SPKI)',
      byPublicKey((key) => pem(key, 'spki')),
    ),
    written(
      'a token with the public key as its secret (PKCS 1)',
      byPublicKey((key) => pem(key, 'pkcs1')),
    ),

    claiming('a token of the emulator, version 1', { iss: EMULATOR_V1, ver: '1.0', appid: APP_ID, tid: OTHER_BOT }),
    claiming('a token of the emulator, version 2', { iss: EMULATOR_V2, ver: '2.0', azp: APP_ID, tid: OTHER_BOT }),
    claiming('a token of a skill’s parent, version 1', { iss: EMULATOR_V1, ver: '1.0', appid: OTHER_BOT }),
    claiming('a token of a skill’s parent, version 2', { iss: EMULATOR_V2, ver: '2.0', azp: OTHER_BOT }),
    claiming('a channel’s token that names a parent bot', { ver: '1.0', appid: OTHER_BOT }),
    signed(
      'a right token for another channel',
      () => ({}),
      () => ({ channelId: 'webchat' }),
    ),
    signed(
      'a right token for the emulator’s channel',
      () => ({}),
      () => ({ channelId: 'emulator' }),
    ),
    signed(
      'a right token for the channel with weaker checks',
      () => ({}),
      () => ({ channelId: 'AseChannel' }),
    ),
    signed(
      'a right token for an activity of another service URL',
      () => ({}),
      () => ({ serviceUrl: `${serviceUrl()}v4/` }),
    ),
  ]
}

/** The keys that some of the forgeries are signed by. */
export const addForgersKeys = (openid: OpenId): void => {
  openid.addKey('unlisted', { listed: false })
  openid.addKey('webchat-only', { endorsements: ['webchat'] })
  openid.addKey('unendorsed', { endorsements: null })
  openid.addKey('short', { bits: 1024 })
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const pem = (key: KeyObject, type: 'spki' | 'pkcs1') => key.export({ type, format: 'pem' })
