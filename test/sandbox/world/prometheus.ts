// Owns the Prometheus of the sandbox world: it answers the queries of connectors.yaml with what is so at that moment.
import { type Answer, type Server, serve } from '../server.ts'

/** A measurement by metric, given the label's value; null where there is no such series. CONTRACTS 6.2 */
export type Measurements = Record<string, (label: string) => number | null>

const METRIC = /(\w+)\{\w+="([^"]*)"/
/** So many samples of the past are kept. */
const KEPT = 1000

export const startPrometheus = (measurements: Measurements): Promise<Server> => {
  const past: { series: string; at: number; value: string }[] = []
  return serve({
    handler({ path, query }): Answer {
      if (path !== '/api/v1/query' && path !== '/api/v1/query_range')
        return { status: 404, headers: { 'content-type': 'text/plain' }, body: '404 page not found' }
      const [series = '', metric = '', label = ''] = METRIC.exec(query.query ?? '') ?? []
      const { start, end = String(Date.now() / 1000) } = query
      if (start !== undefined) {
        // What was measured when somebody asked: nobody scrapes here. CONTRACTS 6.2
        const values = past
          .filter((each) => each.series === series && each.at >= Number(start) && each.at <= Number(end))
          .map(({ at, value }) => [at, value])
        const result = values.length === 0 ? [] : [{ metric: {}, values }]
        return { status: 200, body: { status: 'success', data: { resultType: 'matrix', result } } }
      }
      const value = measurements[metric]?.(label) ?? null
      if (value !== null) past.push({ series, at: Date.now() / 1000, value: String(value) })
      past.splice(0, past.length - KEPT)
      // Sample values are text, an absent series is a success with nothing in it. CONTRACTS 6.2
      const result = value === null ? [] : [{ metric: {}, value: [0, String(value)] }]
      return { status: 200, body: { status: 'success', data: { resultType: 'vector', result } } }
    },
  })
}
