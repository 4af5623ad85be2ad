// Owns who may ask: signatures by the account's key, or Entra tokens with data-plane rights. (REST reference, "Access control on Cosmos DB resources"; "Connect with role-based access control")
import { createHmac, randomBytes } from 'node:crypto'
import type { Answer } from '../server.ts'
import { refuse } from './answers.ts'
import type { Request } from './request.ts'

export type Aad = {
  /** What the account makes of a bearer token: 'unassigned' is a good token of somebody without a role. */
  judge: (token: string) => 'allowed' | 'unassigned' | 'invalid'
}

export type AuthOptions = {
  key: string
  /** With it the account takes Entra tokens alone ("disableLocalAuth"), as infra/ deploys it. */
  aad: Aad | undefined
  now: () => number
}

/** Microsoft: a signed request is good for 15 minutes around its date. */
const VALID_MS = 15 * 60_000

export const createKey = (): string => randomBytes(64).toString('base64')

/** verb, type, link and date, each on its line, the first, second and fourth in small letters; HMAC-SHA256 in base64. */
export const signatureOf = (key: string, method: string, resource: Request['resource'], date: string): string =>
  createHmac('sha256', Buffer.from(key, 'base64'))
    .update(
      `${method.toLowerCase()}\n${resource.type.toLowerCase()}\n${resource.link}\n${date.toLowerCase()}\n\n`,
      'utf8',
    )
    .digest('base64')

/** The answer to a request that may not pass; null for one that may. */
export const createAuth =
  ({ key, aad, now }: AuthOptions) =>
  (request: Request): Answer | null => {
    const header = request.call.headers.authorization
    if (!header) return refuse(401, { message: "Required Header 'authorization' is missing." })
    const fields = new Map(
      decodeURIComponent(header)
        .split('&')
        .map((field) => [field.slice(0, field.indexOf('=')), field.slice(field.indexOf('=') + 1)]),
    )
    const sent = fields.get('sig') ?? ''
    if (fields.get('type') === 'aad') return aad ? byToken(aad, request, sent) : wrong()
    if (aad)
      return refuse(401, {
        message: 'Local Authorization is disabled. Use an AAD token to authorize all requests.',
        substatus: 5202,
      })
    const date = request.call.headers['x-ms-date'] ?? request.call.headers.date
    const at = typeof date === 'string' ? Date.parse(date) : Number.NaN
    if (typeof date !== 'string' || Number.isNaN(at) || Math.abs(now() - at) > VALID_MS)
      return refuse(403, { message: 'The authorization token is not valid at the current time.' })
    return sent === signatureOf(key, request.call.method, request.resource, date) ? null : wrong()
  }

const wrong = (): Answer =>
  refuse(401, {
    message:
      'The input authorization token cannot serve the request. The wrong key is being used or the expected payload is not built as per the protocol.',
  })

/** Data-plane roles hold no right to make or to drop databases and containers (TEAMS.md: Bicep does). */
const byToken = (aad: Aad, { kind, call }: Request, token: string): Answer | null => {
  const judged = token === '' ? 'invalid' : aad.judge(token)
  if (judged === 'invalid') return refuse(401, { message: 'The AAD token is not valid for this account.' })
  if (kind === 'metadata' && call.method !== 'GET')
    return refuse(403, {
      message: `The given request [${call.method} ${call.path}] cannot be authorized by AAD token in data plane.`,
      substatus: 5300,
    })
  if (judged === 'allowed') return null
  return refuse(403, {
    message: 'Request is blocked because the principal does not have the required RBAC permissions.',
    substatus: 5301,
  })
}
