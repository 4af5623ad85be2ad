// Owns the sandbox AWX: its templates are functions, and it counts what they really did. CONTRACTS 2
import { createExecution, type Effect, type Job, type Label } from './awx/jobs.ts'
import { createRoutes } from './awx/routes.ts'
import type { Template } from './awx/templates.ts'
import { type ServeOptions, type Server, serve } from './server.ts'

export type AwxOptions = Omit<ServeOptions, 'handler'> & {
  templates: Template[]
  /** `/api/v2/` unless told; behind the gateway of AAP `/api/controller/v2/`. */
  base?: string
}

export type Awx = Server & {
  /** Every real execution, counted when it begins. */
  effects: Effect[]
  jobs: Job[]
  labels: Label[]
  /** Makes a job that never ran, such as one of long ago. */
  plant: (template: Template, fields: Partial<Job>) => Job
  /** Overwrites fields of a job, such as its status with an unknown one. */
  amend: (id: number, fields: Partial<Job>) => void
  idle: () => Promise<void>
}

export const AWX_TOKEN = 'awx-token'
export const AWX_USER = ['runbot', 'awx-password'] as const

export const startAwx = async (options: AwxOptions): Promise<Awx> => {
  const { templates, base = '/api/v2/', now = () => new Date() } = options
  const effects: Effect[] = []
  const jobs: Job[] = []
  const labels: Label[] = []
  const execution = createExecution(effects, now)

  const make = (template: Template, fields: Partial<Job>): Job => {
    const { variables = {} } = fields
    const whole = template.kind === 'workflow_job_templates' || template.slices > 1
    const job: Job = {
      id: jobs.length + 1,
      jobs: whole ? 'workflow_jobs' : 'jobs',
      template,
      status: 'pending',
      extraVars: Object.keys(variables).length > 0 ? JSON.stringify(variables) : template.extraVars,
      variables,
      limit: '',
      labels: [],
      launchType: 'manual',
      created: now().toISOString(),
      started: null,
      finished: null,
      artifacts: {},
      hosts: null,
      explanation: '',
      stdout: '',
      eventsSaved: true,
      ...fields,
    }
    jobs.push(job)
    return job
  }

  const create: Parameters<typeof createRoutes>[0]['create'] = (template, fields) => {
    const job = make(template, fields)
    execution.start(job)
    // The parts of a sliced job bear the variables of the whole. CONTRACTS 2 (Launch)
    for (let slice = 0; template.slices > 1 && slice < template.slices; slice++)
      make(template, { ...fields, jobs: 'jobs', launchType: 'workflow', status: 'waiting' })
    return job
  }

  const authorizations = [`Bearer ${AWX_TOKEN}`, `Basic ${Buffer.from(AWX_USER.join(':')).toString('base64')}`]
  const handler = createRoutes({ base, authorizations, templates, jobs, labels, execution, create })
  const server = await serve({ ...options, handler })
  return {
    ...server,
    effects,
    jobs,
    labels,
    plant: make,
    amend(id, fields) {
      const job = jobs.find((each) => each.id === id)
      if (!job) throw new Error(`no job ${id}`)
      Object.assign(job, fields)
    },
    idle: execution.idle,
    async stop() {
      execution.abandon()
      await server.stop()
      await execution.idle()
    },
  }
}
