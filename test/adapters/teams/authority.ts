// Owns a stand-in for Microsoft's two authorities: the Bot Framework's signing keys and the token endpoint.
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { type Server, serve } from '../../sandbox/server.ts'

export interface Authority {
  readonly server: Server
  readonly metadata: string
  readonly loginUrl: string
  /** A bearer token as the Bot Framework signs one (CONTRACTS 7.2), with some claims changed. */
  bearer(claims: Record<string, unknown>, forged?: { key?: KeyObject; kid?: string; alg?: string }): string
  /** Tokens handed out to the bot so far. */
  readonly issued: () => readonly Record<string, string>[]
}

export const appId = '33333333-3333-4333-8333-333333333333'

export async function startAuthority(endorsements: readonly string[] = ['msteams']): Promise<Authority> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = { ...publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig', endorsements }
  const issued: Record<string, string>[] = []
  const server = await serve({
    handler: (call) => {
      if (call.path.endsWith('/openidconfiguration')) return { status: 200, body: { jwks_uri: `${server.url}/keys` } }
      if (call.path === '/keys') return { status: 200, body: { keys: [key] } }
      if (!call.path.endsWith('/oauth2/v2.0/token')) return { status: 404 }
      issued.push(Object.fromEntries(new URLSearchParams(call.raw.toString('utf8'))))
      return { status: 200, body: { token_type: 'Bearer', expires_in: 3600, access_token: `token-${issued.length}` } }
    },
  })
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return {
    server,
    metadata: `${server.url}/v1/.well-known/openidconfiguration`,
    loginUrl: server.url,
    issued: () => issued,
    bearer(claims, forged = {}) {
      const now = Math.floor(Date.now() / 1000)
      const content = { iss: 'https://api.botframework.com', aud: appId, nbf: now - 10, exp: now + 600, ...claims }
      const alg = forged.alg ?? 'RS256'
      const signed = `${part({ alg, typ: 'JWT', kid: forged.kid ?? 'k1' })}.${part(content)}`
      const mark =
        alg === 'none' ? '' : sign('sha256', Buffer.from(signed), forged.key ?? privateKey).toString('base64url')
      return `Bearer ${signed}.${mark}`
    },
  }
}
