// Owns which tokens are believed: signed by the Bot Framework for this bot, this channel and this service URL, and now.
import { verify } from 'node:crypto'
import type { z } from 'zod'
import type { Clock } from '../../ports/clock.ts'
import { parseJson } from '../wire/json.ts'
import type { SigningKey, SigningKeys } from './keys.ts'
import { TokenClaims, TokenHeader } from './token-schema.ts'

/** The sender could not be believed: HTTP 401. `unavailable`: the keys could not be read, so nobody can be for now. */
export class Unbelieved extends Error {
  readonly unavailable: boolean

  constructor(reason: string, unavailable = false) {
    super(reason)
    this.name = 'Unbelieved'
    this.unavailable = unavailable
  }
}

export interface Believing {
  readonly issuer: string
  readonly appId: string
  readonly keys: SigningKeys
  readonly clock: Clock
}

/** The one channel whose activities are taken. */
const channel = 'msteams'
/** Clocks may differ by five minutes (CONTRACTS 7.2). */
const skewS = 300
const shape = /^Bearer ([\w-]+)\.([\w-]+)\.([\w-]+)$/
const digests = { RS256: 'sha256', RS384: 'sha384', RS512: 'sha512' } as const

/**
 * Resolves where this Authorization header proves that the Bot Framework sent this activity, else rejects with
 * Unbelieved. What costs nothing is looked at first: only a token that is right but for its signature leads to the keys.
 */
export async function believe(
  authorization: string,
  activity: { readonly channelId: string; readonly serviceUrl: string },
  { issuer, appId, keys, clock }: Believing,
): Promise<void> {
  if (authorization === '') throw new Unbelieved('there is no token')
  const [, head = '', body = '', mark = ''] = shape.exec(authorization) ?? []
  const header = read(TokenHeader, head)
  const claims = read(TokenClaims, body)
  if (!header || !claims) throw new Unbelieved('the token is not one of the Bot Framework')

  if (activity.channelId !== channel) throw new Unbelieved('only the msteams channel is believed')
  // Emulators, skills and other bots hold tokens of Entra's: they are not believed at all.
  if (claims.iss !== issuer) throw new Unbelieved('the token is not from the Bot Framework')
  if (claims.aud !== appId) throw new Unbelieved('the token is not for this bot')
  if (claims.serviceurl !== activity.serviceUrl) throw new Unbelieved('the token names another service URL')
  const nowS = clock.now() / 1000
  if (nowS >= claims.exp + skewS) throw new Unbelieved('the token has expired')
  if (nowS < (claims.nbf ?? 0) - skewS) throw new Unbelieved('the token is not valid yet')

  const found = await keyOf(header.kid, keys)
  if (!found) throw new Unbelieved('the token is signed by an unknown key')
  const signed = Buffer.from(`${head}.${body}`)
  if (!verify(digests[header.alg], signed, found.key, Buffer.from(mark, 'base64url')))
    throw new Unbelieved('the signature of the token is wrong')
  if (!found.endorsements.includes(channel)) throw new Unbelieved('the key of the token is not endorsed for Teams')
}

async function keyOf(kid: string, keys: SigningKeys): Promise<SigningKey | undefined> {
  try {
    return await keys.find(kid)
  } catch {
    throw new Unbelieved('the keys of the Bot Framework cannot be read', true)
  }
}

/** One half of a token; undefined for what is not such a half. */
function read<T>(schema: z.ZodType<T>, part: string): T | undefined {
  try {
    return schema.safeParse(parseJson(Buffer.from(part, 'base64url').toString('utf8'))).data
  } catch {
    return undefined
  }
}
