// Owns the way of a signed event through the door: size, signature, shape, then onto the disk and a 202.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Instant, Millis } from '../../core/values.ts'
import { isPortError, isTransient } from '../../ports/errors.ts'
import type { Inbound } from '../../ports/inbound.ts'
import type { Log } from '../../ports/observe.ts'
import { refusalLog } from '../wire/refusal-log.ts'
import { verify } from '../wire/standard-webhooks.ts'
import { type BodyLimits, readBody, whyUnread } from './body.ts'
import { decodeUtf8 } from './json.ts'
import { mediaTypeOf } from './media-type.ts'
import type { Metrics } from './metrics.ts'
import { answer, refuse } from './problem.ts'
import type { Reading, Sender } from './sender.ts'

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
  | { readonly ok: false; readonly status: number; readonly reason: string; readonly retryAfterMs?: Millis }

type Handler = (req: IncomingMessage, res: ServerResponse) => Promise<void>

/** How many webhook-ids are remembered at least, so that a repeat has its first answer even when its body has changed. */
const remembered = 10_000

/** Makes a handler for each sender; they share the limit on what is being stored. */
export function intakeDoor(options: IntakeOptions): (sender: Sender) => Handler {
  const { limits, now, log, metrics } = options
  const sayRefused = refusalLog(log, now)
  const store = storing(options)

  return (sender) => {
    const accept = acceptOnce(sender, store, options)

    const take = async (req: IncomingMessage): Promise<Result | undefined> => {
      if (sender.secrets.length === 0)
        return refusal(404, `This door is closed: ${sender.variable} is not set on this runbot.`)
      if (!['', 'identity'].includes(req.headers['content-encoding'] ?? ''))
        return refusal(415, 'A compressed body is not accepted: send it without Content-Encoding.')
      const body = await readBody(req, limits)
      if (body.ok) return accept(req, body.bytes)
      const why = whyUnread(body.why, limits)
      return why && refusal(why.status, why.reason)
    }

    return async (req, res) => {
      const result = await take(req)
      if (result === undefined) return
      if (result.ok) return answer(res, 202, result.batch ? { ids: result.ids } : { id: result.ids[0] ?? '' })
      metrics.refused(sender.source)
      sayRefused({ source: sender.source, status: result.status, reason: result.reason })
      refuse(res, result.status, result.reason, headersOf(result))
    }
  }
}

type Store = (source: string, reading: Events) => Promise<Result>
type Events = Extract<Reading, { ok: true }>

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

/** Verifies and stores one request's events; a webhook-id that was accepted before has its first answer (P8). */
function acceptOnce(sender: Sender, store: Store, { now, log, metrics }: IntakeOptions) {
  const first = newest<Promise<Result>>(remembered)

  return async (req: IncomingMessage, bytes: Buffer): Promise<Result> => {
    const text = decodeUtf8(bytes)
    const media = mediaTypeOf(req.headers)
    if (text === undefined || media?.readable === false) return refusal(400, 'The body is not UTF-8: send it as UTF-8.')
    const signed = verify({ secrets: sender.secrets, headers: req.headers, body: bytes, now: now() })
    if (!signed.ok) return refusal(401, `The event is not signed as it must be: ${signed.reason}.`)

    const known = await first.get(signed.id)
    if (known?.ok) {
      metrics.meter.intake(sender.source, 'repeated')
      return known
    }
    const reading = sender.read({ headers: req.headers, media, text, id: signed.id })
    if (!reading.ok) return refusal(reading.status, reading.reason)
    const stored = store(sender.source, reading)
    first.set(signed.id, stored)
    const result = await stored
    if (result.ok) log.info({ source: sender.source, webhook: signed.id, ids: result.ids }, 'event accepted')
    else first.delete(signed.id)
    return result
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

const busy = (retryAfterMs: Millis | undefined): Result => ({
  ...refusal(503, 'runbot cannot store events now: send it again after the seconds in Retry-After.'),
  retryAfterMs: retryAfterMs ?? 5_000,
})

function headersOf({ status, retryAfterMs: wait }: Extract<Result, { ok: false }>): Record<string, string> {
  if (status === 401) return { 'www-authenticate': 'StandardWebhooks' }
  if (status === 408) return { connection: 'close' }
  return wait === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(wait / 1000))) }
}
