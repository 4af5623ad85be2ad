// Owns whom a secure webhook's Entra token proves: Azure Monitor's action groups, for this audience and tenant (CONTRACTS §6.6).
import { decodeJwt, errors, jwtVerify } from 'jose'
import type { Instant } from '../../../core/values.ts'
import { isPortError } from '../../../ports/errors.ts'
import type { Proof } from '../sender.ts'
import { entraKeys } from './entra-keys.ts'
import { claimsSchema } from './entra-schema.ts'
import { proven, unproven } from './proof.ts'

/** The application that Azure Monitor calls as, and the role that the webhook's own application gave it. */
const caller = '461e8683-5575-4561-ac7f-899cc907d62a'
const role = 'ActionGroupsSecureWebhook'
const toleranceS = 300
const longestToken = 16_384

export interface EntraOptions {
  /** The authority's origin; that of the public cloud unless told. */
  readonly loginUrl?: string | undefined
  /** Whose tokens count where the file names no tenant. */
  readonly tenant?: string | undefined
  readonly proxyFromEnv?: boolean
}

/** Never rejects. 503 where the keys cannot be read: then it cannot be told. */
export type EntraProof = (
  authorization: string,
  settings: { readonly audience: string; readonly tenant?: string },
) => Promise<Proof>

/** Reads nothing before the first token. */
export function entraProof(options: EntraOptions & { readonly now: () => Instant }): EntraProof {
  const { loginUrl = 'https://login.microsoftonline.com', now, proxyFromEnv = false } = options
  const keysOf = entraKeys({ loginUrl: loginUrl.replace(/\/+$/, ''), now, proxyFromEnv })

  return async (authorization, { audience, tenant = options.tenant }) => {
    const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? []
    if (token === undefined || token.length > longestToken) return wrong('there is no bearer token')
    if (!tenant) return wrong('no tenant is configured: entra.tenant in connectors.yaml, or MicrosoftAppTenantId')
    try {
      const version = decodeJwt(token)['ver'] === '2.0' ? 2 : 1
      const { issuer, keys } = await keysOf(tenant, version)
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ['RS256'],
        issuer,
        audience,
        requiredClaims: ['exp'],
        clockTolerance: toleranceS,
        currentDate: new Date(now()),
      })
      const claims = claimsSchema.safeParse(payload)
      if (!claims.success || (claims.data.appid ?? claims.data.azp) !== caller)
        return wrong('the token is not Azure Monitor’s')
      return claims.data.roles.includes(role) ? proven : wrong(`the token lacks the role ${role}`)
    } catch (error) {
      if (isPortError(error) || error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid)
        return { ok: false, status: 503, reason: 'The keys of Entra cannot be read now.', scheme: 'Bearer' }
      return wrong(error instanceof errors.JOSEError ? sentenceOf(error) : 'the token cannot be read')
    }
  }
}

const wrong = (why: string): Proof => unproven('Bearer', `The request does not prove its sender: ${why}.`)

/** By its code alone: the message may hold what the token says. */
function sentenceOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired'
  if (error instanceof errors.JWTClaimValidationFailed)
    return `the token’s ${['aud', 'iss', 'exp', 'nbf'].find((claim) => claim === error.claim) ?? 'claim'} is not right`
  if (error instanceof errors.JWKSNoMatchingKey) return 'the token names a key that the tenant does not have'
  return 'the token is not valid'
}
