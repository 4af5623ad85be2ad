// Owns the metrics: their names, labels and buckets, behind functions that say what happened.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Millis } from '../../core/values.ts'
import type { Meter } from '../../ports/observe.ts'

interface TimedMeter extends Meter {
  /** `delayMs` counts from the record to the telling; without it the delay is not measured. */
  told(surface: string, result: 'ok' | 'failed', delayMs?: Millis): void
}

export interface Metrics {
  /** What the app tells. */
  readonly meter: TimedMeter
  /** A sender was turned away at the door. */
  refused(source: string): void
  /** One HTTP request. `route` is the pattern, never the URL, and `other` where no route matched. */
  http(method: string, route: string, status: number, durationMs: Millis): void
  /** How the backlog is read whenever the metrics are; a failing read shows no number. */
  watchBacklog(read: () => Promise<number>): void
  readonly contentType: string
  /** All metrics in the Prometheus text format. */
  text(): Promise<string>
}

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** `defaults: false` leaves the metrics of the process and of Node.js out. */
export function createMetrics({ defaults = true }: { readonly defaults?: boolean } = {}): Metrics {
  const registry = new Registry()
  if (defaults) collectDefaultMetrics({ register: registry, prefix: 'runbot_' })
  const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Counter({ name, help, labelNames, registers: [registry] })
  const histogram = <L extends string>(name: string, help: string, labelNames: L[], buckets: number[]) =>
    new Histogram({ name, help, labelNames, buckets, registers: [registry] })

  const intake = counter('runbot_intake_events_total', 'Intake events by source and result.', ['source', 'result'])
  const runs = counter('runbot_runs_total', 'Runs that ended, by status.', ['status'])
  const decisions = counter('runbot_decisions_total', 'Policy decisions by effect.', ['effect'])
  const actions = counter('runbot_actions_total', 'Actions by the outcome that their endpoint reported.', [
    'operation',
    'outcome',
  ])
  const glass = counter('runbot_break_glass_total', 'How often somebody went around policy in an emergency.', [])
  const deliveries = counter('runbot_surface_deliveries_total', 'Tellings of a surface by result.', [
    'surface',
    'result',
  ])
  const delays = histogram(
    'runbot_surface_delay_seconds',
    'From what was recorded to when a surface showed it.',
    ['surface'],
    [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800],
  )
  const requests = histogram(
    'runbot_http_request_duration_seconds',
    'HTTP requests by method, route and status.',
    ['method', 'route', 'status'],
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  )

  return {
    meter: {
      intake: (source, result) => intake.inc({ source, result }),
      finished: (status) => runs.inc({ status }),
      glassBroken: () => glass.inc(),
      decided: (effect) => decisions.inc({ effect }),
      acted: (operation, outcome) => actions.inc({ operation, outcome }),
      told: (surface, result, delayMs) => {
        deliveries.inc({ surface, result })
        if (delayMs !== undefined) delays.observe({ surface }, delayMs / 1000)
      },
    },
    refused: (source) => intake.inc({ source, result: 'refused' }),
    http: (method, route, status, durationMs) =>
      requests.observe({ method: knownMethods.has(method) ? method : 'other', route, status }, durationMs / 1000),
    watchBacklog: (read) => {
      const backlog = new Gauge({
        name: 'runbot_intake_backlog',
        help: 'Intake events that wait to be worked on.',
        registers: [],
        async collect() {
          this.set(await read().catch(() => Number.NaN))
        },
      })
      registry.registerMetric(backlog)
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
  }
}
