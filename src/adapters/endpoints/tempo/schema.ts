// Owns what Tempo answers to a search, as far as it is read (https://grafana.com/docs/tempo/latest/api_docs/#search).
import { z } from 'zod'

/** Protobuf's JSON writes 64-bit numbers as text. */
const count = z.union([
  z.number(),
  z
    .string()
    .regex(/^\d{1,19}$/)
    .transform(Number),
])

export const searchSchema = z.object({
  traces: z.array(z.object({ durationMs: z.number().optional() })).optional(),
  metrics: z
    .object({
      inspectedTraces: count.optional(),
      inspectedSpans: count.optional(),
      inspectedBytes: count.optional(),
      completedJobs: count.optional(),
      totalJobs: count.optional(),
    })
    .optional(),
})
export type Search = z.infer<typeof searchSchema>
