// Owns the Prometheus of the sandbox world: it answers the queries of connectors.yaml with what is so at that moment.
import { type Answer, type Server, serve } from '../server.ts'

/** A measurement by metric, given the label's value; null where there is no such series. CONTRACTS 6.2 */
export type Measurements = Record<string, (label: string) => number | null>

const METRIC = /(\w+)\{\w+="([^"]*)"/

export const startPrometheus = (measurements: Measurements): Promise<Server> =>
  serve({
    handler({ path, query }): Answer {
      if (path !== '/api/v1/query')
        return { status: 404, headers: { 'content-type': 'text/plain' }, body: '404 page not found' }
      const [, metric = '', label = ''] = METRIC.exec(query.query ?? '') ?? []
      const value = measurements[metric]?.(label) ?? null
      // Sample values are text, an absent series is a success with nothing in it. CONTRACTS 6.2
      const result = value === null ? [] : [{ metric: {}, value: [0, String(value)] }]
      return { status: 200, body: { status: 'success', data: { resultType: 'vector', result } } }
    },
  })
