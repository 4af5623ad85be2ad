// Owns Rundeck: run a job with the key as an option, follow the execution, find it by its key, abort it (CONTRACTS §4).
import type { PlannedRequest } from '../../../core/plan.ts'
import type { Endpoint, Progress } from '../../../ports/endpoint.ts'
import { isPortError, PortError } from '../../../ports/errors.ts'
import type { WireResponse } from '../../wire/http.ts'
import { retryAfterOf } from '../../wire/response.ts'
import { retried } from '../../wire/retry.ts'
import { plainText } from '../../wire/text.ts'
import { lastLook, type System, timeLeft } from '../system.ts'
import { refusalOf } from './client.ts'
import { findExecution } from './find.ts'
import { readOutput } from './logs.ts'
import { type Operation, operationOf, optionsOf, rootUrl } from './operation.ts'
import { outcomeOf, reasonOf, underWay } from './outcome.ts'
import { abortFrom, definitionFrom, type Execution, executionFrom } from './schema.ts'

const maxRetries = 50
/** So long after the end of an execution its log may still be on its way to where it is stored. */
const settleMs = 10_000

/** A run is not idempotent: a lost one is looked up by its key. `result` is `{status, number}` (DESIGN §9). */
export function rundeck(system: System): Endpoint {
  const { wire } = system
  const reads = retried(wire, { withinMs: system.settings.timeoutMs })
  const executionUrl = (request: PlannedRequest, id: number | string) =>
    `${rootUrl(system, request)}/execution/${checked(String(id))}`

  const read = async (request: PlannedRequest, id: number | string): Promise<Answered> => {
    const response = await reads.send({ method: 'GET', url: executionUrl(request, id) })
    if (response.status !== 200) throw refusalOf(response, `reading ${request.do}`)
    const execution = executionFrom(response)
    if (execution.id !== Number(id)) throw new PortError('malformed', 'Rundeck answered another execution')
    return { execution, response }
  }

  /** What a failed execution is retried as counts in its place. */
  const latest = async (request: PlannedRequest, handle: string): Promise<Answered> => {
    let answered = await read(request, handle)
    for (let retry = 0; retry < maxRetries; retry++) {
      const { status, retriedExecution: next, id } = answered.execution
      if (status !== 'failed-with-retry' || !next) return answered
      if (next.id <= id) break
      answered = await read(request, next.id)
    }
    throw new PortError('malformed', `${request.do}: its retries lead nowhere`)
  }

  /** A job without the option would run all the same, and could never be found again. */
  const refuseUnfindable = async (request: PlannedRequest, { job, keyOption }: Operation, signal: AbortSignal) => {
    const url = `${rootUrl(system, request)}/job/${job}`
    const response = await reads.send({ method: 'GET', url, query: { format: 'json' }, signal })
    // Before version 44 there is no definition in JSON; an option that is not declared is kept with the execution, too.
    if (response.status === 415) return
    if (response.status !== 200) throw refusalOf(response, `reading the options of ${request.do}`)
    const option = definitionFrom(response).options?.find(({ name }) => name === keyOption)
    const why = !option ? 'has no option' : option.secure ? 'hides as secure its option' : undefined
    if (why)
      throw new PortError(
        'denied',
        `${request.do} was not launched: the job ${why} ${keyOption}, so that a lost launch could not be found again; give it a plain one`,
      )
  }

  return {
    idempotent: false,
    describe: (request) =>
      `POST ${rootUrl(system, request)}/job/${plainText(String(request.detail['job']))}/run ${JSON.stringify(request.with)}`,
    async launch(launch) {
      const { request, key } = launch
      const operation = operationOf(request)
      const options = optionsOf(operation, request, key)
      await refuseUnfindable(request, operation, AbortSignal.timeout(timeLeft(system, launch)))
      const response = await wire.send({
        method: 'POST',
        url: `${rootUrl(system, request)}/job/${operation.job}/run`,
        json: { options },
        timeoutMs: await lastLook(system, launch),
      })
      if (response.status !== 200) throw refusalOf(response, `launching ${request.do}`, { mutating: true })
      return running(launchedExecution(response, operation).id, response)
    },
    async progress(request, handle) {
      const { execution, response } = await latest(request, handle)
      const outcome = outcomeOf(execution)
      if (outcome === undefined && underWay.has(execution.status)) return running(handle, response)
      // A status that nobody knows is no end (CONTRACTS §4): it is followed, and shown.
      if (outcome === undefined) {
        const note = `Rundeck says "${plainText(execution.status, 60)}" without an end, which runbot does not know`
        return { ...running(handle, response), note }
      }
      const { log, complete } = await readOutput(reads, executionUrl(request, execution.id))
      // The log is stored after the end.
      if (!complete && sinceEnded(system, execution, response) < settleMs) return running(handle, response)
      return {
        state: 'ended',
        handle,
        outcome,
        reason: reasonOf(execution),
        result: { status: execution.status, number: execution.id },
        ...(log === '' ? {} : { log }),
      }
    },
    async find(request, key) {
      const found = await findExecution(reads, rootUrl(system, request), operationOf(request), key)
      return found && { state: 'running', handle: String(found.id) }
    },
    async cancel(request, handle) {
      const { execution } = await latest(request, handle)
      const response = await wire.send({ method: 'POST', url: `${executionUrl(request, execution.id)}/abort` })
      if (response.status !== 200) throw refusalOf(response, `aborting ${request.do}`, { mutating: true })
      // Always 200. `pending` and `aborted` were asked for; what has ended cannot be asked any more.
      const { status, reason } = orOpen(() => abortFrom(response).abort)
      if (status === 'pending' || status === 'aborted') return
      if (outcomeOf((await latest(request, handle)).execution) !== undefined) return
      throw new PortError('unavailable', `${request.do} was not aborted: ${plainText(reason ?? status)}`)
    },
  }
}

interface Answered {
  readonly execution: Execution
  readonly response: WireResponse
}

/** A handle goes into a path. */
function checked(handle: string): string {
  if (/^[1-9]\d{0,14}$/.test(handle)) return handle
  throw new PortError('malformed', 'this handle is not the id of an execution')
}

/** A success that cannot be read, or that speaks of another job, leaves the outcome unknown (DESIGN §9). */
const launchedExecution = (response: WireResponse, { job }: Operation): Execution =>
  orOpen(() => {
    const execution = executionFrom(response)
    if ((execution.job?.id ?? job) === job) return execution
    throw new PortError('malformed', 'Rundeck answered an execution of another job')
  })

/** Nonsense as the answer to a mutation leaves open what it did. */
function orOpen<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!isPortError(error)) throw error
    throw new PortError('malformed', error.message, { mayHaveHappened: true })
  }
}

/** By the clock of Rundeck, where its answer tells it. */
function sinceEnded({ clock }: System, execution: Execution, { headers }: WireResponse): number {
  const at = execution['date-ended']?.unixtime ?? Number.NEGATIVE_INFINITY
  const now = Date.parse(headers['date'] ?? '')
  return (Number.isNaN(now) ? clock.now() : now) - at
}

function running(handle: number | string, response: WireResponse): Progress {
  const retryAfterMs = retryAfterOf(response)
  return { state: 'running', handle: String(handle), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}
