// Owns a sandbox of Jaeger's query service: traces in memory, searched as its HTTP API does.
// Parameters: cmd/query/app/query_parser.go of jaegertracing/jaeger; times are in microseconds.
import { type Answer, type Server, serve } from './server.ts'

export interface JaegerTrace {
  readonly service: string
  readonly operation: string
  readonly tags: Readonly<Record<string, string>>
  readonly durationMs: number
  readonly at: number
}

export interface Jaeger extends Server {
  readonly traces: JaegerTrace[]
}

const unit: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000 }

export async function startJaeger(): Promise<Jaeger> {
  const traces: JaegerTrace[] = []
  const refused = (msg: string): Answer => ({
    status: 400,
    body: { data: null, total: 0, limit: 0, offset: 0, errors: [{ code: 400, msg }] },
  })
  const server = await serve({
    handler({ path, query }) {
      if (path !== '/api/traces') return { status: 404, body: '404 page not found' }
      const { service = '', operation = '', tags = '{}', minDuration = '0ms', start, end, limit = '100' } = query
      if (service === '') return refused("parameter 'service' is required")
      const [, amount, of = ''] = /^([\d.]+)([a-z]+)$/.exec(minDuration) ?? []
      if (amount === undefined || unit[of] === undefined) return refused(`unable to parse param 'minDuration'`)
      const wanted = Object.entries(JSON.parse(tags) as Record<string, string>)
      const found = traces.filter(
        (trace) =>
          trace.service === service &&
          (operation === '' || trace.operation === operation) &&
          wanted.every(([tag, value]) => trace.tags[tag] === value) &&
          trace.durationMs >= Number(amount) * (unit[of] ?? 0) &&
          trace.at * 1000 >= Number(start) &&
          trace.at * 1000 <= Number(end),
      )
      return {
        status: 200,
        body: {
          data: found.slice(0, Number(limit)).map(({ durationMs, at, operation: operationName }, index) => ({
            traceID: `${index + 1}`.padStart(32, '0'),
            spans: [
              { operationName, startTime: at * 1000, duration: durationMs * 1000 },
              { operationName: 'inner', startTime: at * 1000 + 10, duration: 5 },
            ],
            processes: {},
          })),
          total: 0,
          limit: 0,
          offset: 0,
          errors: null,
        },
      }
    },
  })
  return Object.assign(server, { traces })
}
