// Owns the sandbox Rundeck: its jobs are functions, and it counts what they really did. CONTRACTS 4
import { createExecutions, type Executions, type Job } from './rundeck/executions.ts'
import { createRoutes } from './rundeck/routes.ts'
import { type ServeOptions, type Server, serve } from './server.ts'

export type RundeckOptions = Omit<ServeOptions, 'handler'> & {
  jobs: Job[]
  /** The newest version of the API that it speaks; 59 unless told. */
  version?: number
  /** The most lines of output in one answer. */
  pageLines?: number
}

export type Rundeck = Server & Pick<Executions, 'executions' | 'effects' | 'add' | 'idle'>

export const RUNDECK_TOKEN = 'rundeck-token'

export const jobOf = (fields: Partial<Job>): Job => ({
  id: '2b3c4d5e-0000-4000-8000-00000000abcd',
  name: 'recycle pool',
  project: 'web',
  options: [{ name: 'runbot_key' }, { name: 'pool' }],
  retries: 0,
  enabled: true,
  limit: 0,
  script: (_options, { log }) => log('recycled'),
  ...fields,
})

export const startRundeck = async (options: RundeckOptions): Promise<Rundeck> => {
  const { jobs, version = 59, pageLines = 500, now = () => new Date() } = options
  const state = createExecutions(now)
  const handler = createRoutes({ tokens: [RUNDECK_TOKEN], version, jobs, state, pageLines })
  const server = await serve({ ...options, handler })
  const { executions, effects, add, idle } = state
  return {
    ...server,
    executions,
    effects,
    add,
    idle,
    async stop() {
      state.abandon()
      await server.stop()
      await idle()
    },
  }
}
