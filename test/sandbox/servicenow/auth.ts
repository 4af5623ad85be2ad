// Owns who is calling: Basic, API key, and the OAuth tokens that the instance issues. CONTRACTS 1.1
import { randomBytes } from 'node:crypto'
import type { Answer, Call } from '../server.ts'

export type Credentials = {
  users?: { name: string; password: string }[]
  /** `user`: the OAuth Application User; `scoped`: registered as securely scoped, so that Table calls are 403. */
  clients?: { id: string; secret: string; user?: string; scoped?: boolean }[]
  apiKeys?: { key: string; user: string }[]
  /** glide.oauth.inbound.client.credential.grant_type.enabled; true unless told. */
  clientCredentials?: boolean
  /** false: the basic-auth restriction is enforced, 401 although the password is right. */
  basic?: boolean
  /** Life of an access token in seconds; 1800 unless told. */
  tokenLifeS?: number
}

export type Identity = { user: string; scoped: boolean }

type Token = Identity & { key: string; access: string; refresh: string | null; expiresAt: number }

/** Nearly every failure is this same blur. CONTRACTS 1.1 */
const blur = (): Answer => ({ status: 401, body: { error_description: 'access_denied', error: 'server_error' } })

export const createAuth = (credentials: Credentials, now: () => Date) => {
  const {
    users = [],
    clients = [],
    apiKeys = [],
    clientCredentials = true,
    basic = true,
    tokenLifeS = 1800,
  } = credentials
  let tokens: Token[] = []

  const grantee = (form: URLSearchParams): Identity | null => {
    const client = clients.find(
      ({ id, secret }) => id === form.get('client_id') && secret === form.get('client_secret'),
    )
    if (!client) return null
    const scoped = client.scoped ?? false
    switch (form.get('grant_type')) {
      case 'client_credentials':
        return clientCredentials && client.user ? { user: client.user, scoped } : null
      case 'password': {
        const user = users.find(
          ({ name, password }) => name === form.get('username') && password === form.get('password'),
        )
        return user ? { user: user.name, scoped } : null
      }
      case 'refresh_token': {
        const token = tokens.find(({ refresh }) => refresh !== null && refresh === form.get('refresh_token'))
        return token ? { user: token.user, scoped } : null
      }
      default:
        return null
    }
  }

  const issue = (form: URLSearchParams, identity: Identity): Token => {
    const grant = form.get('grant_type')
    const key = `${form.get('client_id')} ${grant === 'client_credentials' ? 'client' : 'user'} ${identity.user}`
    // Asking again while a token is alive returns the same one, with what is left of its life. CONTRACTS 1.1
    const alive = tokens.find((token) => token.key === key && token.expiresAt > now().getTime())
    if (alive) return alive
    const refresh = grant === 'client_credentials' ? null : randomBytes(32).toString('base64url')
    const access = randomBytes(32).toString('base64url')
    const token = { ...identity, key, access, refresh, expiresAt: now().getTime() + tokenLifeS * 1000 }
    tokens = [...tokens.filter((other) => other.key !== key), token]
    return token
  }

  return {
    /** POST /oauth_token.do: parameters from a form body only; JSON and URL parameters are refused. */
    token(call: Call): Answer {
      const form = call.headers['content-type']?.startsWith('application/x-www-form-urlencoded')
      if (call.method !== 'POST' || !form || Object.keys(call.query).length > 0) return blur()
      const parameters = new URLSearchParams(call.raw.toString('utf8'))
      const identity = grantee(parameters)
      if (!identity) return blur()
      const { access, refresh, expiresAt } = issue(parameters, identity)
      const expires_in = Math.max(1, Math.floor((expiresAt - now().getTime()) / 1000))
      const body = { access_token: access, scope: 'useraccount', token_type: 'Bearer', expires_in }
      return { status: 200, body: refresh === null ? body : { ...body, refresh_token: refresh } }
    },
    revoke(call: Call): Answer {
      tokens = tokens.filter(({ access, refresh }) => access !== call.query.token && refresh !== call.query.token)
      return { status: 200, body: '' }
    },
    revokeAll(): void {
      tokens = []
    },
    identify({ headers }: Call): Identity | null {
      const [scheme = '', value = ''] = headers.authorization?.split(' ') ?? []
      const key = apiKeys.find((entry) => entry.key === headers['x-sn-apikey'])
      if (key) return { user: key.user, scoped: false }
      if (scheme.toLowerCase() === 'bearer') {
        return tokens.find(({ access, expiresAt }) => access === value && expiresAt > now().getTime()) ?? null
      }
      if (scheme.toLowerCase() !== 'basic' || !basic) return null
      const [name, ...password] = Buffer.from(value, 'base64').toString('utf8').split(':')
      const user = users.find((entry) => entry.name === name && entry.password === password.join(':'))
      return user ? { user: user.name, scoped: false } : null
    },
  }
}

export type Auth = ReturnType<typeof createAuth>
