// Owns the sandbox PagerDuty: the events that it took, and the alerts that they opened and resolved.
import { type Answer, type Call, objectOf, type ServeOptions, type Server, serve } from './server.ts'

type Event = Record<string, unknown>

export type Alert = {
  dedupKey: string
  status: 'triggered' | 'resolved'
  /** How many trigger events went into it; only the first one woke somebody. */
  triggers: number
  payload: Record<string, unknown>
}

export type PagerDuty = Server & {
  /** Every accepted event, oldest first. */
  events: Event[]
  /** In the order of their opening; a key that was resolved opens another one. */
  alerts: () => Alert[]
}

export const ROUTING_KEY = 'r0ut1ngk3yr0ut1ngk3yr0ut1ngk3y00'

const SEVERITIES = new Set<unknown>(['critical', 'error', 'warning', 'info'])
const ACTIONS = new Set<unknown>(['trigger', 'acknowledge', 'resolve'])
/** 512 KB. */
const MAX_BYTES = 512 * 1024

export const startPagerDuty = async (options: Omit<ServeOptions, 'handler'> = {}): Promise<PagerDuty> => {
  const events: Event[] = []
  const alerts: Alert[] = []

  // Events API v2: repeats join the open alert, a resolve without one is dropped.
  const take = (event: Event): string => {
    const dedupKey = typeof event.dedup_key === 'string' ? event.dedup_key : `generated-${events.length}`
    const open = alerts.find((alert) => alert.dedupKey === dedupKey && alert.status === 'triggered')
    events.push(event)
    if (event.event_action === 'resolve' && open) open.status = 'resolved'
    if (event.event_action !== 'trigger') return dedupKey
    if (open) open.triggers += 1
    else alerts.push({ dedupKey, status: 'triggered', triggers: 1, payload: event.payload as Alert['payload'] })
    return dedupKey
  }

  const handler = (call: Call): Answer => {
    if (call.method !== 'POST' || call.path !== '/v2/enqueue') return { status: 404 }
    if (call.raw.length > MAX_BYTES) return { status: 413 }
    const event = objectOf(call)
    const errors = event ? problemsOf(event) : ['the body is not a JSON object']
    if (!event || errors.length > 0)
      return { status: 400, body: { status: 'invalid event', message: 'Event object is invalid', errors } }
    return { status: 202, body: { status: 'success', message: 'Event processed', dedup_key: take(event) } }
  }

  return { ...(await serve({ ...options, handler })), events, alerts: () => alerts.map((alert) => ({ ...alert })) }
}

const problemsOf = (event: Event): string[] => {
  const { routing_key, event_action, dedup_key } = event
  const errors: string[] = []
  const must = (holds: boolean, error: string): void => void (holds || errors.push(error))
  const known = routing_key === ROUTING_KEY
  must(known, `'routing_key' ${String(routing_key)} is incorrect (should be 32 characters)`)
  must(ACTIONS.has(event_action), "'event_action' is invalid")
  must(dedup_key === undefined || textUpTo(255, dedup_key), "'dedup_key' is too long (maximum is 255 characters)")
  if (event_action !== 'trigger') return errors
  const payload = (event.payload ?? {}) as Record<string, unknown>
  must(textUpTo(1024, payload.summary), "'payload.summary' is missing, blank or too long (maximum is 1024 characters)")
  must(textUpTo(Number.POSITIVE_INFINITY, payload.source), "'payload.source' is missing or blank")
  must(SEVERITIES.has(payload.severity), "'payload.severity' is invalid (must be one of: critical, ...)")
  return errors
}

const textUpTo = (max: number, value: unknown): boolean =>
  typeof value === 'string' && value !== '' && [...value].length <= max
