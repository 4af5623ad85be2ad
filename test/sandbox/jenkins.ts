// Owns the sandbox Jenkins: jobs that run for a moment, a queue, and a count of what really ran. CONTRACTS 3
import { createLife, type LifeOptions } from './jenkins/life.ts'
import type { JenkinsEffect, Job, JobOptions, ParameterDefinition } from './jenkins/model.ts'
import type { AuthOptions } from './jenkins/pages.ts'
import { createRoutes } from './jenkins/routes.ts'
import { type ServeOptions, type Server, serve } from './server.ts'

export type JenkinsOptions = Omit<ServeOptions, 'handler'> &
  Partial<Pick<LifeOptions, 'quietMs' | 'durationMs'>> & {
    jobs: Record<string, JobOptions>
  }

export type Jenkins = Server &
  Pick<
    ReturnType<typeof createLife>,
    'items' | 'leave' | 'begin' | 'end' | 'enqueue' | 'cancel' | 'forget' | 'idle'
  > & {
    /** Every build that began. */
    effects: JenkinsEffect[]
    job: (name: string) => Job
    /** From the next launch on the job has other parameters than it told before. */
    redeclare: (name: string, parameters: ParameterDefinition[]) => void
    set: (behaviour: Partial<Behaviour>) => void
  }

/** `mergesWith`: 303 since mid-2021, before 201 (CONTRACTS 3). */
type Behaviour = { mergesWith: 201 | 303; vetoes: boolean; mayCancel: boolean; pieceOfLog: number }

export const JENKINS_USER: AuthOptions = {
  user: 'runbot',
  token: '11aa22bb33cc44dd55ee66ff',
  password: 'hunter2-hunter2',
}

export const startJenkins = async (options: JenkinsOptions): Promise<Jenkins> => {
  const effects: JenkinsEffect[] = []
  const jobs = Object.entries(options.jobs).map(
    ([name, job]): Job => ({ ...job, name, builds: [], nextBuildNumber: 1 }),
  )
  const behaviour: Behaviour = { mergesWith: 303, vetoes: false, mayCancel: true, pieceOfLog: Number.POSITIVE_INFINITY }
  const redeclared = new Map<Job, ParameterDefinition[]>()
  const life = createLife({ effects, quietMs: options.quietMs, durationMs: options.durationMs })
  const handler = createRoutes({
    auth: JENKINS_USER,
    jobs,
    life,
    vetoes: () => behaviour.vetoes,
    mergesWith: () => behaviour.mergesWith,
    mayCancel: () => behaviour.mayCancel,
    pieceOfLog: () => behaviour.pieceOfLog,
    definitions: (job) => job.parameters,
  })
  /** A job that changes between the look at it and the launch. */
  const changing = (call: Parameters<typeof handler>[0]) => {
    if (call.method === 'POST') for (const [job, parameters] of redeclared) job.parameters = parameters
    return handler(call)
  }
  const server = await serve({ ...options, handler: changing })
  const jobNamed = (name: string): Job => {
    const job = jobs.find((each) => each.name === name)
    if (!job) throw new Error(`no job ${name}`)
    return job
  }
  return {
    ...server,
    ...life,
    effects,
    job: jobNamed,
    redeclare: (name, parameters) => void redeclared.set(jobNamed(name), parameters),
    set: (fields) => void Object.assign(behaviour, fields),
    async stop() {
      life.abandon()
      await server.stop()
      await life.idle()
    },
  }
}
