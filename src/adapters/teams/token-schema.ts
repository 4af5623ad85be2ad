// Owns what the Bot Framework publishes and signs: its two key documents, and the two halves of a token (CONTRACTS 7.2).
import { z } from 'zod'

const id = z.string().min(1).max(512)
const seconds = z.number().nonnegative()

/** The OpenID metadata document, as far as it is read. */
export const OpenIdMetadata = z.object({ jwks_uri: z.string().max(1024) })

/** A JWK Set (RFC 7517); a key of it is read on its own, so that an odd one spoils no other. */
export const KeySet = z.object({ keys: z.array(z.unknown()) })

/** An RSA key that signs. `endorsements` are the channels that it may speak for; without any it speaks for none. */
export const SigningJwk = z.object({
  kty: z.literal('RSA'),
  use: z.literal('sig').optional(),
  kid: id,
  n: z.string().max(4096),
  e: z.string().max(16),
  endorsements: z.array(z.string()).catch([]),
})

/** A token's header. `crit` would ask for something that is not understood here (RFC 7515 4.1.11). */
export const TokenHeader = z.object({
  alg: z.enum(['RS256', 'RS384', 'RS512']),
  kid: id,
  crit: z.undefined().optional(),
})

/** A token's claims; times are seconds since 1970. */
export const TokenClaims = z.object({
  iss: z.string(),
  aud: z.string(),
  serviceurl: z.string(),
  exp: seconds,
  nbf: seconds.optional(),
})
