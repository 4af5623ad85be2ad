// Owns the executions of the sandbox Rundeck: jobs as functions, retries, aborts, and how the API shows them. CONTRACTS 4
import { setTimeout as sleep } from 'node:timers/promises'

export type Script = (
  options: Record<string, string>,
  context: {
    log: (text: string) => void
    attempt: number
    signal: AbortSignal
    /** Waits; throws when the execution is aborted meanwhile. */
    sleep: (ms: number) => Promise<void>
  },
) => unknown

export type Job = {
  id: string
  name: string
  project: string
  options: { name: string; required?: boolean; secure?: boolean }[]
  /** How often a failed execution is tried again, by another one. */
  retries: number
  enabled: boolean
  /** The running-execution limit; 0 is none. */
  limit: number
  script: Script
}

export type Execution = {
  id: number
  job: Job
  options: Record<string, string>
  /** Open, so that tests can invent unknown ones. */
  status: string
  customStatus?: string
  started: Date
  ended: Date | null
  abortedBy: string | null
  retryAttempt: number
  retriedExecution: Execution | null
  log: string[]
  /** Owned by another member of the cluster, which does not answer. */
  elsewhere: boolean
}

/** One real execution, counted when it begins. */
export type Effect = { job: string; execution: number; options: Record<string, string> }

const timeOf = (at: Date) => ({ unixtime: at.getTime(), date: at.toISOString() })

/** Absent fields are absent, not null. CONTRACTS 4 (Execution) */
export const shown = (execution: Execution): Record<string, unknown> => {
  const { id, status, customStatus, job, options, ended, abortedBy, retryAttempt, retriedExecution } = execution
  return {
    id,
    href: `/api/44/execution/${id}`,
    status,
    project: job.project,
    executionType: 'user',
    ...(customStatus ? { customStatus } : {}),
    user: 'runbot',
    'date-started': timeOf(execution.started),
    ...(ended ? { 'date-ended': timeOf(ended) } : {}),
    ...(abortedBy ? { abortedby: abortedBy } : {}),
    // Options come back from the argument string, and not at all where there are none; a secure one is never in it.
    job: {
      id: job.id,
      name: job.name,
      group: '',
      project: job.project,
      ...(Object.keys(options).length > 0 ? { options } : {}),
    },
    argstring:
      Object.entries(options)
        .flatMap(([name, value]) => [`-${name}`, value])
        .join(' ') || null,
    ...(status === 'failed' ? { failedNodes: ['localhost'] } : {}),
    ...(retryAttempt > 0 ? { retryAttempt } : {}),
    ...(retriedExecution ? { retriedExecution: { id: retriedExecution.id, status: retriedExecution.status } } : {}),
    jobDeleted: false,
  }
}

export const createExecutions = (now: () => Date) => {
  const executions: Execution[] = []
  const effects: Effect[] = []
  const aborts = new Map<number, AbortController>()
  const underWay = new Set<Promise<void>>()

  const add = (job: Job, fields: Partial<Execution>): Execution => {
    const execution: Execution = {
      id: executions.length + 1,
      job,
      options: {},
      status: 'running',
      started: now(),
      ended: null,
      abortedBy: null,
      retryAttempt: 0,
      retriedExecution: null,
      log: [],
      elsewhere: false,
      ...fields,
    }
    executions.push(execution)
    return execution
  }

  const perform = async (execution: Execution, signal: AbortSignal): Promise<string> => {
    const { job, options, retryAttempt: attempt } = execution
    const wait = async (ms: number) => await sleep(ms, undefined, { signal })
    try {
      await wait(1)
      effects.push({ job: job.id, execution: execution.id, options })
      await job.script(options, { log: (text) => void execution.log.push(text), attempt, signal, sleep: wait })
      return 'succeeded'
    } catch (error) {
      if (signal.aborted) return 'aborted'
      const { status = 'failed' } = error as { status?: string }
      return status
    }
  }

  const start = (execution: Execution): Execution => {
    const abort = new AbortController()
    aborts.set(execution.id, abort)
    const work = perform(execution, abort.signal).then((status) => {
      underWay.delete(work)
      Object.assign(execution, { status, ended: now() })
      if (status === 'aborted') execution.abortedBy = 'runbot'
      if (status !== 'failed' || execution.retryAttempt >= execution.job.retries) return
      const { job, options, retryAttempt } = execution
      execution.status = 'failed-with-retry'
      execution.retriedExecution = start(add(job, { options, retryAttempt: retryAttempt + 1 }))
    })
    underWay.add(work)
    return execution
  }

  return {
    executions,
    effects,
    add,
    start,
    abort: (execution: Execution): void => aborts.get(execution.id)?.abort(),
    async idle(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay)
    },
    abandon(): void {
      for (const abort of aborts.values()) abort.abort()
    },
  }
}

export type Executions = ReturnType<typeof createExecutions>
