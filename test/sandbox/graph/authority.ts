// Owns the token authority: client credentials at /{tenant}/oauth2/v2.0/token, and a managed identity's local endpoint.
// What Entra answers is not in CONTRACTS beyond the address of CONTRACTS 7.2; the rest follows
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
import { randomBytes } from 'node:crypto'
import type { Answer, Call } from '../server.ts'

export type AuthorityOptions = {
  tenantId: string
  appId: string
  secret: string
  graph: () => string
  login: () => string
  /** Application permissions as they are now. */
  roles: () => string[]
}

const lifeS = 3599
/** What replies to Teams are signed for. CONTRACTS 7.2 */
const botScope = 'https://api.botframework.com/.default'

const refusal = (status: number, error: string, number: number, text: string): Answer => ({
  status,
  body: { error, error_description: `AADSTS${number}: ${text}`, error_codes: [number], trace_id: 'sandbox' },
})

export const createAuthority = ({ tenantId, appId, graph, login, roles, ...options }: AuthorityOptions) => {
  let { secret } = options
  let expired = false
  let tokens: string[] = []
  /** A JWT by its form, signed with nothing: it says what it is for and what it allows. */
  const issue = (aud: string): string => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = part({ aud, appid: appId, tid: tenantId, roles: roles() })
    const token = `${part({ typ: 'JWT', alg: 'RS256' })}.${claims}.${randomBytes(24).toString('base64url')}`
    tokens = [...tokens, token]
    return token
  }

  /** Entra's addresses are https; whoever asks over http undoes that by itself. */
  const metadata = (tenant: string): Answer => {
    const root = `${login().replace('http:', 'https:')}/${tenant}`
    const body = {
      issuer: `${root}/v2.0`,
      authorization_endpoint: `${root}/oauth2/v2.0/authorize`,
      token_endpoint: `${root}/oauth2/v2.0/token`,
      jwks_uri: `${root}/discovery/v2.0/keys`,
    }
    return { status: 200, body }
  }

  const token = (call: Call, tenant: string): Answer => {
    const form = new URLSearchParams(call.raw.toString('utf8'))
    if (tenant !== tenantId) return refusal(400, 'invalid_request', 90002, `Tenant '${tenant}' not found.`)
    if (form.get('client_id') !== appId)
      return refusal(400, 'unauthorized_client', 700016, `Application '${form.get('client_id')}' was not found.`)
    if (form.get('client_secret') !== secret)
      return expired
        ? refusal(401, 'invalid_client', 7000222, 'The provided client secret keys are expired.')
        : refusal(401, 'invalid_client', 7000215, 'Invalid client secret provided.')
    const scope = form.get('scope') ?? ''
    if (form.get('grant_type') !== 'client_credentials' || ![`${graph()}/.default`, botScope].includes(scope))
      return refusal(400, 'invalid_resource', 500011, 'The resource principal was not found in the tenant.')
    const access_token = issue(scope.replace('/.default', ''))
    const body = { token_type: 'Bearer', expires_in: lifeS, ext_expires_in: lifeS, access_token }
    return { status: 200, body }
  }

  /** As App Service answers at IDENTITY_ENDPOINT:
   * https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference */
  const managedIdentity = ({ query, headers }: Call): Answer => {
    if (!headers['x-identity-header'] || query.client_id !== appId || query.resource !== graph())
      return { status: 400, body: { statusCode: 400, message: 'No User Assigned or Delegated Managed Identity found' } }
    const expires_on = String(Math.floor(Date.now() / 1000) + lifeS)
    const body = {
      access_token: issue(graph()),
      expires_on,
      resource: query.resource,
      token_type: 'Bearer',
      client_id: appId,
    }
    return { status: 200, body }
  }

  return {
    handle(call: Call): Answer {
      const [tenant = '', ...rest] = call.segments
      const path = rest.join('/')
      if (path === 'v2.0/.well-known/openid-configuration') return metadata(tenant)
      if (call.method === 'POST' && path === 'oauth2/v2.0/token') return token(call, tenant)
      return call.path === '/msi/token' ? managedIdentity(call) : { status: 404 }
    },
    identify: ({ headers }: Call): boolean => tokens.includes(headers.authorization?.replace(/^Bearer /, '') ?? ''),
    setSecret(other: string): void {
      secret = other
      expired = false
    },
    /** The secret that was right has expired. */
    expireSecret(): void {
      secret = randomBytes(8).toString('hex')
      expired = true
    },
    revokeTokens(): void {
      tokens = []
    },
  }
}
