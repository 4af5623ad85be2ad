// Owns Prometheus as an endpoint: an instant query whose one sample is the result (CONTRACTS §6.2).
import type { PlannedRequest } from '../../../core/plan.ts'
import type { Json } from '../../../core/values.ts'
import type { Endpoint } from '../../../ports/endpoint.ts'
import { PortError } from '../../../ports/errors.ts'
import { portErrorOf, type WireResponse } from '../../wire/http.ts'
import { retried } from '../../wire/retry.ts'
import { plainText } from '../../wire/text.ts'
import { endsAtOnce } from '../ends-at-once.ts'
import { baseUrl, type System, timeLeft } from '../system.ts'
import { queryOf } from './query.ts'
import { envelopeSchema, errorSchema } from './schema.ts'

/** `result` is `{value, series}`: `value` is null where there is not exactly one series with a finite number. */
export function prometheus(system: System): Endpoint {
  const reads = retried(system.wire)
  const urlOf = (request: PlannedRequest) => `${baseUrl(request.url, system.settings.base)}/api/v1/query`
  return {
    ...endsAtOnce('a query'),
    idempotent: true,
    describe: (request) => `GET ${urlOf(request)} ${described(request)}`,
    async launch(launch) {
      const { request, key } = launch
      const response = await reads.send({
        method: 'GET',
        url: urlOf(request),
        query: { query: queryOf(request) },
        signal: AbortSignal.timeout(Math.min(timeLeft(system, launch), request.timeoutMs)),
      })
      const { value, series, reason } = measured(response, request.do)
      const result: Json = { value, series }
      return { state: 'ended', handle: key, outcome: 'succeeded', reason, result }
    },
  }
}

/** A query that cannot be filled in is still described, by its template. */
function described(request: PlannedRequest): string {
  try {
    return queryOf(request)
  } catch {
    return `${String(request.detail['query'])} ${JSON.stringify(request.with)}`
  }
}

interface Measured {
  readonly value: number | null
  readonly series: number
  readonly reason: string
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
  const value = Number(texts[0] || Number.NaN)
  if (!Number.isFinite(value))
    return { value: null, series, reason: `the value is ${plainText(texts[0] ?? 'absent', 40)}` }
  return { value, series, reason: `the value is ${value}` }
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
