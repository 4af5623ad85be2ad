// Owns Jenkins' addresses: jobs, builds, the queue, logs, cancelling and stopping. CONTRACTS 3
import type { Answer, Call, Handler } from '../server.ts'
import { createLaunch, type LaunchOptions } from './launch.ts'
import type { Job } from './model.ts'
import { type AuthOptions, issueCrumb, page, refusedBy } from './pages.ts'
import { buildView, itemView, jobView } from './views.ts'

export type RouteOptions = LaunchOptions & {
  auth: AuthOptions
  jobs: Job[]
  /** Whether the user may cancel and stop. */
  mayCancel: () => boolean
  /** How many characters a piece of the log has. */
  pieceOfLog: () => number
}

export const createRoutes = (options: RouteOptions): Handler => {
  const { auth, jobs, life, mayCancel, pieceOfLog, definitions } = options
  const launch = createLaunch(options)

  const queue = (call: Call, [, what, id]: string[]): Answer => {
    if (what === 'api') {
      const waiting = life.items.filter(({ state }) => state === 'waiting')
      return { status: 200, body: { items: waiting.map(itemView) } }
    }
    const item = life.items.find((each) => String(each.id) === (id ?? call.query.id))
    if (!item) return page(404, 'Not Found')
    if (what === 'item') return { status: 200, body: itemView(item) }
    if (what !== 'cancelItem' || call.method !== 'POST') return page(405, 'Method Not Allowed')
    if (!mayCancel()) return page(422, 'Unprocessable')
    // It left the queue and is still remembered.
    if (item.state === 'left') return page(500, 'Oops!')
    life.cancel(item)
    return { status: 204 }
  }

  /** A redirect, whether or not anything was running. */
  const stop = (call: Call, job: Job, number: string): Answer => {
    if (!mayCancel()) return page(403, 'Access Denied')
    const build = job.builds.find((each) => String(each.number) === number)
    if (call.method === 'POST' && build) life.end(build, 'ABORTED')
    return { status: 302, headers: { location: '.' } }
  }

  /** X-Text-Size is the next start, in bytes of the raw file; absent X-More-Data means complete. */
  const log = ({ query }: Call, text: string): Answer => {
    const raw = Buffer.from(text)
    const asked = Number(query.start ?? 0)
    const start = asked > raw.length ? 0 : asked
    const end = Math.min(raw.length, start + pieceOfLog())
    const more: Record<string, string> = end < raw.length ? { 'x-more-data': 'true' } : {}
    const headers = { 'content-type': 'text/plain;charset=utf-8', 'x-text-size': String(end), ...more }
    // Line ends are normalised on the way, so that the body is longer than the raw piece.
    return { status: 200, headers, body: raw.subarray(start, end).toString('utf8').replaceAll('\n', '\r\n') }
  }

  const ofJob = (call: Call, job: Job, [what = '', part, ...rest]: string[]): Answer => {
    if (what === 'buildWithParameters') return launch(call, job)
    if (what === 'api') return { status: 200, body: jobView(job, call.query.tree ?? '', definitions(job)) }
    if (part === 'stop') return stop(call, job, what)
    const build = job.builds.find(({ number }) => String(number) === what)
    if (!build) return page(404, 'Not Found')
    if (part === 'api') return { status: 200, body: buildView(build) }
    if (part === 'logText' && rest[0] === 'progressiveText') return log(call, build.log)
    return page(404, 'Not Found')
  }

  return (call) => {
    const refused = refusedBy(auth, call)
    if (refused) return refused
    if (call.path === '/crumbIssuer/api/json') return issueCrumb()
    if (call.segments[0] === 'queue') return queue(call, call.segments)
    const names: string[] = []
    let rest = call.segments
    while (rest[0] === 'job' && rest[1] !== undefined) {
      names.push(rest[1])
      rest = rest.slice(2)
    }
    const job = jobs.find(({ name }) => name === names.join('/'))
    return job ? ofJob(call, job, rest) : page(404, 'Not Found')
  }
}
