// Owns the shapes of Azure Automation's answers as they must be for runbot to believe them (CONTRACTS §5).
import { z } from 'zod'
import type { Json } from '../../../core/values.ts'
import { PortError } from '../../../ports/errors.ts'
import type { WireResponse } from '../../wire/http.ts'

const json = z.custom<Json>((value) => value !== undefined)

const jobSchema = z.object({
  name: z.string(),
  properties: z.object({
    status: z.string().min(1),
    statusDetails: z.string().nullish(),
    exception: z.string().nullish(),
    parameters: z.record(z.string(), json).nullish(),
    runOn: z.string().nullish(),
    runbook: z.object({ name: z.string().nullish() }).nullish(),
  }),
})
export type Job = z.infer<typeof jobSchema>

const listSchema = z.object({ value: z.array(json), nextLink: z.string().nullish() })

const streamSchema = z.object({
  properties: z.object({
    jobStreamId: z.string().regex(/^[\w.:-]{1,300}$/),
    time: z.string().nullish(),
    streamType: z.string(),
    summary: z.string().nullish(),
    streamText: z.string().nullish(),
  }),
})
export type Stream = z.infer<typeof streamSchema>['properties']
const streamsSchema = listSchema.extend({ value: z.array(streamSchema) })

/** From the provider flat, from ARM itself nested. */
const flat = z.object({ code: z.string(), message: z.string().nullish() })
const errorSchema = z.union([z.object({ error: flat }).transform(({ error }) => error), flat])

export const jobFrom = (response: WireResponse): Job => read(jobSchema, response, 'a job')
export const listFrom = (response: WireResponse) => read(listSchema, response, 'a list')
export const streamFrom = (response: WireResponse): Stream => read(streamSchema, response, 'a job stream').properties
export function streamsFrom(response: WireResponse) {
  const { value, nextLink } = read(streamsSchema, response, 'a list of job streams')
  return { streams: value.map(({ properties }): Stream => properties), nextLink }
}

/** Both shapes of an error; undefined where the answer holds none. */
export function errorFrom(response: WireResponse): z.infer<typeof flat> | undefined {
  try {
    return errorSchema.safeParse(response.json()).data
  } catch {
    return undefined
  }
}

/** PortError malformed for HTML, nonsense and another shape. */
function read<T>(schema: z.ZodType<T>, response: WireResponse, what: string): T {
  const parsed = schema.safeParse(response.json())
  if (parsed.success) return parsed.data
  const where = parsed.error.issues[0]?.path.join('.') || 'all of it'
  throw new PortError('malformed', `Azure Automation answered something that is not ${what} (${where})`)
}
