// Owns the fake Entra authority for a secure webhook: metadata of both versions, keys, tokens as Azure Monitor brings them.
import { generateKeyPairSync } from 'node:crypto'
import { SignJWT } from 'jose'
import { type Server, serve } from './server.ts'

export type EntraToken = {
  version?: 1 | 2
  /** Merged over the usual claims; undefined leaves one out. */
  claims?: Record<string, unknown>
  /** Which key signs: `k1` is listed, `unlisted` is not. */
  by?: 'k1' | 'unlisted'
  kid?: string
}

export type EntraAuthority = Server & {
  token: (how?: EntraToken) => Promise<string>
  /** Signed with HS256, the public key as the secret. */
  sharedToken: () => Promise<string>
  /** Answers everything with 500 from now on. */
  fail: (fails: boolean) => void
}

/** The application of Azure Monitor's action groups, and the role that they need. CONTRACTS 6.6 */
const CALLER = '461e8683-5575-4561-ac7f-899cc907d62a'
const ROLE = 'ActionGroupsSecureWebhook'

export const startEntra = async (options: {
  tenant: string
  audience: string
  nowS: number
}): Promise<EntraAuthority> => {
  const { tenant, audience, nowS } = options
  const keys = {
    k1: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    unlisted: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  }
  let failing = false
  const issuerOf = (version: 1 | 2): string =>
    version === 1 ? `https://sts.windows.net/${tenant}/` : `${server.url}/${tenant}/v2.0`
  const server: Server = await serve({
    handler: ({ path }) => {
      if (failing) return { status: 500 }
      const version = path.startsWith(`/${tenant}/v2.0/`) ? 2 : 1
      if (path === `/${tenant}${version === 2 ? '/v2.0' : ''}/.well-known/openid-configuration`)
        return { status: 200, body: { issuer: issuerOf(version), jwks_uri: `${server.url}/${tenant}/keys` } }
      if (path !== `/${tenant}/keys`) return { status: 404 }
      return {
        status: 200,
        body: { keys: [{ ...keys.k1.publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig' }] },
      }
    },
  })
  const claimsOf = (version: 1 | 2): Record<string, unknown> => ({
    aud: audience,
    iss: issuerOf(version),
    iat: nowS,
    nbf: nowS,
    exp: nowS + 3_600,
    roles: [ROLE],
    tid: tenant,
    ver: version === 1 ? '1.0' : '2.0',
    ...(version === 1 ? { appid: CALLER } : { azp: CALLER }),
  })
  return {
    ...server,
    token: ({ version = 1, claims = {}, by = 'k1', kid = by } = {}) =>
      new SignJWT({ ...claimsOf(version), ...claims })
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid })
        .sign(keys[by].privateKey),
    sharedToken: () =>
      new SignJWT(claimsOf(1))
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: 'k1' })
        .sign(Buffer.from(keys.k1.publicKey.export({ type: 'spki', format: 'pem' }))),
    fail(fails) {
      failing = fails
    },
  }
}
