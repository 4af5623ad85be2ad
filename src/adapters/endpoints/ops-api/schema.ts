// Owns the shapes of the ops-runbook API as they must be for runbot to believe them (CONTRACTS §8.2, §8.4).
import { z } from 'zod'
import type { Json } from '../../../core/values.ts'
import { PortError } from '../../../ports/errors.ts'
import type { WireResponse } from '../../wire/http.ts'

/** A run id goes into a path: nothing that a path would read in its own way. */
export const handlePattern = /^[A-Za-z0-9][A-Za-z0-9._~:@=+-]{0,199}$/

const json = z.custom<Json>((value) => value !== undefined)

const runSchema = z.object({
  id: z.string().regex(handlePattern),
  clientRunId: z.string().nullish(),
  status: z.string().min(1),
  statusReason: z.string().nullish(),
  exitCode: z.number().nullish(),
  output: json.optional(),
})
export type Run = z.infer<typeof runSchema>

const listSchema = z.object({ items: z.array(runSchema), next: json.optional() })
export type RunList = z.infer<typeof listSchema>

const logsSchema = z.object({
  entries: z.array(z.object({ time: z.string().nullish(), stream: z.string().nullish(), text: z.string() })),
  next: z.string().nullish(),
  complete: z.boolean().nullish(),
})
export type Logs = z.infer<typeof logsSchema>

export const runFrom = (response: WireResponse): Run => read(runSchema, response, 'a run')
export const runListFrom = (response: WireResponse): RunList => read(listSchema, response, 'a list of runs')
export const logsFrom = (response: WireResponse): Logs => read(logsSchema, response, 'log entries')

/** PortError malformed for HTML, nonsense and another shape. */
function read<T>(schema: z.ZodType<T>, response: WireResponse, what: string): T {
  const parsed = schema.safeParse(response.json())
  if (parsed.success) return parsed.data
  const where = parsed.error.issues[0]?.path.join('.') || 'all of it'
  throw new PortError('malformed', `the ops API answered something that is not ${what} (${where})`)
}
