// Owns Azure Automation as an endpoint: a job whose name is made of the key, followed to its end (CONTRACTS §5).
import type { TokenCredential } from '@azure/identity'
import type { PlannedRequest } from '../../../core/plan.ts'
import type { Endpoint, Progress } from '../../../ports/endpoint.ts'
import { isPortError, PortError } from '../../../ports/errors.ts'
import type { WireRequest, WireResponse } from '../../wire/http.ts'
import { retryAfterOf } from '../../wire/response.ts'
import { isPage } from '../page.ts'
import { baseUrl, type System, timeLeft } from '../system.ts'
import { arm, refusalOf, version } from './arm.ts'
import { askedOf, bodyOf, differenceOf, jobsUrl } from './job.ts'
import { jobNameOf, jobNamePattern } from './job-name.ts'
import { errorFrom, type Job, jobFrom, listFrom } from './schema.ts'
import { hasEnded, isStopping, progressOf } from './status.ts'

/**
 * The same key makes no second job, so it may be sent again: the second is a 409. `result` is `{status, output}`.
 * `credential` stands in for the machine's own identity.
 */
export function azureAutomation(system: System, credential?: TokenCredential): Endpoint {
  const { base } = system.settings
  const { once, launch: sendLaunch, reads } = arm(system, credential)
  const urlOf = (request: PlannedRequest, name: string) => {
    if (!jobNamePattern.test(name)) throw new PortError('malformed', 'this handle is not the name of a job')
    return `${jobsUrl(request, base)}/${name}`
  }
  const ask = (url: string) => reads.send({ method: 'GET', url, query: version })
  const read = async (request: PlannedRequest, name: string): Promise<{ job: Job; response: WireResponse }> => {
    const response = await ask(urlOf(request, name))
    if (response.status !== 200) throw refusalOf(response, `reading ${request.do}`)
    return { job: mine(jobFrom(response), name), response }
  }
  const follow = async (request: PlannedRequest, name: string, response: WireResponse): Promise<Progress> =>
    progressOf(reads, urlOf(request, name), mine(jobFrom(response), name), retryAfterOf(response))

  const find = async (request: PlannedRequest, key: string): Promise<Progress | undefined> => {
    const name = jobNameOf(key)
    const response = await ask(urlOf(request, name))
    if (response.status === 200) return follow(request, name, asAsked(response, request))
    const error = refusalOf(response, `looking up ${request.do}`)
    // "Not found" may also be said of the account, the resource group or the subscription.
    if (response.status !== 404 || !/NotFound$/i.test(errorFrom(response)?.code ?? '')) throw error
    const jobs = await ask(jobsUrl(request, base))
    if (jobs.status !== 200) throw refusalOf(jobs, `looking up ${request.do}`)
    listFrom(jobs)
    return undefined
  }

  return {
    idempotent: true,
    describe(request) {
      const { runbook, runOn } = request.detail
      const on = runOn ? ` on ${String(runOn)}` : ''
      return `PUT ${baseUrl(request.url, base)}/jobs ${String(runbook)}${on} ${JSON.stringify(request.with)}`
    },
    async launch(launch) {
      const { request, key } = launch
      const name = jobNameOf(key)
      const sent: WireRequest = {
        method: 'PUT',
        url: urlOf(request, name),
        query: version,
        json: bodyOf(askedOf(request)),
        // The token's time counts too: nothing leaves after the deadline.
        signal: AbortSignal.timeout(timeLeft(system, launch)),
      }
      const response = await sendLaunch(sent, launch.mayLeave)
      if (response.status === 409) return knownAlready(response, request, () => find(request, key))
      if (response.status !== 201) throw refusalOf(response, `launching ${request.do}`, { mutating: true })
      return accepted(response, request, name)
    },
    async progress(request, handle) {
      const { job, response } = await read(request, handle)
      return progressOf(reads, urlOf(request, handle), job, retryAfterOf(response))
    },
    find,
    async cancel(request, handle) {
      const response = await once.send({ method: 'POST', url: `${urlOf(request, handle)}/stop`, query: version })
      const { status } = response
      if (status >= 200 && status < 300 && !isPage(response)) return
      const refusal = refusalOf(response, `cancelling ${request.do}`, { mutating: true })
      if (status !== 400 && status !== 404 && status !== 409) throw refusal
      // What has ended or is stopping already cannot be stopped once more: only a look tells.
      const { job } = await read(request, handle)
      if (!hasEnded(job) && !isStopping(job)) throw refusal
    },
  }
}

/** Azure's names have no case. */
function mine(job: Job, name: string): Job {
  if (job.name.toLowerCase() === name) return job
  throw new PortError('malformed', 'Azure Automation answered another job')
}

/** A job of this name that is not what was asked for is nobody's that runbot knows. */
function asAsked(response: WireResponse, request: PlannedRequest): WireResponse {
  const difference = differenceOf(jobFrom(response), askedOf(request))
  if (difference === undefined) return response
  throw new PortError('conflict', `${request.do}: a job of this name is there, but ${difference}`)
}

/** The name is taken: by the first request with this key, unless the job proves otherwise. */
async function knownAlready(
  response: WireResponse,
  request: PlannedRequest,
  find: () => Promise<Progress | undefined>,
): Promise<Progress> {
  const open = ({ kind, message, retryAfterMs }: PortError) =>
    new PortError(kind, message, { retryAfterMs, mayHaveHappened: true })
  const found = await find().catch((error: unknown) => {
    throw isPortError(error) ? open(error) : error
  })
  if (found) return found
  throw open(refusalOf(response, `launching ${request.do}`))
}

/** A success that cannot be read, or that speaks of another job, leaves the outcome unknown (DESIGN §9). */
function accepted(response: WireResponse, request: PlannedRequest, name: string): Progress {
  try {
    mine(jobFrom(asAsked(response, request)), name)
  } catch (error) {
    if (!isPortError(error)) throw error
    throw new PortError(error.kind, error.message, { mayHaveHappened: true })
  }
  const retryAfterMs = retryAfterOf(response)
  return { state: 'running', handle: name, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}
