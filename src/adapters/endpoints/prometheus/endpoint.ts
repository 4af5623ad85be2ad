// Owns Prometheus as an endpoint: an instant query whose one sample is the result, and its past for a chart (CONTRACTS §6.2).
import type { PlannedRequest } from '../../../core/plan.ts'
import type { Endpoint, History, Range } from '../../../ports/endpoint.ts'
import { PortError } from '../../../ports/errors.ts'
import { portErrorOf, type WireResponse } from '../../wire/http.ts'
import { retried } from '../../wire/retry.ts'
import { plainText } from '../../wire/text.ts'
import { describedBy } from '../declared.ts'
import { endsAtOnce } from '../ends-at-once.ts'
import { inTime, type Measured, measuredEnd, oneNumber } from '../measured.ts'
import { baseUrl, type System, timeLeft } from '../system.ts'
import { queryOf } from './query.ts'
import { envelopeSchema, errorSchema, rangeSchema } from './schema.ts'

/** `result` is `{value, series}`: `value` is null where there is not exactly one series with a finite number. */
export function prometheus(system: System): Endpoint {
  const reads = retried(system.wire)
  const urlOf = (request: PlannedRequest, what: string) =>
    `${baseUrl(request.url, system.settings.base)}/api/v1/${what}`
  return {
    ...endsAtOnce('a query'),
    idempotent: true,
    describe: (request) =>
      `GET ${urlOf(request, 'query')} ${describedBy(request, String(request.detail['query']), () => queryOf(request))}`,
    async launch(launch) {
      const { request, key } = launch
      const response = await reads.send({
        method: 'GET',
        url: urlOf(request, 'query'),
        query: { query: queryOf(request) },
        signal: AbortSignal.timeout(Math.min(timeLeft(system, launch), request.timeoutMs)),
      })
      return measuredEnd(key, measured(response, request.do))
    },
    async history(request, range) {
      const response = await reads.send({
        method: 'GET',
        url: urlOf(request, 'query_range'),
        query: { query: queryOf(request), ...timesOf(range) },
        signal: AbortSignal.timeout(Math.min(system.settings.timeoutMs, request.timeoutMs)),
      })
      return pastOf(response, request.do)
    },
  }
}

/** Both ends are asked for, so that so many points are one step less. */
function timesOf({ from, to, points }: Range) {
  const step = Math.max(1, Math.ceil((to - from) / 1000 / Math.max(1, points - 1)))
  return { start: String(from / 1000), end: String(to / 1000), step: String(step) }
}

/** No series is no measurement, which must never read as "healthy"; nor must NaN, +Inf, or one series out of many. */
function measured(response: WireResponse, what: string): Measured {
  if (response.status !== 200) throw refusalOf(response, what)
  const parsed = envelopeSchema.safeParse(response.json())
  if (!parsed.success) throw new PortError('malformed', `${what}: the answer is not an instant vector or a scalar`)
  const { data } = parsed.data
  const texts = data.resultType === 'scalar' ? [data.result[1]] : data.result.map((each) => each.value?.[1])
  const series = texts.length
  if (series === 0) return { value: null, series, reason: 'no series: nothing was measured' }
  if (series > 1) return { value: null, series, reason: `${series} series where one was expected` }
  return { series, ...oneNumber(texts[0]) }
}

function pastOf(response: WireResponse, what: string): History {
  if (response.status !== 200) throw refusalOf(response, what)
  const parsed = rangeSchema.safeParse(response.json())
  if (!parsed.success) throw new PortError('malformed', `${what}: the answer is not a range vector`)
  const [one, ...others] = parsed.data.data.result
  if (!one || others.length > 0) return []
  return inTime((one.values ?? []).map(([seconds, value]) => [Math.round(seconds * 1000), value]))
}

function refusalOf(response: WireResponse, what: string): PortError {
  const { kind, message: sentence, retryAfterMs } = portErrorOf(response, what)
  // A query that was cancelled over there: 503 once (CONTRACTS §6.2).
  const plain = new PortError(response.status === 499 ? 'unavailable' : kind, sentence, { retryAfterMs })
  if (!/json/i.test(response.headers['content-type'] ?? '')) return plain
  const parsed = errorSchema.safeParse(response.json())
  if (!parsed.success) return plain
  const message = `${plain.message}, ${plainText(parsed.data.error)}`
  return new PortError(plain.kind, message, { retryAfterMs: plain.retryAfterMs })
}
