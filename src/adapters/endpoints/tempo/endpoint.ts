// Owns Tempo as an endpoint: a vetted TraceQL search whose number of traces is the result.
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
import { queryOf } from './query.ts'
import { type Search, searchSchema } from './schema.ts'

/** Searching ends at so many traces: then there are at least so many. */
const limit = 100

/**
 * `result` is `{value, series, slowestMs, more}`: how many traces fit within the operation's `span`. None where nothing
 * was looked at is null, for no traces at all is no proof of health.
 */
export function tempo(system: System): Endpoint {
  const reads = retried(system.wire)
  const urlOf = (request: PlannedRequest) => `${baseUrl(request.url, system.settings.base)}/api/search`
  return {
    ...endsAtOnce('a search'),
    idempotent: true,
    describe: (request) =>
      `GET ${urlOf(request)} ${describedBy(request, String(request.detail['query']), () => queryOf(request))}`,
    async launch(launch) {
      const { request, key } = launch
      const to = system.clock.now()
      const response = await reads.send({
        method: 'GET',
        url: urlOf(request),
        query: {
          q: queryOf(request),
          start: String(Math.floor((to - spanOf(request)) / 1000)),
          end: String(Math.ceil(to / 1000)),
          limit: String(limit),
          // Spans of a trace are not looked at.
          spss: '1',
        },
        signal: AbortSignal.timeout(Math.min(timeLeft(system, launch), request.timeoutMs)),
      })
      return measuredEnd(key, measured(response, request.do))
    },
  }
}

function measured(response: WireResponse, what: string): Measured {
  if (response.status !== 200) throw refusalOf(response, what)
  const parsed = searchSchema.safeParse(response.json())
  if (!parsed.success) throw new PortError('malformed', `${what}: the answer is not a search of traces`)
  const { traces = [] } = parsed.data
  const more = { slowestMs: slowest(parsed.data), more: traces.length >= limit }
  if (traces.length > 0) {
    const value = traces.length
    return { value, series: 1, more, reason: `${value}${more.more ? ' or more' : ''} traces` }
  }
  const reason = emptyBecause(parsed.data)
  return reason === null
    ? { value: 0, series: 1, more, reason: 'no trace of those looked at' }
    : { value: null, series: 0, more, reason }
}

/** Why no trace says nothing; null: others were looked at, so that none fits. */
function emptyBecause({ metrics = {} }: Search): string | null {
  const { inspectedTraces = 0, inspectedSpans = 0, inspectedBytes = 0, completedJobs = 0, totalJobs = 0 } = metrics
  if (completedJobs < totalJobs) return `the search is not complete: ${completedJobs} of ${totalJobs} parts`
  return inspectedTraces + inspectedSpans + inspectedBytes > 0 ? null : 'no traces were there: nothing was measured'
}

function slowest({ traces = [] }: Search): number | null {
  const durations = traces.flatMap(({ durationMs }) => (durationMs === undefined ? [] : [durationMs]))
  return durations.length > 0 ? Math.max(...durations) : null
}

/** Tempo says in plain text what is wrong with a query. */
function refusalOf(response: WireResponse, what: string): PortError {
  const { kind, message, retryAfterMs } = portErrorOf(response, what)
  const said = /text\/plain/i.test(response.headers['content-type'] ?? '') ? plainText(response.text()) : ''
  return new PortError(kind, said === '' ? message : `${message}, ${said}`, { retryAfterMs })
}
