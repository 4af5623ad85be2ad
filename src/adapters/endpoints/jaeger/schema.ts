// Owns what Jaeger's query service answers to a search, as far as it is read (the JSON API behind its own pages).
import { z } from 'zod'

export const tracesSchema = z.object({
  /** Times in microseconds. */
  data: z
    .array(z.object({ spans: z.array(z.object({ startTime: z.number(), duration: z.number() })).optional() }))
    .nullable(),
  errors: z.array(z.object({ msg: z.string() })).nullish(),
})
export const errorsSchema = z.object({ errors: z.array(z.object({ msg: z.string() })).min(1) })
