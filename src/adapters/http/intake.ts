// Owns the way of an event through the door: size, proof of the sender, shape, then onto the disk and a 202.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Instant, Millis } from '../../core/values.ts'
import { isPortError, isTransient } from '../../ports/errors.ts'
import type { Inbound } from '../../ports/inbound.ts'
import type { Log } from '../../ports/observe.ts'
import { refusalLog } from '../wire/refusal-log.ts'
import { type BodyLimits, readBody, whyUnread } from './body.ts'
import { decodeUtf8 } from './json.ts'
import { mediaTypeOf } from './media-type.ts'
import type { Metrics } from './metrics.ts'
import { answer, refuse } from './problem.ts'
import type { Gate, Reading, Sender } from './sender.ts'

export interface IntakeOptions {
  readonly inbound: Pick<Inbound, 'accept'>
  readonly limits: BodyLimits
  /** Requests whose events may wait for the disk at once; more are told to come back. */
  readonly maxInFlight: number
  readonly now: () => Instant
  readonly log: Log
  readonly metrics: Metrics
}

/** What came of one request. `ids` are those of its events, in order. */
type Result =
  | { readonly ok: true; readonly ids: readonly string[]; readonly batch: boolean }
  | { readonly ok: true; readonly ignored: string }
  | Failed
type Failed = {
  readonly ok: false
  readonly status: number
  readonly reason: string
  readonly retryAfterMs?: Millis
  /** Of the proof that is missing. */
  readonly scheme?: string
}

type Handler = (req: IncomingMessage, res: ServerResponse) => Promise<void>

/** How many webhook-ids are remembered at least, so that a repeat has its first answer even when its body has changed. */
const remembered = 10_000
/** Ids of one request that a log line names. */
const mostLogged = 20

/** Makes a handler for each sender; they share the limit on what is being stored. */
export function intakeDoor(options: IntakeOptions): (sender: Sender) => Handler {
  const { limits, now, log, metrics } = options
  const sayRefused = refusalLog(log, now)
  const store = storing(options)

  return (sender) => {
    const accept = acceptOnce(sender, store, options)

    const take = async (req: IncomingMessage): Promise<Result | undefined> => {
      const gate = sender.gate()
      if (typeof gate === 'string') return refusal(404, gate)
      if (!['', 'identity'].includes(req.headers['content-encoding'] ?? ''))
        return refusal(415, 'A compressed body is not accepted: send it without Content-Encoding.')
      const body = await readBody(req, limits)
      if (body.ok) return accept(gate, req, body.bytes)
      const why = whyUnread(body.why, limits)
      return why && refusal(why.status, why.reason)
    }

    return async (req, res) => {
      const result = asTold(sender, await take(req))
      if (result === undefined) return
      if (result.ok && 'ignored' in result) return answer(res, 202, { ignored: result.ignored })
      if (result.ok) return answer(res, 202, result.batch ? { ids: result.ids } : { id: result.ids[0] ?? '' })
      metrics.refused(sender.source)
      sayRefused({ source: sender.source, status: result.status, reason: result.reason })
      refuse(res, result.status, result.reason, headersOf(result))
    }
  }
}

/** What may pass when it is sent again is told so in the one way that this sender understands. */
function asTold({ repeats503Only }: Sender, result: Result | undefined): Result | undefined {
  if (!repeats503Only || result === undefined || result.ok) return result
  return result.status === 408 || result.status === 500 ? { ...busy(undefined), reason: result.reason } : result
}

type Store = (source: string, reading: Events) => Promise<Result>
type Events = Extract<Reading, { batch: boolean }>

/** Stores the events of one request: all of them, or the sender is told to come back. Never rejects. */
function storing({ inbound, maxInFlight, log }: IntakeOptions): Store {
  let inFlight = 0
  return async (source, { events, batch }) => {
    if (inFlight >= maxInFlight) return busy(undefined)
    inFlight += 1
    try {
      const stored = await Promise.all(events.map(({ key, body }) => inbound.accept({ source, key, body })))
      return { ok: true, ids: stored.map((event) => event.id), batch }
    } catch (error) {
      if (isPortError(error) && isTransient(error)) return busy(error.retryAfterMs)
      log.error({ err: error, source }, 'an event could not be stored')
      return refusal(500, 'Something went wrong inside runbot; its log says what.')
    } finally {
      inFlight -= 1
    }
  }
}

/** Proves, reads and stores one request's events; a webhook-id that was accepted before has its first answer (P8). */
function acceptOnce({ source }: Sender, store: Store, { now, log, metrics }: IntakeOptions) {
  const first = newest<Promise<Result>>(remembered)
  const warn = refusalLog(log, now, 'a request lacks something')

  const storeOnce = async (id: string | undefined, reading: Events): Promise<Result> => {
    if (reading.warning !== undefined) warn({ source, reason: reading.warning })
    const stored = store(source, reading)
    if (id !== undefined) first.set(id, stored)
    const result = await stored
    if (!result.ok && id !== undefined) first.delete(id)
    if (result.ok && 'ids' in result) {
      const { ids } = result
      log.info({ source, webhook: id, ids: ids.slice(0, mostLogged), count: ids.length }, 'event accepted')
    }
    return result
  }

  return async (gate: Gate, req: IncomingMessage, body: Buffer): Promise<Result> => {
    const text = decodeUtf8(body)
    const media = mediaTypeOf(req.headers)
    if (text === undefined || media?.readable === false) return refusal(400, 'The body is not UTF-8: send it as UTF-8.')
    const { headers, url = '' } = req
    const proof = await gate.prove({ headers, url, body, now: now() })
    if (!proof.ok) return proof.status === 503 ? { ...busy(undefined), reason: proof.reason } : proof

    const earlier = proof.id === undefined ? undefined : first.get(proof.id)
    const known = earlier && (await earlier)
    if (known?.ok) {
      metrics.meter.intake(source, 'repeated')
      return known
    }
    const reading = gate.read({ headers, media, text, id: proof.id, now: now() })
    if (!reading.ok) return refusal(reading.status, reading.reason)
    if (!('ignored' in reading)) return storeOnce(proof.id, reading)
    metrics.meter.intake(source, 'declined')
    log.info({ source, reason: reading.ignored }, 'event ignored')
    return reading
  }
}

/**
 * The newest entries, at least `count`. Two generations, because finding the oldest entry of a Map that has lost many
 * walks over every one that it lost: that cost more than the signature.
 */
function newest<T>(count: number) {
  let young = new Map<string, T>()
  let old = new Map<string, T>()
  return {
    get: (key: string): T | undefined => young.get(key) ?? old.get(key),
    set(key: string, value: T): void {
      young.set(key, value)
      if (young.size < count) return
      old = young
      young = new Map()
    },
    delete(key: string): void {
      young.delete(key)
      old.delete(key)
    },
  }
}

const refusal = (status: number, reason: string) => ({ ok: false, status, reason }) as const

const busy = (retryAfterMs: Millis | undefined): Failed => ({
  ...refusal(503, 'runbot cannot store events now: send it again after the seconds in Retry-After.'),
  retryAfterMs: retryAfterMs ?? 5_000,
})

function headersOf({ status, retryAfterMs: wait, scheme }: Failed): Record<string, string> {
  if (scheme !== undefined) return { 'www-authenticate': scheme }
  if (status === 408) return { connection: 'close' }
  return wait === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(wait / 1000))) }
}
