// Owns the jobs of the sandbox AWX: their record, how lists and details show them, and executing them. CONTRACTS 2
import { setTimeout as sleep } from 'node:timers/promises'
import { contextOf, type Template } from './templates.ts'

export type Label = { id: number; name: string; organization: number }

export type Job = {
  id: number
  jobs: 'jobs' | 'workflow_jobs'
  template: Template
  /** Open, so that tests can invent unknown ones. */
  status: string
  /** As stored: a JSON string, or the template's own text. */
  extraVars: string
  variables: Record<string, unknown>
  limit: string
  labels: Label[]
  launchType: string
  created: string
  started: string | null
  finished: string | null
  artifacts: unknown
  hosts: Record<string, number> | null
  explanation: string
  stdout: string
  eventsSaved: boolean
}

/** One real execution, counted when it begins. */
export type Effect = { template: string; job: number; variables: Record<string, unknown>; limit: string }

export const isTerminal = ({ status }: Job): boolean => /^(successful|failed|error|canceled)$/.test(status)

/** Lists show extra_vars, and the first ten labels; only details show artifacts, host counts and whether events are saved. */
export const rowOf = (job: Job): Record<string, unknown> => ({
  id: job.id,
  type: job.jobs === 'jobs' ? 'job' : 'workflow_job',
  url: `/api/v2/${job.jobs}/${job.id}/`,
  name: job.template.name,
  ...(job.template.kind === 'job_templates'
    ? {
        job_template: job.template.id,
        ...(job.jobs === 'jobs' ? {} : { workflow_job_template: null, is_sliced_job: true }),
      }
    : { job_template: null, workflow_job_template: job.template.id }),
  status: job.status,
  failed: /^(failed|error|canceled)$/.test(job.status),
  launch_type: job.launchType,
  extra_vars: job.extraVars,
  limit: job.limit,
  created: job.created,
  started: job.started,
  finished: job.finished,
  summary_fields: {
    labels: { count: job.labels.length, results: job.labels.slice(0, 10).map(({ id, name }) => ({ id, name })) },
  },
})

export const detailOf = (job: Job): Record<string, unknown> => ({
  ...rowOf(job),
  job_explanation: job.explanation,
  result_traceback: '',
  ...(job.jobs === 'jobs'
    ? {
        artifacts: job.artifacts,
        host_status_counts: job.hosts,
        event_processing_finished: isTerminal(job) && job.eventsSaved,
      }
    : {}),
})

export const createExecution = (effects: Effect[], now: () => Date) => {
  const cancels = new Map<number, AbortController>()
  const underWay = new Set<Promise<void>>()
  let abandoned = false

  const perform = async (job: Job, signal: AbortSignal): Promise<void> => {
    await sleep(1, undefined, { signal })
    Object.assign(job, { status: 'running', started: now().toISOString() })
    effects.push({ template: job.template.name, job: job.id, variables: job.variables, limit: job.limit })
    const { status = 'successful', ...told } = await job.template.play(job.variables, contextOf(job.limit, signal))
    const { artifacts = {}, hosts = { ok: 1 }, explanation = '', stdout = 'PLAY RECAP\n' } = told
    Object.assign(job, { artifacts, hosts, explanation, stdout, status })
  }

  return {
    start(job: Job): void {
      const cancel = new AbortController()
      cancels.set(job.id, cancel)
      const execution = perform(job, cancel.signal)
        .catch((error: unknown) => {
          if (cancel.signal.aborted) job.status = 'canceled'
          else Object.assign(job, { status: 'error', explanation: String(error) })
        })
        .finally(() => {
          if (!abandoned) job.finished = now().toISOString()
          underWay.delete(execution)
        })
      underWay.add(execution)
    },
    cancel: (job: Job): void => cancels.get(job.id)?.abort(),
    async idle(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay)
    },
    abandon(): void {
      abandoned = true
      for (const cancel of cancels.values()) cancel.abort()
    },
  }
}

export type Execution = ReturnType<typeof createExecution>
