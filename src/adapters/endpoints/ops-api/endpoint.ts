// Owns the ops-runbook API: launch under an idempotency key, follow, find by key, cancel (CONTRACTS §8).
import type { PlannedRequest } from '../../../core/plan.ts'
import type { Json } from '../../../core/values.ts'
import type { Endpoint, Launch, Outcome, Progress } from '../../../ports/endpoint.ts'
import { isPortError, PortError } from '../../../ports/errors.ts'
import { portErrorOf, type WireResponse } from '../../wire/http.ts'
import { retryAfterOf } from '../../wire/response.ts'
import { retried } from '../../wire/retry.ts'
import { plainText } from '../../wire/text.ts'
import { cappedJson } from '../capped.ts'
import { isPage } from '../page.ts'
import { baseUrl, type System, timeLeft } from '../system.ts'
import { readLog } from './logs.ts'
import { handlePattern, type Run, runFrom, runListFrom } from './schema.ts'

const underWay: ReadonlySet<string> = new Set(['queued', 'running', 'waiting', 'cancelling'])

const outcomes: ReadonlyMap<string, Outcome> = new Map([
  ['succeeded', 'succeeded'],
  ['failed', 'failed'],
  ['cancelled', 'failed'],
  ['timed_out', 'failed'],
  ['rejected', 'failed'],
])

/** The same key starts nothing twice over there, so it may be sent again. `result` is the run's output. */
export function opsApi(system: System): Endpoint {
  const reads = retried(system.wire, { withinMs: system.settings.timeoutMs })
  const runsUrl = (request: PlannedRequest) => `${baseUrl(request.url, system.settings.base)}/v1/runs`
  const runUrl = (request: PlannedRequest, handle: string) => {
    if (!handlePattern.test(handle)) throw new PortError('malformed', 'this handle is not the id of a run')
    return `${runsUrl(request)}/${encodeURIComponent(handle)}`
  }

  const progressOf = async (request: PlannedRequest, run: Run, retryAfterMs?: number): Promise<Progress> => {
    const outcome = outcomes.get(run.status)
    // A status that is not in the contract is not an end (CONTRACTS §8.2): it is followed, and shown.
    if (!outcome) return { ...running(run, retryAfterMs), ...noteOf(run) }
    const log = await readLog(reads, runUrl(request, run.id))
    return {
      state: 'ended',
      handle: run.id,
      outcome,
      reason: reasonOf(run),
      result: cappedJson(run.output ?? null),
      ...(log === '' ? {} : { log }),
    }
  }

  const read = async (request: PlannedRequest, handle: string): Promise<{ run: Run; response: WireResponse }> => {
    const response = await reads.send({ method: 'GET', url: runUrl(request, handle) })
    if (response.status !== 200) throw portErrorOf(response, `reading ${request.do}`)
    const run = runFrom(response)
    if (run.id !== handle) throw new PortError('malformed', 'the ops API answered another run')
    return { run, response }
  }

  const find = async (request: PlannedRequest, key: string): Promise<Progress | undefined> => {
    const response = await reads.send({ method: 'GET', url: runsUrl(request), query: { clientRunId: key } })
    if (response.status !== 200) throw portErrorOf(response, 'looking up the key')
    const { items, next } = runListFrom(response)
    const mine = items.filter((run) => run.clientRunId === key)
    // "Not there" is believed only from a whole list that was filtered by this key: it may lead to a second launch.
    if (mine.length !== items.length || mine.length > 1 || (mine.length === 0 && next))
      throw new PortError('malformed', 'looking up the key: the list is not the runs with this key')
    return mine[0] && progressOf(request, mine[0], retryAfterOf(response))
  }

  return {
    idempotent: true,
    describe: (request) =>
      `POST ${runsUrl(request)} ${String(request.detail['runbook'])} ${JSON.stringify(request.with)}`,
    async launch(launch) {
      const { request, key } = launch
      const response = await system.wire.send({
        method: 'POST',
        url: runsUrl(request),
        headers: { 'Idempotency-Key': structuredString(key), Prefer: 'respond-async' },
        json: bodyOf(system, launch),
        timeoutMs: timeLeft(system, launch),
      })
      if (response.status === 409) return inProgress(response, () => find(request, key))
      if (response.status !== 200 && response.status !== 201 && response.status !== 202)
        throw portErrorOf(response, `launching ${request.do}`, { mutating: true })
      return running(acceptedRun(response, key), retryAfterOf(response))
    },
    async progress(request, handle) {
      const { run, response } = await read(request, handle)
      return progressOf(request, run, retryAfterOf(response))
    },
    find,
    async cancel(request, handle) {
      const url = `${runUrl(request, handle)}/cancel`
      const response = await system.wire.send({ method: 'POST', url })
      const { status } = response
      if (status >= 200 && status < 300 && !isPage(response)) return
      const refused = portErrorOf(response, `cancelling ${request.do}`, { mutating: true })
      // 409 is said of a run that has ended (CONTRACTS §8.3); whether it has, only the run tells.
      if (status !== 409 || !outcomes.has((await read(request, handle)).run.status)) throw refused
    },
  }
}

/** The first request with this key is being accepted: something may be starting, whether or not it shows already. */
async function inProgress(response: WireResponse, find: () => Promise<Progress | undefined>): Promise<Progress> {
  const found = await find().catch((error: unknown) => {
    if (isPortError(error)) return undefined
    throw error
  })
  if (found) return found
  const { kind, message, retryAfterMs } = portErrorOf(response, 'a first request with this key is in progress')
  throw new PortError(kind, message, { retryAfterMs, mayHaveHappened: true })
}

/** A success that cannot be read, or that speaks of another key, leaves the outcome unknown (DESIGN §9). */
function acceptedRun(response: WireResponse, key: string): Run {
  try {
    const run = runFrom(response)
    if ((run.clientRunId ?? key) === key) return run
    throw new PortError('malformed', 'the ops API answered the run of another key')
  } catch (error) {
    if (!isPortError(error)) throw error
    throw new PortError('malformed', error.message, { mayHaveHappened: true })
  }
}

/** Its callback is a hint: what became of the run is read back (CONTRACTS §8.6). */
function bodyOf({ callbackUrl }: System, { request, key, run, target, requestedBy }: Launch): Json {
  const body = { runbook: runbookOf(request), parameters: request.with ?? {}, target }
  const callback = callbackUrl === undefined ? {} : { callback: { url: callbackUrl } }
  return { ...body, clientRunId: key, requestedBy, approvalRef: run, ...callback }
}

function runbookOf(request: PlannedRequest): string {
  const { runbook } = request.detail
  if (typeof runbook === 'string' && runbook !== '') return runbook
  throw new PortError('malformed', `${request.do} names no runbook in connectors.yaml`)
}

/** An RFC 9651 String: quoted on the wire (CONTRACTS §8). */
function structuredString(text: string): string {
  if (!/^[\x20-\x7e]{1,512}$/.test(text)) throw new PortError('malformed', 'an idempotency key is plain ASCII')
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

const running = (run: Run, retryAfterMs: number | undefined): Progress => ({
  state: 'running',
  handle: run.id,
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
})

const noteOf = ({ status }: Run): { note?: string } =>
  underWay.has(status) ? {} : { note: `its status is "${plainText(status, 60)}", which is no end that runbot knows` }

function reasonOf({ status, statusReason, exitCode }: Run): string {
  const exit = exitCode ? ` (exit code ${exitCode})` : ''
  return `${status.replace('_', ' ')}${exit}${statusReason ? `: ${plainText(statusReason)}` : ''}`
}
