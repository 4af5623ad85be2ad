// Owns the fake Bot Framework authority: OpenID metadata, a list of signing keys that changes, tokens signed by them.
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { SignJWT } from 'jose'
import { type ServeOptions, type Server, serve } from './server.ts'

/** A token as it is to be; what is not given is as the Bot Framework makes it (CONTRACTS 7.2). */
export type Signing = {
  /** Merged over the usual claims; undefined leaves one out. */
  claims?: Record<string, unknown>
  /** The key id that it names. */
  kid?: string
  /** Whose private key signs, by key id. */
  by?: string
  alg?: 'RS256' | 'RS384' | 'RS512' | 'PS256'
  /** More of the header. */
  header?: Record<string, unknown>
}

export type KeyOptions = {
  /** The channels that the key may speak for; null leaves the member out. Teams and others unless told. */
  endorsements?: string[] | null
  /** Whether it is in the list. */
  listed?: boolean
  bits?: number
}

export type OpenId = Server & {
  /** For BOT_OPENID_METADATA. */
  metadata: string
  /** For BOT_LOGIN_URL. */
  loginUrl: string
  /** Makes a key, listed unless told otherwise. */
  addKey: (kid: string, options?: KeyOptions) => void
  key: (kid: string) => { publicKey: KeyObject; privateKey: KeyObject }
  /** Takes a key off the list; it can still sign. */
  retireKey: (kid: string) => void
  token: (signing?: Signing) => Promise<string>
  /** The forms that asked for tokens for replies: each was given `reply-token-<n>`. */
  issued: Record<string, string>[]
  /** How often the list of keys was asked for. */
  reads: () => number
}

export const APP_ID = '33333333-3333-4333-8333-333333333333'
export const APP_PASSWORD = 'bot-password-of-the-sandbox'
const ISSUER = 'https://api.botframework.com'

type Key = { kid: string; publicKey: KeyObject; privateKey: KeyObject; listed: boolean; endorsements: string[] | null }

/** Starts with one key, `k1`. `serviceUrl` is what tokens name unless told otherwise. */
export const startOpenId = async (
  options: Omit<ServeOptions, 'handler'> & { serviceUrl: () => string },
): Promise<OpenId> => {
  const keys = new Map<string, Key>()
  const issued: Record<string, string>[] = []
  const jwkOf = ({ kid, publicKey, endorsements }: Key) => ({
    ...publicKey.export({ format: 'jwk' }),
    kid,
    x5t: kid,
    use: 'sig',
    ...(endorsements ? { endorsements } : {}),
  })
  const server = await serve({
    ...options,
    handler: ({ path, raw }) => {
      if (path === METADATA) return { status: 200, body: { issuer: ISSUER, jwks_uri: `${server.url}${KEYS}` } }
      if (path === KEYS) return { status: 200, body: { keys: [...keys.values()].filter(isListed).map(jwkOf) } }
      if (!path.endsWith('/oauth2/v2.0/token')) return { status: 404 }
      issued.push(Object.fromEntries(new URLSearchParams(raw.toString('utf8'))))
      const token = `reply-token-${issued.length}`
      return { status: 200, body: { token_type: 'Bearer', expires_in: 3600, access_token: token } }
    },
  })

  const addKey: OpenId['addKey'] = (
    kid,
    { endorsements = ['webchat', 'msteams'], listed = true, bits = 2048 } = {},
  ) => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: bits })
    keys.set(kid, { kid, publicKey, privateKey, listed, endorsements })
  }
  const keyOf = (kid: string): Key => {
    const key = keys.get(kid)
    if (!key) throw new Error(`no key ${kid}`)
    return key
  }
  addKey('k1')

  return {
    ...server,
    metadata: `${server.url}${METADATA}`,
    loginUrl: server.url,
    issued,
    addKey,
    key: keyOf,
    retireKey(kid) {
      keyOf(kid).listed = false
    },
    reads: () => server.requests.filter(({ path }) => path === KEYS).length,
    async token({ claims = {}, kid = 'k1', by = kid, alg = 'RS256', header = {} } = {}) {
      const content = { ...usualClaims(options.serviceUrl()), ...claims }
      const head = { alg, typ: 'JWT', kid, x5t: kid, ...header }
      return new SignJWT(content).setProtectedHeader(head).sign(keyOf(by).privateKey)
    },
  }
}

/** The claims of a right token, for one hour from now. */
export const usualClaims = (serviceUrl: string) => ({
  serviceurl: serviceUrl,
  nbf: secondsFromNow(-60),
  exp: secondsFromNow(3_600),
  iss: ISSUER,
  aud: APP_ID,
})

export const secondsFromNow = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds

/** Paths of the real one; the first has no hyphen (CONTRACTS 7.2). */
export const METADATA = '/v1/.well-known/openidconfiguration'
export const KEYS = '/v1/.well-known/keys'
const isListed = ({ listed }: Key): boolean => listed
