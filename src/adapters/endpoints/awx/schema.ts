// Owns the shapes of AWX as they must be for runbot to believe them (CONTRACTS §2).
import { z } from 'zod'
import type { Json } from '../../../core/values.ts'
import { PortError } from '../../../ports/errors.ts'
import type { WireResponse } from '../../wire/http.ts'

const json = z.custom<Json>((value) => value !== undefined)
const id = z.number().int().positive()
const names = z.array(z.string()).default([])
const flag = z.boolean().default(false)

/** What the template asks for at launch; what an older AWX does not name is not asked for. */
const promptsSchema = z.object({
  ask_variables_on_launch: flag,
  ask_limit_on_launch: flag,
  ask_labels_on_launch: flag,
  survey_enabled: flag,
  variables_needed_to_start: names,
  passwords_needed_to_start: names,
  inventory_needed_to_start: flag,
  defaults: z.object({ limit: z.string().nullish() }).default({}),
})
export type Prompts = z.infer<typeof promptsSchema>

const surveySchema = z.object({
  spec: z.array(z.object({ variable: z.string(), type: z.string().nullish() })).default([]),
})
export type Survey = z.infer<typeof surveySchema>

const launchedSchema = z
  .object({ job: id.optional(), workflow_job: id.optional(), ignored_fields: z.record(z.string(), json).default({}) })
  .refine(({ job, workflow_job }) => (job === undefined) !== (workflow_job === undefined))
export type Launched = z.infer<typeof launchedSchema>

const jobSchema = z.object({
  id,
  status: z.string().min(1).max(100),
  limit: z.string().nullish(),
  started: z.string().nullish(),
  finished: z.string().nullish(),
  event_processing_finished: z.boolean().nullish(),
  artifacts: json.optional(),
  host_status_counts: json.optional(),
  job_explanation: z.string().nullish(),
  result_traceback: z.string().nullish(),
})
export type Job = z.infer<typeof jobSchema>

const rowSchema = z.object({
  id,
  job_template: id.nullish(),
  workflow_job_template: id.nullish(),
  launch_type: z.string().nullish(),
  /** A JSON string; the text of the template where the launch brought no variables. */
  extra_vars: z.string().nullish(),
  summary_fields: z
    .object({ labels: z.object({ count: z.number(), results: z.array(z.object({ name: z.string() })) }).optional() })
    .default({}),
})
export type Row = z.infer<typeof rowSchema>

const templateSchema = z.object({ id, organization: id.nullish() })
export type Template = z.infer<typeof templateSchema>

const labelSchema = z.object({ id, name: z.string() })
export type Label = z.infer<typeof labelSchema>

const pageOf = <T>(row: z.ZodType<T>) => z.object({ next: z.string().nullable(), results: z.array(row) })

export const promptsFrom = (response: WireResponse): Prompts => read(promptsSchema, response, 'what a launch asks for')
export const surveyFrom = (response: WireResponse): Survey => read(surveySchema, response, 'a survey')
export const launchedFrom = (response: WireResponse): Launched => read(launchedSchema, response, 'a launched job')
export const jobFrom = (response: WireResponse): Job => read(jobSchema, response, 'a job')
export const templateFrom = (response: WireResponse): Template => read(templateSchema, response, 'a template')
export const labelFrom = (response: WireResponse): Label => read(labelSchema, response, 'a label')
export const labelsFrom = (response: WireResponse) => read(pageOf(labelSchema), response, 'a list of labels')
export const rowsFrom = (response: WireResponse) => read(pageOf(rowSchema), response, 'a list of jobs')

/** PortError malformed for HTML, nonsense and another shape. */
function read<T>(schema: z.ZodType<T>, response: WireResponse, what: string): T {
  const parsed = schema.safeParse(response.json())
  if (parsed.success) return parsed.data
  const where = parsed.error.issues[0]?.path.join('.') || 'all of it'
  throw new PortError('malformed', `AWX answered something that is not ${what} (${where})`)
}
