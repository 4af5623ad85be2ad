// Owns the reading of a JSON body into a sender's shape, or what is wrong with it.
import type { z } from 'zod'
import { readJson } from '../json.ts'
import { isJson } from '../media-type.ts'
import { check } from '../schema.ts'
import { maxDepth, type ProvenRequest, type Refused, refused } from '../sender.ts'

/** `what` begins the names of places that are wrong. */
export function readShape<T>(
  schema: z.ZodType<T>,
  { media, text }: ProvenRequest,
  what: string,
): { readonly ok: true; readonly value: T } | Refused {
  if (!isJson(media)) return refused(415, `${media?.type} is not understood: send application/json.`)
  const read = readJson(text, maxDepth, true)
  if (!read.ok) return refused(400, read.reason)
  const checked = check(schema, read.value, what)
  return checked.ok ? checked : refused(400, checked.reason)
}
