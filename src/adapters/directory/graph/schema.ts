// Owns the shapes of what Graph answers: matching groups, a page of people, an error (CONTRACTS 7.1).
import { z } from 'zod'

export const matchesSchema = z.object({ value: z.array(z.string()) })

/** Without User.Read.All every property but the id is null. */
export const pageSchema = z.object({
  value: z.array(z.object({ id: z.string(), displayName: z.string().nullish() })),
  '@odata.nextLink': z.string().optional(),
})
export type Page = z.infer<typeof pageSchema>

export const errorSchema = z.object({ error: z.object({ code: z.string().regex(/^[\w.]{1,60}$/) }) })

/** An Entra object id in lower case; undefined for anything else. */
export const guidOf = (text: string): string | undefined =>
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? text.toLowerCase() : undefined
