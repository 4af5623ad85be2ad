// Owns the shapes of Rundeck as they must be for runbot to believe them (CONTRACTS §4).
import { z } from 'zod'
import { PortError } from '../../../ports/errors.ts'
import type { WireResponse } from '../../wire/http.ts'

/** A number in an execution, text in an abort. */
const id = z
  .union([z.number(), z.string()])
  .transform(Number)
  .refine((value) => Number.isSafeInteger(value) && value > 0)

const executionSchema = z.object({
  id,
  status: z.string().min(1).max(100),
  customStatus: z.string().nullish(),
  abortedby: z.string().nullish(),
  'date-ended': z.object({ unixtime: z.number().nullish() }).nullish(),
  failedNodes: z.array(z.string()).nullish(),
  job: z.object({ id: z.string(), options: z.record(z.string(), z.unknown()).nullish() }).nullish(),
  retriedExecution: z.object({ id }).nullish(),
})
export type Execution = z.infer<typeof executionSchema>

const listSchema = z.object({
  paging: z.object({ count: z.number(), total: z.number() }),
  executions: z.array(executionSchema),
})

const outputSchema = z.object({
  /** Opaque, and text. */
  offset: z.union([z.string(), z.number()]).transform(String),
  /** The log was read wholly, which is not the same as that the run has ended. */
  completed: z.boolean().nullish(),
  entries: z
    .array(
      z.object({
        absolute_time: z.string().nullish(),
        time: z.string().nullish(),
        node: z.string().nullish(),
        level: z.string().nullish(),
        log: z.string().nullish(),
      }),
    )
    .default([]),
})

const definition = z.object({
  options: z.array(z.object({ name: z.string(), secure: z.boolean().nullish() })).nullish(),
})
/** A definition comes as a list of one. */
const definitionSchema = z.union([z.tuple([definition]).transform(([only]) => only), definition])

const abortSchema = z.object({ abort: z.object({ status: z.string(), reason: z.string().nullish() }) })
const infoSchema = z.object({ project: z.string().min(1) })
const errorSchema = z.object({ errorCode: z.string().nullish(), message: z.string() })

export const executionFrom = (response: WireResponse) => read(executionSchema, response, 'an execution')
export const listFrom = (response: WireResponse) => read(listSchema, response, 'a list of executions')
export const outputFrom = (response: WireResponse) => read(outputSchema, response, 'output')
export const definitionFrom = (response: WireResponse) => read(definitionSchema, response, 'the definition of a job')
export const abortFrom = (response: WireResponse) => read(abortSchema, response, 'an abort')
export const infoFrom = (response: WireResponse) => read(infoSchema, response, 'what is known of a job')

/** Rundeck's own error; undefined for a page or anything else. */
export function errorFrom(response: WireResponse): z.infer<typeof errorSchema> | undefined {
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
  throw new PortError('malformed', `Rundeck answered something that is not ${what} (${where})`)
}
