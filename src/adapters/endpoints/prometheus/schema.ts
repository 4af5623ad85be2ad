// Owns what Prometheus answers to an instant and a range query, as far as it is read (CONTRACTS §6.2).
import { z } from 'zod'

const sample = z.tuple([z.number(), z.string()])
const answerSchema = z.discriminatedUnion('resultType', [
  z.object({ resultType: z.literal('vector'), result: z.array(z.object({ value: sample.optional() })) }),
  z.object({ resultType: z.literal('scalar'), result: sample }),
])
const rangeAnswer = z.object({
  resultType: z.literal('matrix'),
  result: z.array(z.object({ values: z.array(sample).optional() })),
})
/** An absent series is success with an empty list. */
export const envelopeSchema = z.object({ status: z.literal('success'), data: answerSchema })
export const rangeSchema = z.object({ status: z.literal('success'), data: rangeAnswer })
export const errorSchema = z.object({ status: z.literal('error'), error: z.string() })
