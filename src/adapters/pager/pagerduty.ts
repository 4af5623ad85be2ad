// Owns paging through PagerDuty: one alert per key, triggered and resolved by events (Events API v2).
import { createHash } from 'node:crypto'
import { isObject, type Json, type JsonObject } from '../../core/values.ts'
import type { PagerSettings } from '../../ports/catalog.ts'
import { PortError } from '../../ports/errors.ts'
import type { Page, Pager } from '../../ports/pager.ts'
import { isAllowEntry, originOf } from '../wire/allow.ts'
import { portErrorOf, type WireResponse, wire } from '../wire/http.ts'
import { plainText } from '../wire/text.ts'

export interface PagerDutyOptions {
  readonly settings: Extract<PagerSettings, { kind: 'pagerduty' }>
  /** Go through HTTPS_PROXY, HTTP_PROXY, NO_PROXY; not unless told. */
  readonly proxyFromEnv?: boolean
  /** One whole exchange; 10 s unless told. */
  readonly timeoutMs?: number
}

/** Limits of the API: lengths in characters, the whole event in bytes (512 KB, with room left for the rest of it). */
const maxKey = 255
const maxSummary = 1024
const maxDetails = 400_000

/**
 * The key is the event's `dedup_key`: while an alert with it is open, a repeat joins that alert and wakes nobody again;
 * after it was resolved, a repeat opens a new one. Throws PortError: `malformed` for what PagerDuty refuses (400),
 * `throttled`, `unavailable` or `timeout` for what passes by itself. No message holds the routing key.
 * https://developer.pagerduty.com/docs/send-alert-event
 */
export function pagerDuty({ settings, proxyFromEnv = false, timeoutMs = 10_000 }: PagerDutyOptions): Pager {
  const { url, routingKey } = settings
  const origin = originOf(url)
  // A URL that is not one lets nothing through.
  const out = wire({ allow: origin && isAllowEntry(origin) ? [origin] : [], timeoutMs, proxyFromEnv })
  const enqueue = async (action: 'trigger' | 'resolve', key: string, rest: JsonObject): Promise<void> => {
    const event = { routing_key: routingKey, event_action: action, dedup_key: dedupKey(key), ...rest }
    const response = await out.send({ method: 'POST', url: `${url.replace(/\/+$/, '')}/v2/enqueue`, json: event })
    if (response.status !== 202) throw refusal(response, routingKey)
    if (!isObject(bodyOf(response)))
      throw new PortError('malformed', 'PagerDuty: accepted, with an answer of another shape', {
        mayHaveHappened: true,
      })
  }
  return {
    raise: (page) => enqueue('trigger', page.key, { client: 'runbot', payload: payloadOf(page) }),
    // A resolve for a key that has no open alert is dropped over there. It has no place for a reason.
    quiet: (key) => enqueue('resolve', key, {}),
  }
}

function payloadOf({ summary, severity, about, incident, details }: Page): JsonObject {
  const own = incident ? { incident: incident.number } : {}
  // A page too large would be refused as a whole: better one that says less.
  const fits = Buffer.byteLength(JSON.stringify(details)) <= maxDetails
  return {
    summary: plainText(summary, maxSummary) || 'runbot needs somebody',
    severity,
    source: plainText(about, 255) || 'runbot',
    component: 'runbot',
    custom_details: { ...(fits ? details : { details: 'too large for PagerDuty: see the run' }), ...own },
  }
}

/** The key itself; one that is too long is told apart by its digest. */
const dedupKey = (key: string): string =>
  [...key].length <= maxKey ? key : `runbot:${createHash('sha256').update(key).digest('hex')}`

/** `{"status":"invalid event","message":"…","errors":["…"]}`, which may repeat what it was sent. */
function refusal(response: WireResponse, routingKey: string): PortError {
  const { kind, retryAfterMs, mayHaveHappened } = portErrorOf(response, '', { mutating: true })
  const body = bodyOf(response)
  const parts = isObject(body) ? [body['message'], body['errors']].flat() : []
  const said = parts.filter((part) => typeof part === 'string').join('; ')
  // Before anything is cut: half a key would no longer be recognised.
  const hidden = routingKey === '' ? said : said.replaceAll(routingKey, '***')
  const text = plainText(hidden)
  const message = `PagerDuty did not take the event: status ${response.status}${text && `, ${text}`}`
  return new PortError(kind, message, { retryAfterMs, mayHaveHappened })
}

/** undefined for what is not JSON. */
function bodyOf(response: WireResponse): Json | undefined {
  try {
    return response.json()
  } catch {
    return undefined
  }
}
