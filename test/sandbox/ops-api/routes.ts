// Owns the API's resources: accepting a run once per key, reading, listing, cancelling, logs. CONTRACTS 8
import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import canonicalize from 'canonicalize'
import type { Answer, Call, Handler } from '../server.ts'
import type { Execution } from './execution.ts'
import type { Journal } from './journal.ts'
import { problem, unauthorized, unknownRun } from './problems.ts'
import { asRunRequest, issuesOf } from './run-request.ts'
import { idempotencyKeyOf, isTerminal, type Run, type RunRecord, type RunRequest } from './runs.ts'

export type RouteOptions = {
  tokens: string[]
  records: RunRecord[]
  journal: Journal
  execution: Execution
  runbooks: () => string[]
  /** How long accepting takes before the answer, in milliseconds: the time in which a second request is a 409. */
  acceptMs: number
  retryAfterS: number
  now: () => Date
}

export const createRoutes = (options: RouteOptions): Handler => {
  const { tokens, records, journal, execution, retryAfterS, now } = options
  const accepting = new Set<string>()
  const byKey = new Map(records.map((record) => [keyOf(record), record]))
  const byId = new Map(records.map((record) => [record.run.id, record]))
  const retryAfter = { 'retry-after': String(retryAfterS) }

  /** Keys are scoped to the caller; the fingerprint is the canonical JSON of the body. CONTRACTS 8 (1) */
  const create = async (call: Call, caller: string): Promise<Answer> => {
    const key = idempotencyKeyOf(call)
    if (!key) return problem(call, { status: 400, type: 'key-missing', title: 'Idempotency-Key is required' })
    const fingerprint = canonicalize(call.body) ?? ''
    const scoped = `${caller} ${key}`
    const known = byKey.get(scoped)
    if (known && known.fingerprint !== fingerprint) {
      return problem(call, { status: 422, type: 'key-reused', title: 'This key came with another payload before' })
    }
    if (accepting.has(scoped)) {
      const title = 'The first request with this key is still in progress'
      return problem(call, { status: 409, type: 'in-progress', title, retryable: true, headers: retryAfter })
    }
    if (known) return accepted(call, known, { 'idempotent-replayed': 'true' })
    const errors = issuesOf(call.body, key, options.runbooks())
    if (errors.length > 0) return problem(call, { status: 400, type: 'invalid', title: 'The run is not valid', errors })

    const record = newRecord(caller, fingerprint, asRunRequest(call.body), now())
    records.push(record)
    byKey.set(scoped, record)
    byId.set(record.run.id, record)
    journal.record(record)
    execution.start(record)
    accepting.add(scoped)
    await sleep(options.acceptMs)
    accepting.delete(scoped)
    return accepted(call, record, {})
  }

  const accepted = ({ headers }: Call, { accepted: run }: RunRecord, more: Record<string, string>): Answer => {
    const applied: Record<string, string> = String(headers.prefer ?? '').includes('respond-async')
      ? { 'preference-applied': 'respond-async' }
      : {}
    return { status: 202, headers: { location: run.links.self, ...retryAfter, ...applied, ...more }, body: run }
  }

  /** The HTTP code says that the run was read; how it went is in the body. CONTRACTS 8 (2) */
  const read = ({ headers }: Call, { run }: RunRecord): Answer => {
    const etag = `"${createHash('sha256').update(JSON.stringify(run)).digest('hex').slice(0, 16)}"`
    if (headers['if-none-match'] === etag) return { status: 304, headers: { etag } }
    return { status: 200, headers: { etag, ...(isTerminal(run) ? {} : retryAfter) }, body: run }
  }

  const list = ({ query }: Call, caller: string): Answer => {
    const one = byKey.get(`${caller} ${query.clientRunId}`)
    const found =
      query.clientRunId === undefined ? records.filter((record) => record.caller === caller) : one ? [one] : []
    return { status: 200, body: { items: found.map(({ run }) => run), next: null } }
  }

  const cancel = (call: Call, record: RunRecord): Answer => {
    if (isTerminal(record.run)) {
      const extra = { runStatus: record.run.status }
      return problem(call, { status: 409, type: 'already-terminal', title: 'The run has ended', extra })
    }
    execution.cancel(record)
    return { status: 202, headers: { location: record.run.links.self }, body: record.run }
  }

  return (call: Call): Answer | Promise<Answer> => {
    const caller = call.headers.authorization?.match(/^Bearer (.+)$/i)?.[1] ?? ''
    if (!tokens.includes(caller)) return unauthorized(call)
    const [version, resource, id, part, ...rest] = call.segments
    if (version !== 'v1' || resource !== 'runs' || rest.length > 0) return unknownRun(call)
    if (id === undefined) return call.method === 'POST' ? create(call, caller) : list(call, caller)
    const record = byId.get(id)
    if (record?.caller !== caller) return unknownRun(call)
    if (call.method === 'POST' && part === 'cancel') return cancel(call, record)
    if (call.method === 'GET' && part === 'logs') return logs(call, record)
    if (call.method === 'GET' && part === undefined) return read(call, record)
    return problem(call, { status: 405, type: 'method-not-allowed', title: 'Method not allowed' })
  }
}

const keyOf = ({ caller, run }: RunRecord): string => `${caller} ${run.clientRunId}`

const newRecord = (caller: string, fingerprint: string, request: RunRequest, at: Date): RunRecord => {
  const id = `run_${randomUUID()}`
  const self = `/v1/runs/${id}`
  const run: Run = {
    id,
    clientRunId: request.clientRunId,
    runbook: request.runbook,
    status: 'queued',
    createdAt: at.toISOString(),
    startedAt: null,
    finishedAt: null,
    exitCode: null,
    output: null,
    links: { self, logs: `${self}/logs`, cancel: `${self}/cancel` },
  }
  return { caller, fingerprint, request, run, accepted: { ...run }, logs: [] }
}

/** `next` is opaque and always there; `complete` says that nothing will follow it. CONTRACTS 8 (4) */
const logs = ({ query }: Call, { run, logs: all }: RunRecord): Answer => {
  const after = Number(Buffer.from(query.after ?? '', 'base64url').toString('utf8') || 0)
  const entries = all.filter(({ seq }) => seq > after).slice(0, Number(query.limit ?? 1000))
  const last = entries.at(-1)?.seq ?? after
  const complete = isTerminal(run) && last === all.length
  return { status: 200, body: { entries, next: Buffer.from(String(last)).toString('base64url'), complete } }
}
