// Owns Jaeger as an endpoint: a vetted search whose number of traces is the result.
import type { PlannedRequest } from '../../../core/plan.ts'
import type { Endpoint } from '../../../ports/endpoint.ts'
import { PortError } from '../../../ports/errors.ts'
import { portErrorOf, type WireResponse } from '../../wire/http.ts'
import { retried } from '../../wire/retry.ts'
import { plainText } from '../../wire/text.ts'
import { describedBy } from '../declared.ts'
import { endsAtOnce } from '../ends-at-once.ts'
import { type Measured, measuredEnd } from '../measured.ts'
import { spanOf } from '../span.ts'
import { baseUrl, type System, timeLeft } from '../system.ts'
import { errorsSchema, tracesSchema } from './schema.ts'
import { limit, searchOf } from './search.ts'

/** The durations of the traces that were found, in milliseconds. */
type Traces = readonly number[]

/**
 * `result` is `{value, series, slowestMs, more}`: how many traces fit within the operation's `span`. Where none fits and
 * the service has no trace at all, `value` is null, for no traces at all is no proof of health.
 */
export function jaeger(system: System): Endpoint {
  const reads = retried(system.wire)
  const urlOf = (request: PlannedRequest) => `${baseUrl(request.url, system.settings.base)}/api/traces`
  return {
    ...endsAtOnce('a search'),
    idempotent: true,
    describe: (request) =>
      `GET ${urlOf(request)} ${describedBy(request, JSON.stringify(request.detail), () => JSON.stringify(searchOf(request).asked))}`,
    async launch(launch) {
      const { request, key } = launch
      const { asked, any, narrowed } = searchOf(request)
      const to = system.clock.now()
      const times = { start: `${(to - spanOf(request)) * 1000}`, end: `${to * 1000}` }
      const signal = AbortSignal.timeout(Math.min(timeLeft(system, launch), request.timeoutMs))
      const search = async (query: Readonly<Record<string, string>>): Promise<Traces> => {
        const sent = { method: 'GET', url: urlOf(request), query: { ...query, ...times }, signal } as const
        return tracesIn(await reads.send(sent), request.do)
      }
      const found = await search(asked)
      const others = found.length === 0 && narrowed ? await search(any) : []
      return measuredEnd(key, measured(found, others.length > 0))
    },
  }
}

function measured(found: Traces, others: boolean): Measured {
  const more = { slowestMs: found.length > 0 ? Math.max(...found) : null, more: found.length >= limit }
  const value = found.length
  if (value > 0) return { value, series: 1, more, reason: `${value}${more.more ? ' or more' : ''} traces` }
  if (others) return { value, series: 1, more, reason: 'no trace of those that are there' }
  return { value: null, series: 0, more, reason: 'no traces were there: nothing was measured' }
}

function tracesIn(response: WireResponse, what: string): Traces {
  if (response.status !== 200) throw refusalOf(response, what)
  const parsed = tracesSchema.safeParse(response.json())
  if (!parsed.success) throw new PortError('malformed', `${what}: the answer is not a list of traces`)
  const { data, errors } = parsed.data
  const [error] = errors ?? []
  // What is missing may be what hurts (P5).
  if (error) throw new PortError('unavailable', `${what}: the answer is incomplete: ${plainText(error.msg)}`)
  return (data ?? []).map(({ spans = [] }) => {
    const start = Math.min(...spans.map(({ startTime }) => startTime))
    const end = Math.max(...spans.map(({ startTime, duration }) => startTime + duration))
    return spans.length > 0 ? (end - start) / 1000 : 0
  })
}

function refusalOf(response: WireResponse, what: string): PortError {
  const { kind, message, retryAfterMs } = portErrorOf(response, what)
  if (!/json/i.test(response.headers['content-type'] ?? '')) return new PortError(kind, message, { retryAfterMs })
  const parsed = errorsSchema.safeParse(response.json())
  const said = parsed.success ? `, ${plainText(parsed.data.errors[0]?.msg ?? '')}` : ''
  return new PortError(kind, `${message}${said}`, { retryAfterMs })
}
