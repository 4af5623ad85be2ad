// Owns launching in the sandbox AWX: what is prompted for, ignored or refused. CONTRACTS 2 (Launch)
import { type Answer, type Call, objectOf } from '../server.ts'
import { detailOf, type Job, type Label } from './jobs.ts'
import { neededBy, type Template } from './templates.ts'

/** GET …/launch/. CONTRACTS 2 (GET launch first) */
export const promptsOf = (template: Template): Answer => {
  const { asks, survey, passwords, inventory, limit, kind, id, name } = template
  const data = { name, id, description: '' }
  return {
    status: 200,
    body: {
      can_start_without_user_input: neededBy(template).length + passwords.length === 0 && inventory,
      ask_variables_on_launch: asks.variables ?? false,
      ask_limit_on_launch: asks.limit ?? false,
      ask_labels_on_launch: asks.labels ?? false,
      survey_enabled: survey !== undefined,
      variables_needed_to_start: neededBy(template),
      ...(kind === 'job_templates'
        ? { passwords_needed_to_start: passwords, inventory_needed_to_start: !inventory, job_template_data: data }
        : { workflow_job_template_data: data }),
      defaults: { limit, extra_vars: template.extraVars },
    },
  }
}

export type Launching = {
  labels: Label[]
  /** Makes the job, and starts it. */
  create: (template: Template, fields: Pick<Job, 'variables' | 'limit' | 'labels'>) => Job
}

export const launch = (call: Call, template: Template, { labels, create }: Launching): Answer => {
  const body = call.raw.length === 0 ? {} : objectOf(call)
  if (!body) return { status: 400, body: { detail: 'JSON parse error - Expecting value: line 1 column 1 (char 0)' } }
  const variables = (body['extra_vars'] ?? {}) as Record<string, unknown>
  const limit = body['limit'] as string | undefined
  const ids = (body['labels'] ?? []) as number[]
  const missing = neededBy(template).filter((name) => !(name in variables))
  if (missing.length > 0)
    return { status: 400, body: { variables_needed_to_start: missing.map((name) => `'${name}' value missing`) } }
  if (template.passwords.length > 0) return { status: 400, body: { passwords_needed_to_start: template.passwords } }
  const { asks, survey = [] } = template
  const taken = (name: string) => asks.variables || survey.some(({ variable }) => variable === name)
  const split = (keep: boolean) =>
    Object.fromEntries(Object.entries(variables).filter(([name]) => taken(name) === keep))
  const refused = split(false)
  // What equals the template's own value is neither accepted nor listed.
  const limitIgnored = limit !== undefined && limit !== template.limit && !asks.limit
  const ignored = {
    ...(Object.keys(refused).length > 0 ? { extra_vars: refused } : {}),
    ...(limitIgnored ? { limit } : {}),
    ...(ids.length > 0 && !asks.labels ? { labels: ids } : {}),
  }
  if (template.kind === 'workflow_job_templates' && Object.keys(ignored).length > 0) return workflowRefusal(ignored)
  const job = create(template, {
    variables: split(true),
    limit: limit === undefined || limitIgnored ? template.limit : limit,
    labels: asks.labels ? labels.filter(({ id }) => ids.includes(id)) : [],
  })
  const named = job.jobs === 'jobs' ? { job: job.id } : { workflow_job: job.id }
  return {
    status: 201,
    headers: { location: `/api/v2/${job.jobs}/${job.id}/` },
    body: { ...named, ignored_fields: ignored, ...detailOf(job) },
  }
}

/** A workflow template refuses what it does not prompt for, a job template runs without it. CONTRACTS 2 (Workflow templates differ) */
const workflowRefusal = (ignored: Record<string, unknown>): Answer => ({
  status: 400,
  body: Object.fromEntries(
    Object.entries(ignored).map(([field, value]) => [
      field,
      field === 'extra_vars'
        ? [
            `Variables ${Object.keys(value as object).join(', ')} are not allowed on launch. Check the Prompt on Launch setting.`,
          ]
        : 'Field is not configured to prompt on launch.',
    ]),
  ),
})
