// Owns the shapes that Entra publishes and signs for a secure webhook: its metadata, and the claims of a token.
import { z } from 'zod'

export const metadataSchema = z.object({ issuer: z.string().max(1024), jwks_uri: z.string().max(1024) })

/** `appid` stands in version 1 of a token, `azp` in version 2. */
export const claimsSchema = z.object({
  appid: z.string().optional(),
  azp: z.string().optional(),
  roles: z.array(z.string()).catch([]),
})
