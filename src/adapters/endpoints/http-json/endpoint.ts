// Owns any HTTP service with JSON as an endpoint: a vetted GET whose one number, found by a JSON pointer, is the result.
import type { PlannedRequest } from '../../../core/plan.ts'
import type { Instant, Json } from '../../../core/values.ts'
import type { Endpoint } from '../../../ports/endpoint.ts'
import { portErrorOf, type WireResponse } from '../../wire/http.ts'
import { retried } from '../../wire/retry.ts'
import { describedBy, templateIn, wrongIn } from '../declared.ts'
import { endsAtOnce } from '../ends-at-once.ts'
import { inTime, type Measured, measuredEnd, oneNumber, type Points } from '../measured.ts'
import { baseUrl, type System, timeLeft } from '../system.ts'
import { pathOf } from './path.ts'
import { pointedAt } from './pointer.ts'

/** `result` is `{value, series}`, with `points` where the operation has a `series` pointer; `value` null: no finite number. */
export function httpJson(system: System): Endpoint {
  const reads = retried(system.wire)
  const urlOf = (request: PlannedRequest) => `${baseUrl(request.url, system.settings.base)}${pathOf(request)}`
  return {
    ...endsAtOnce('a query'),
    idempotent: true,
    describe: (request) =>
      `GET ${describedBy(request, `${baseUrl(request.url, system.settings.base)}${String(request.detail['path'])}`, () => urlOf(request))}`,
    async launch(launch) {
      const { request, key } = launch
      const signal = AbortSignal.timeout(Math.min(timeLeft(system, launch), request.timeoutMs))
      const response = await reads.send({ method: 'GET', url: urlOf(request), signal })
      return measuredEnd(key, measured(response, request))
    },
  }
}

function measured(response: WireResponse, request: PlannedRequest): Measured {
  if (response.status !== 200) throw portErrorOf(response, request.do)
  // A page that says that it is fine is no measurement.
  if (!/json/i.test(response.headers['content-type'] ?? '')) throw wrongIn(request)('the answer is not JSON')
  const json = response.json()
  const pointer = templateIn(request, 'value')
  const said = pointedAt(json, pointer)
  const { series } = request.detail
  const points = typeof series === 'string' ? pointsIn(pointedAt(json, series)) : undefined
  const { value, reason } = oneNumber(said)
  return {
    value,
    series: value === null ? 0 : 1,
    reason: said === undefined ? `there is nothing at ${pointer}: nothing was measured` : reason,
    ...(points ? { points } : {}),
  }
}

/** A list of `[time, value]`; anything else is no series. */
function pointsIn(list: Json | undefined): Points {
  if (!Array.isArray(list)) return []
  return inTime(
    (list as readonly Json[]).flatMap((each) => {
      const [time, value] = Array.isArray(each) ? (each as readonly Json[]) : []
      const at = instantOf(time)
      return at === undefined ? [] : [[at, value] as const]
    }),
  )
}

/** ISO 8601, or since the Unix epoch in seconds, or in milliseconds where seconds would be after the year 5138. */
function instantOf(time: Json | undefined): Instant | undefined {
  const ms = typeof time === 'number' ? (time < 1e11 ? time * 1000 : time) : Date.parse(String(time))
  return Number.isFinite(ms) ? Math.round(ms) : undefined
}
