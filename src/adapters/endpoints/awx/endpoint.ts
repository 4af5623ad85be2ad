// Owns AWX and the AAP controller: launch a template, follow the job, find it by its key, cancel it (CONTRACTS §2).
import type { PlannedRequest } from '../../../core/plan.ts'
import { isObject, type Json } from '../../../core/values.ts'
import type { Endpoint, Progress } from '../../../ports/endpoint.ts'
import { isPortError, PortError } from '../../../ports/errors.ts'
import type { WireResponse } from '../../wire/http.ts'
import { retryAfterOf } from '../../wire/response.ts'
import { retried } from '../../wire/retry.ts'
import { plainText } from '../../wire/text.ts'
import { lastLook, type System, timeLeft } from '../system.ts'
import { findJob } from './find.ts'
import { type Handle, handleOf, handleText } from './handle.ts'
import { labelFor } from './label.ts'
import { limitOf, operationOf, rootUrl, templateUrl, variablesOf } from './operation.ts'
import { endOf, hasEnded, underWay } from './outcome.ts'
import { refuseUnprompted } from './prompts.ts'
import { refusalOf } from './refusal.ts'
import { type Job, jobFrom, type Launched, launchedFrom } from './schema.ts'

/** Without these a job is not the one that was approved. */
const needed = ['extra_vars', 'limit', 'inventory'] as const
/** So long after a job has finished its events may still be on their way into the database. */
const settleMs = 20_000

/** A launch is not idempotent: a lost one is looked up by its key. `result` is `{status, artifacts, hosts}` (DESIGN §9). */
export function awx(system: System): Endpoint {
  const reads = retried(system.wire, { withinMs: system.settings.timeoutMs })
  const jobUrl = (request: PlannedRequest, { jobs, id }: Handle) => `${rootUrl(system, request)}/${jobs}/${id}/`

  const readJob = async (request: PlannedRequest, handle: Handle) => {
    const response = await reads.send({ method: 'GET', url: jobUrl(request, handle) })
    if (response.status !== 200) throw refusalOf(response, `reading ${request.do}`)
    const job = jobFrom(response)
    if (job.id !== handle.id) throw new PortError('malformed', 'AWX answered another job')
    return { job, response }
  }

  const cancel = async (request: PlannedRequest, handle: Handle): Promise<void> => {
    const response = await system.wire.send({ method: 'POST', url: `${jobUrl(request, handle)}cancel/` })
    if (response.status === 202) return
    const refused = refusalOf(response, `cancelling ${request.do}`, { mutating: true })
    // 405 is said of a job that has ended; whether it has, only the job tells.
    if (response.status !== 405 || !hasEnded((await readJob(request, handle)).job.status)) throw refused
  }

  /** A job that must not count is asked to cancel for as long as it runs; its status alone says whether it did. */
  const stillRunning = async (
    request: PlannedRequest,
    handle: Handle,
    retryAfterMs?: number,
    note?: string,
  ): Promise<Progress> => {
    if (handle.ignored.length > 0)
      await cancel(request, handle).catch((error: unknown) => {
        if (!isPortError(error)) throw error
      })
    return {
      state: 'running',
      handle: handleText(handle),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(note === undefined ? {} : { note }),
    }
  }

  return {
    idempotent: false,
    describe: (request) => described(system, request),
    async launch(launch) {
      const { request, key, target } = launch
      const operation = operationOf(request)
      const variables = variablesOf(operation, request, key)
      const limit = limitOf(operation, target, request.do)
      const signal = AbortSignal.timeout(timeLeft(system, launch))
      const url = templateUrl(system, request, operation)
      await refuseUnprompted(reads, url, { operation, brought: { variables, limit }, what: request.do, signal })
      const labels =
        operation.correlate === 'label'
          ? [await labelFor(reads, { root: rootUrl(system, request), template: url, name: key, signal })]
          : []
      const response = await system.wire.send({
        method: 'POST',
        url: `${url}launch/`,
        json: {
          ...(Object.keys(variables).length === 0 ? {} : { extra_vars: variables }),
          ...(limit === undefined ? {} : { limit }),
          ...(labels.length === 0 ? {} : { labels }),
        },
        timeoutMs: await lastLook(system, launch),
      })
      if (response.status !== 201)
        throw refusalOf(response, `launching ${request.do}`, { mutating: true, named: operation.named })
      return stillRunning(request, launchedHandle(response), retryAfterOf(response))
    },
    async progress(request, text) {
      const known = handleOf(text)
      const { job, response } = await readJob(request, known)
      const handle = withLimitHeld(known, request, job)
      if (underWay.has(job.status)) return stillRunning(request, handle, retryAfterOf(response))
      // A status that nobody knows is no end (CONTRACTS §2): it is followed, and shown.
      if (!hasEnded(job.status)) {
        const note = `AWX says "${plainText(job.status, 60)}", which is no end that runbot knows`
        return stillRunning(request, handle, retryAfterOf(response), note)
      }
      // Artifacts, host counts and the log come from events that are saved after the end.
      if (job.event_processing_finished === false && sinceFinished(system, response, job) < settleMs)
        return { state: 'running', handle: handleText(handle) }
      return endOf(reads, jobUrl(request, handle), handle, job)
    },
    async find(request, key) {
      const found = await findJob(system, reads, request, key)
      return found && { state: 'running', handle: handleText(found) }
    },
    cancel: (request, text) => cancel(request, handleOf(text)),
  }
}

/** What AWX ignored stays in the handle, so that it is known after a crash, too. An answer that cannot be read leaves the outcome open. */
function launchedHandle(response: WireResponse): Handle {
  try {
    const launched = launchedFrom(response)
    const { job, workflow_job: workflow } = launched
    return {
      ...(workflow === undefined ? { jobs: 'jobs', id: job as number } : { jobs: 'workflow_jobs', id: workflow }),
      ignored: ignoredOf(launched),
    }
  } catch (error) {
    if (!isPortError(error)) throw error
    throw new PortError('malformed', error.message, { mayHaveHappened: true })
  }
}

const ignoredOf = ({ ignored_fields: fields }: Launched): string[] => needed.filter((name) => !isEmpty(fields[name]))

const isEmpty = (value: Json | undefined): boolean =>
  value === undefined || value === null || value === '' || (isObject(value) && Object.keys(value).length === 0)

/** A job found by its key was launched with a limit, or it runs on every host of its inventory. */
function withLimitHeld(handle: Handle, request: PlannedRequest, job: Job): Handle {
  const limited = operationOf(request).limit !== undefined
  const lost = limited && (job.limit === '' || job.limit === null)
  return lost && handle.ignored.length === 0 ? { ...handle, ignored: ['limit'] } : handle
}

/** By the clock of AWX, where its answer tells it. */
function sinceFinished({ clock }: System, response: WireResponse, { finished }: Job): number {
  const at = Date.parse(finished ?? '')
  const now = Date.parse(response.headers['date'] ?? '')
  return Number.isNaN(at) ? Number.POSITIVE_INFINITY : (Number.isNaN(now) ? clock.now() : now) - at
}

/** An operation that is not one of AWX is still described, as it is written. */
function described(system: System, request: PlannedRequest): string {
  const { limit } = request.detail
  const rest = `${typeof limit === 'string' ? `limit ${plainText(limit)} ` : ''}${JSON.stringify(request.with)}`
  try {
    return `POST ${templateUrl(system, request, operationOf(request))}launch/ ${rest}`
  } catch {
    return `POST ${rootUrl(system, request)}/ ${plainText(String(request.detail['template']))} ${rest}`
  }
}
