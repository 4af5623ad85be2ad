// Owns a sandbox of Tempo's search: traces in memory, and as much TraceQL as conditions joined by && need.
// https://grafana.com/docs/tempo/latest/api_docs/#search
import { type Server, serve } from './server.ts'

export interface TempoTrace {
  readonly service: string
  readonly status: 'ok' | 'error'
  readonly durationMs: number
  readonly at: number
}

export interface Tempo extends Server {
  /** The whole of what it holds; a test adds to it. */
  readonly traces: TempoTrace[]
}

type Holds = (trace: TempoTrace) => boolean

/** Undefined where the query is none that it understands. */
function parsed(query: string): Holds | undefined {
  const inner = /^\{\s*(.*?)\s*\}$/s.exec(query)?.[1]
  if (inner === undefined) return undefined
  const conditions = inner.split(/\s*&&\s*/).map((condition): Holds | undefined => {
    const [, service] = /^resource\.service\.name\s*=\s*("(?:[^"\\]|\\.)*")$/.exec(condition) ?? []
    if (service !== undefined) return (trace) => trace.service === JSON.parse(service)
    const [, status] = /^status\s*=\s*(ok|error)$/.exec(condition) ?? []
    if (status !== undefined) return (trace) => trace.status === status
    const [, ms] = /^duration\s*>\s*(\d+)ms$/.exec(condition) ?? []
    return ms === undefined ? undefined : (trace) => trace.durationMs > Number(ms)
  })
  return conditions.some((each) => !each) ? undefined : (trace) => conditions.every((each) => each?.(trace))
}

export async function startTempo(): Promise<Tempo> {
  const traces: TempoTrace[] = []
  const plain = (status: number, body: string) => ({ status, headers: { 'content-type': 'text/plain' }, body })
  const server = await serve({
    handler({ path, query: { q = '', start, end, limit = '20' } }) {
      if (path !== '/api/search') return plain(404, '404 page not found')
      const holds = parsed(q)
      if (!holds) return plain(400, `invalid TraceQL query: parse error at line 1: ${q.slice(0, 20)}`)
      const inTime = traces.filter(({ at }) => at >= Number(start) * 1000 && at <= Number(end) * 1000)
      const found = inTime.filter(holds).slice(0, Number(limit))
      return {
        status: 200,
        body: {
          traces: found.map(({ service, durationMs }, index) => ({
            traceID: `${index + 1}`.padStart(32, '0'),
            rootServiceName: service,
            rootTraceName: 'GET /checkout',
            startTimeUnixNano: '1700000000000000000',
            durationMs,
          })),
          metrics: {
            ...(inTime.length > 0 ? { inspectedTraces: inTime.length, inspectedBytes: `${inTime.length * 512}` } : {}),
            completedJobs: 1,
            totalJobs: 1,
          },
        },
      }
    },
  })
  return Object.assign(server, { traces })
}
