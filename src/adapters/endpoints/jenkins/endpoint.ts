// Owns Jenkins as an endpoint: launch with the key as a parameter, follow queue item and build, find by key, cancel (CONTRACTS §3).
import type { PlannedRequest } from '../../../core/plan.ts'
import type { Endpoint, Launch } from '../../../ports/endpoint.ts'
import { isPortError, PortError } from '../../../ports/errors.ts'
import { portErrorOf, type WireResponse } from '../../wire/http.ts'
import { retried } from '../../wire/retry.ts'
import { baseUrl, lastLook, type System, timeLeft } from '../system.ts'
import { canceller } from './cancel.ts'
import { follower } from './follow.ts'
import { type Job, jobOf, parametersOf } from './job.ts'
import { type Handle, handleOf, handleText, refusalOf } from './parameters.ts'
import { poster } from './post.ts'
import { jobFrom, tree } from './schema.ts'
import { search } from './search.ts'
import { stopping } from './stop.ts'

/** Jenkins starts a second build for the same key, so a request is never repeated: it is looked up by its key. */
export function jenkins(system: System): Endpoint {
  const { base, timeoutMs } = system.settings
  const reads = retried(system.wire, { withinMs: timeoutMs })
  const look = { reads, clock: system.clock }
  const post = poster(system)
  const stop = stopping(system, post)
  const follow = follower(look, base, stop)
  const cancel = canceller(look, stop)

  /** Read-only, so that a job that would not take the request as it is gets nothing at all. */
  const lookFirst = async (job: Job, launch: Launch, sent: ReadonlyMap<string, string>): Promise<void> => {
    const signal = AbortSignal.timeout(timeLeft(system, launch))
    const url = `${job.url}/api/json`
    const response = await reads.send({ method: 'GET', url, query: { tree: tree.definitions }, signal })
    if (response.status !== 200) throw refusedWith(response, `reading the job of ${launch.request.do}`, false)
    const why = refusalOf(job, sent, jobFrom(response).property)
    if (why !== undefined) throw new PortError('malformed', `${launch.request.do} was not sent: ${why}`)
  }

  return {
    idempotent: false,
    describe: (request) => `POST ${described(request, base)} ${JSON.stringify(request.with)}`,
    async launch(launch) {
      const { request, key } = launch
      const job = jobOf(request, base)
      const sent = parametersOf(request, job, key)
      await lookFirst(job, launch, sent)
      const response = await post(job.root, {
        url: urlToLaunch(request, base),
        form: Object.fromEntries(sent),
        timeoutMs: () => lastLook(system, launch),
      })
      const handle = acceptedItem(response, request, key)
      // Started for sure by now: what the first look at it cannot tell, the following will.
      return follow.progress(request, handle).catch((error: unknown) => {
        if (!isPortError(error)) throw error
        return { state: 'running', handle: handleText(handle) }
      })
    },
    progress: async (request, handle) => follow.progress(request, handleOf(handle)),
    async find(request, key) {
      const found = await search(look, jobOf(request, base), key)
      return found && follow.ofFound(request, key, found)
    },
    cancel: async (request, handle) => cancel(jobOf(request, base), handleOf(handle)),
  }
}

/** The quiet period is left as it is: within it a wrong item can still be cancelled. */
const urlToLaunch = (request: PlannedRequest, base: string | null): string =>
  `${jobOf(request, base).url}/buildWithParameters`

/** A request that names no job is still described. */
function described(request: PlannedRequest, base: string | null): string {
  try {
    return urlToLaunch(request, base)
  } catch {
    return `${baseUrl(request.url, base)} (no job)`
  }
}

/**
 * The id alone is taken from the Location: its host may be wrong behind a proxy. A 303 means that the same item was
 * queued already; with this key it can only be runbot's own, which the search by key finds (CONTRACTS §3).
 */
function acceptedItem(response: WireResponse, request: PlannedRequest, key: string): Handle {
  const { status, headers } = response
  if (status !== 201) throw refusedWith(response, `launching ${request.do}`, true)
  const id = /\/queue\/item\/(\d{1,15})\/?$/.exec(headers['location'] ?? '')?.[1]
  if (id !== undefined) return { of: 'queue', id: Number(id), key }
  const message = `launching ${request.do}: Jenkins does not say which queue item it is`
  throw new PortError('malformed', message, { mayHaveHappened: true })
}

/** Jenkins' error pages are HTML, so what they mean is said here (CONTRACTS §3). */
const meanings: Readonly<Record<number, string>> = {
  400: 'the job takes no parameters',
  401: 'the user or its API token is wrong',
  403: 'its user lacks the permission Job/Build',
  404: 'there is no such job, or its user may not read it',
  405: 'Jenkins wants another method here',
  409: 'the job is disabled, or cannot be built',
}

function refusedWith(response: WireResponse, what: string, mutating: boolean): PortError {
  const { kind, message, mayHaveHappened, retryAfterMs } = portErrorOf(response, what, { mutating })
  const meaning = meanings[response.status]
  return new PortError(kind, meaning ? `${message}: ${meaning}` : message, { mayHaveHappened, retryAfterMs })
}
