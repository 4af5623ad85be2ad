// Owns the shapes of Jenkins' answers as they must be for runbot to believe them (CONTRACTS §3).
import { z } from 'zod'
import type { Json } from '../../../core/values.ts'
import { PortError } from '../../../ports/errors.ts'
import type { WireResponse } from '../../wire/http.ts'

const json = z.custom<Json>((value) => value !== undefined)

/** A password's value is never shown (CONTRACTS §3). */
const parameterSchema = z.object({ name: z.string(), value: json.optional() })
export type Parameter = z.infer<typeof parameterSchema>

const actionsSchema = z
  .array(z.object({ parameters: z.array(parameterSchema).nullish() }).nullable())
  .nullish()
  .transform((actions): readonly Parameter[] => (actions ?? []).flatMap((action) => action?.parameters ?? []))

const itemSchema = z.object({
  id: z.int().nonnegative(),
  why: z.string().nullish(),
  /** There only once it left the queue. */
  cancelled: z.boolean().optional(),
  executable: z.object({ number: z.int().positive() }).nullish(),
  task: z.object({ url: z.string().nullish() }).nullish(),
  actions: actionsSchema,
})
export type Item = z.infer<typeof itemSchema>

const buildSchema = z.object({
  number: z.int().positive(),
  queueId: z.int().nullish(),
  /** When it began, in milliseconds. */
  timestamp: z.number().nullish(),
  building: z.boolean(),
  /** Servers before 2.362 do not tell it: https://github.com/jenkinsci/jenkins/pull/6829 */
  inProgress: z.boolean().nullish(),
  result: z.string().nullish(),
  actions: actionsSchema,
})
export type Build = z.infer<typeof buildSchema>

const definitionSchema = z.object({
  name: z.string(),
  type: z.string().nullish(),
  choices: z.array(z.string()).nullish(),
})
export type Definition = z.infer<typeof definitionSchema>

const definitions = z
  .array(z.object({ parameterDefinitions: z.array(definitionSchema).nullish() }).nullable())
  .nullish()
  .transform((property): readonly Definition[] => (property ?? []).flatMap((each) => each?.parameterDefinitions ?? []))

const jobSchema = z.object({ property: definitions, nextBuildNumber: z.int().positive().nullish() })
export type JobDetail = z.infer<typeof jobSchema>
const buildsSchema = z.object({ builds: z.array(buildSchema).optional(), allBuilds: z.array(buildSchema).optional() })
const queueSchema = z.object({ items: z.array(itemSchema) })
const crumbSchema = z.object({
  crumb: z.string().regex(/^[\x21-\x7e]+$/),
  crumbRequestField: z.string().regex(/^[\w-]+$/),
})

/** What to ask for, so that an answer holds what is read and little else. */
export const tree = {
  item: 'id,why,cancelled,executable[number],task[url],actions[parameters[name,value]]',
  build: 'number,queueId,timestamp,building,inProgress,result,actions[parameters[name,value]]',
  definitions: 'property[parameterDefinitions[name,type,choices]],nextBuildNumber',
} as const

export const itemFrom = (response: WireResponse): Item => read(itemSchema, response, 'a queue item')
export const queueFrom = (response: WireResponse): readonly Item[] => read(queueSchema, response, 'the queue').items
export const buildFrom = (response: WireResponse): Build => read(buildSchema, response, 'a build')
export const jobFrom = (response: WireResponse): JobDetail => read(jobSchema, response, 'a job')
export const crumbFrom = (response: WireResponse) => read(crumbSchema, response, 'a crumb')

/** The builds under one of the two names; a list that is not there is no empty list. */
export function buildsFrom(response: WireResponse): readonly Build[] {
  const { builds, allBuilds } = read(buildsSchema, response, 'a list of builds')
  const list = builds ?? allBuilds
  if (!list) throw new PortError('malformed', 'Jenkins answered without the list of builds')
  return list
}

/** PortError malformed for HTML, nonsense and another shape. */
function read<T>(schema: z.ZodType<T>, response: WireResponse, what: string): T {
  const parsed = schema.safeParse(response.json())
  if (parsed.success) return parsed.data
  const where = parsed.error.issues[0]?.path.join('.') || 'all of it'
  throw new PortError('malformed', `Jenkins answered something that is not ${what} (${where})`)
}
