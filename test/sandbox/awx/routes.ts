// Owns the resources of the sandbox AWX, slashes and names included. CONTRACTS 2
import { type Answer, type Call, type Handler, objectOf } from '../server.ts'
import { detailOf, type Execution, isTerminal, type Job, rowOf } from './jobs.ts'
import { type Launching, launch, promptsOf } from './launch.ts'
import { jobFields, labelFields, list } from './lists.ts'
import { type Template, templateAt } from './templates.ts'

export type RouteOptions = Launching & {
  base: string
  authorizations: string[]
  templates: Template[]
  jobs: Job[]
  execution: Execution
}

/** Over this the normal formats answer a sentence. CONTRACTS 2 (Logs) */
const DISPLAY_BYTES = 1024 * 1024

const notFound: Answer = { status: 404, body: { detail: 'Not found.' } }
const notAllowed = ({ method }: Call): Answer => ({ status: 405, body: { detail: `Method "${method}" not allowed.` } })

export const createRoutes = (options: RouteOptions): Handler => {
  const { base, authorizations, templates, jobs, labels, execution } = options

  const template = (call: Call, kind: string, text: string, part: string | undefined): Answer => {
    const found = templateAt(templates, kind, text)
    if (!found) return notFound
    // CONTRACTS 2 (Named URL): 403 is reported as 404.
    if (found.forbidden) {
      const denied = { status: 403, body: { detail: 'You do not have permission to perform this action.' } }
      return /^\d+$/.test(text) ? denied : notFound
    }
    if (part === 'launch') return call.method === 'POST' ? launch(call, found, options) : promptsOf(found)
    if (part === 'survey_spec') return { status: 200, body: { name: '', description: '', spec: found.survey ?? [] } }
    const { id, name, organization, limit } = found
    return part === undefined
      ? { status: 200, body: { id, name, organization: organization?.id ?? null, limit } }
      : notFound
  }

  const one = (call: Call, job: Job, part: string | undefined): Answer => {
    if (part === undefined) return { status: 200, body: detailOf(job) }
    if (part === 'stdout' && job.jobs === 'jobs') return stdout(call, job)
    if (part !== 'cancel') return notFound
    if (call.method === 'GET') return { status: 200, body: { can_cancel: !isTerminal(job) } }
    if (isTerminal(job)) return notAllowed(call)
    execution.cancel(job)
    return { status: 202 }
  }

  const label = (call: Call): Answer => {
    if (call.method === 'GET') return list(call, labels, labelFields)
    const { name, organization } = (objectOf(call) ?? {}) as { name: string; organization: number }
    if (labels.some((each) => each.name === name && each.organization === organization))
      return { status: 400, body: { __all__: ['Label with this Name and Organization already exists.'] } }
    const made = { id: labels.length + 1, name, organization }
    labels.push(made)
    return { status: 201, body: made }
  }

  return (call: Call): Answer => {
    // The path is decoded as a whole before it is split, as WSGI does.
    const path = decodeURIComponent(call.path)
    if (!path.startsWith(base)) return notFound
    const [resource = '', text, part, ...rest] = path.slice(base.length).split('/').filter(Boolean)
    const named = resource.endsWith('templates') && text !== undefined && !/^\d+$/.test(text)
    // CONTRACTS 2 (Trailing slash always): a named path is rewritten with its slash, any other is redirected.
    if (!path.endsWith('/') && !named) return { status: 301, headers: { location: `${call.path}/` } }
    if (!authorizations.includes(call.headers.authorization ?? '')) {
      const detail = 'Authentication credentials were not provided. To establish a login session, visit /api/login/.'
      return {
        status: 401,
        headers: { 'www-authenticate': 'Bearer realm=api authorization_url=/api/o/authorize/' },
        body: { detail },
      }
    }
    if (rest.length > 0) return notFound
    if (resource === 'labels' && text === undefined) return label(call)
    if (resource.endsWith('templates')) return template(call, resource, text ?? '', part)
    if (resource !== 'jobs' && resource !== 'workflow_jobs') return notFound
    const all = jobs.filter((job) => job.jobs === resource)
    if (text === undefined) return list(call, all.map(rowOf), jobFields)
    const job = all.find(({ id }) => String(id) === text)
    return job ? one(call, job, part) : notFound
  }
}

/** CONTRACTS 2 (Logs). The format chooses the renderer, which must still be among what is accepted. */
const stdout = ({ query, headers }: Call, { stdout: text }: Job): Answer => {
  if (!/text\/plain|\*\/\*/.test(headers.accept ?? '*/*'))
    return { status: 406, body: { detail: 'Could not satisfy the request Accept header.' } }
  const plain = { 'content-type': 'text/plain; charset=utf-8' }
  const size = Buffer.byteLength(text)
  if (query['format'] === 'txt_download' || size <= DISPLAY_BYTES) return { status: 200, headers: plain, body: text }
  const body = `Standard Output too large to display (${size} bytes), only download supported for sizes over ${DISPLAY_BYTES} bytes.`
  return { status: 200, headers: plain, body }
}
