// Owns the resources of the sandbox Rundeck. CONTRACTS 4
import { type Answer, type Call, type Handler, objectOf } from '../server.ts'
import { type Execution, type Executions, type Job, shown } from './executions.ts'

export type RouteOptions = { tokens: string[]; version: number; jobs: Job[]; state: Executions; pageLines: number }

/** `apiversion` is the server's own. CONTRACTS 4 (Errors) */
export const problem = (status: number, errorCode: string, message: string): Answer => ({
  status,
  body: { error: true, apiversion: 59, errorCode, message },
})

const gone = (what: string): Answer => problem(404, 'api.error.item.doesnotexist', `${what} does not exist`)

export const createRoutes = ({ tokens, version, jobs, state, pageLines }: RouteOptions): Handler => {
  const { executions } = state

  const run = (call: Call, job: Job): Answer => {
    const given = (objectOf(call)?.['options'] ?? {}) as Record<string, unknown>
    // What is neither text nor a list of texts is dropped without a word.
    const options = Object.fromEntries(
      Object.entries(given).flatMap(([name, value]) =>
        typeof value === 'string' ? [[name, value]] : Array.isArray(value) ? [[name, value.join(',')]] : [],
      ),
    )
    const missing = job.options.find(({ name, required }) => required && !(name in options))
    if (!job.enabled) return problem(400, 'api.error.job.disabled', 'Execution is disabled for this job')
    if (missing) return problem(400, 'api.error.job.options-invalid', `Option '${missing.name}' is required.`)
    const running = executions.filter((each) => each.job === job && each.status === 'running').length
    if (job.limit > 0 && running >= job.limit)
      return problem(409, 'api.error.execution.conflict', `Execution limit reached: Job ${job.id} is running`)
    for (const { name, secure } of job.options) if (secure) delete options[name]
    return { status: 200, body: shown(state.start(state.add(job, { options }))) }
  }

  const jobRoute = (call: Call, job: Job, part: string | undefined): Answer => {
    if (part === 'run' || (part === 'executions' && call.method === 'POST')) return run(call, job)
    if (part === 'executions')
      return list(
        call,
        executions.filter((each) => each.job === job),
      )
    if (part === 'info') return { status: 200, body: { id: job.id, name: job.name, group: '', project: job.project } }
    if (part !== undefined) return gone('That')
    // From version 44 on as JSON, in a list of one.
    if (version < 44) return problem(415, 'api.error.item.unsupported-format', 'The format is not supported: json')
    return { status: 200, body: [{ id: job.id, name: job.name, options: job.options }] }
  }

  /** Always 200. CONTRACTS 4 (Abort) */
  const abort = (execution: Execution): Answer => {
    const reply = (status: string, reason?: string): Answer => ({
      status: 200,
      body: {
        abort: { status, ...(reason ? { reason } : {}) },
        execution: { id: String(execution.id), status: execution.status, href: '' },
      },
    })
    if (execution.ended) return reply('failed', 'Job is not running')
    if (execution.elsewhere) return reply('failed', 'Execution is running on a different cluster server')
    // It still reads running until the worker stops.
    state.abort(execution)
    return reply('pending')
  }

  const executionRoute = (call: Call, execution: Execution, part: string | undefined): Answer => {
    if (part === 'abort') return abort(execution)
    if (part === 'output') return output(call, execution, pageLines)
    return part === undefined ? { status: 200, body: shown(execution) } : gone('That')
  }

  return (call: Call): Answer => {
    const [api, asked, resource, id, part, more] = call.segments
    if (api !== 'api') return gone('That')
    if (!tokens.includes(String(call.headers['x-rundeck-auth-token'])))
      return problem(403, 'unauthorized', '(unauthenticated) is not authorized for: this')
    if (Number(asked) < 14 || Number(asked) > version)
      return problem(400, 'api.error.api-version.unsupported', `Unsupported API Version "${asked}"`)
    if (resource === 'project' && part === 'executions' && more === 'running')
      return running(call, executions, id ?? '')
    if (resource === 'job') {
      const job = jobs.find((each) => each.id === id)
      return job ? jobRoute(call, job, part) : gone(`Job ID ${id}`)
    }
    const execution = executions.find((each) => String(each.id) === id)
    return resource === 'execution' && execution ? executionRoute(call, execution, part) : gone(`Execution ID ${id}`)
  }
}

/** Only what runs, by default not what is queued or scheduled; without any …Filter only the last hour. CONTRACTS 4 (Correlate) */
const running = (call: Call, executions: Execution[], project: string): Answer => {
  const { jobIdFilter, includePostponed } = call.query
  const wanted = includePostponed ? ['running', 'queued', 'scheduled'] : ['running']
  const filtered = Object.keys(call.query).some((name) => name.endsWith('Filter'))
  const recent = Date.now() - 3_600_000
  return list(
    call,
    executions.filter(
      (each) =>
        each.job.project === project &&
        wanted.includes(each.status) &&
        (!jobIdFilter || each.job.id === jobIdFilter) &&
        (filtered || each.started.getTime() > recent),
    ),
  )
}

/** The newest first, 20 unless told. */
const list = ({ query }: Call, executions: Execution[]): Answer => {
  const offset = Number(query['offset'] ?? 0)
  const max = Number(query['max'] ?? 20)
  const found = executions.toReversed().slice(offset, offset + max)
  const paging = { count: found.length, total: executions.length, offset, max }
  return { status: 200, body: { paging, executions: found.map(shown) } }
}

/** Offsets are text and opaque; `completed` is about the log, `execCompleted` about the run. CONTRACTS 4 (Output) */
const output = ({ query }: Call, { id, log, ended, status }: Execution, pageLines: number): Answer => {
  const from = Number(Buffer.from(query['offset'] === '0' ? '' : (query['offset'] ?? ''), 'base64url').toString() || 0)
  const to = Math.min(log.length, from + Math.min(pageLines, Number(query['maxlines'] ?? pageLines)))
  const entries = log.slice(from, to).map((text) => ({
    time: '12:00:00',
    absolute_time: '2026-08-01T12:00:00Z',
    level: 'NORMAL',
    log: text,
    user: 'runbot',
    node: 'localhost',
    stepctx: '1',
  }))
  return {
    status: 200,
    body: {
      id: String(id),
      offset: to === 0 ? '0' : Buffer.from(String(to)).toString('base64url'),
      lastModified: '1000',
      completed: ended !== null && to === log.length,
      execCompleted: ended !== null,
      execState: status,
      entries,
    },
  }
}
