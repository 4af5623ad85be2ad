// Owns the metrics: their names, labels and buckets, behind functions that say what happened (docs/metrics.md lists them).
import { collectDefaultMetrics, Registry } from 'prom-client'
import type { Millis } from '../../core/values.ts'
import type { Meter } from '../../ports/observe.ts'
import { instruments, type MetricsSink, type Reading } from './instruments.ts'

interface TimedMeter extends Meter {
  /** `delayMs` counts from the record to the telling; without it the delay is not measured. */
  told(surface: string, result: 'ok' | 'failed', delayMs?: Millis): void
}

/** What is read whenever the metrics are; a failing read shows no number. */
export interface Gauges {
  readonly backlog: () => Promise<number>
  /** Open runs whose work is overdue and that nobody works on. */
  readonly overdueRuns: () => Promise<number>
  /** Copies that wait because their surface fails, by surface. */
  readonly waiting: () => readonly { readonly surface: string; readonly runs: number; readonly oldestMs: Millis }[]
  readonly anchorsWaitingMs: () => Millis
  /** How far the store's time is ahead of this machine's. */
  readonly clockOffsetMs: () => Millis
  readonly isResting: () => boolean
}

export interface Metrics {
  /** What the app tells. */
  readonly meter: TimedMeter
  /** A sender was turned away at the door. */
  refused(source: string): void
  /** One HTTP request. `route` is the pattern, never the URL, and `other` where no route matched. */
  http(method: string, route: string, status: number, durationMs: Millis): void
  /** The store did not do what was asked for; `kind` is the PortError's. */
  storeFailed(kind: string): void
  /** A run was taken from a replica that had let its lease run out. */
  tookOver(): void
  anchored(result: 'written' | 'failed'): void
  /** How the backlog is read. */
  watchBacklog(read: Gauges['backlog']): void
  /** How everything else is read. */
  watch(gauges: Omit<Gauges, 'backlog'>): void
  readonly contentType: string
  /** All metrics in the Prometheus text format. */
  text(): Promise<string>
}

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
const delayBuckets = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800]
const requestBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

interface MetricsOptions {
  /** False leaves the metrics of the process and of Node.js out. */
  readonly defaults?: boolean
  /** Who is told the same besides Prometheus; those of the process stay with Prometheus. */
  readonly sink?: MetricsSink | undefined
}

export function createMetrics({ defaults = true, sink }: MetricsOptions = {}): Metrics {
  const registry = new Registry()
  if (defaults) collectDefaultMetrics({ register: registry, prefix: 'runbot_' })
  const { counter, histogram, gauge } = instruments(registry, sink)

  const intake = counter('runbot_intake_events_total', 'Intake events by source and result.', ['source', 'result'])
  const alerts = counter('runbot_alerts_total', 'Alerts by what came of them.', ['result'])
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
    delayBuckets,
  )
  const requests = histogram(
    'runbot_http_request_duration_seconds',
    'HTTP requests by method, route and status.',
    ['method', 'route', 'status'],
    requestBuckets,
  )
  const storeErrors = counter('runbot_store_errors_total', 'What the store refused or failed to do, by kind.', ['kind'])
  const takeovers = counter('runbot_lease_takeovers_total', 'Runs taken over from a replica that had stopped.', [])
  const anchors = counter('runbot_anchors_total', 'Checkpoints of the audit trail by result.', ['result'])

  return {
    meter: {
      intake: (source, result) => intake({ source, result }),
      alert: (result) => alerts({ result }),
      finished: (status) => runs({ status }),
      glassBroken: () => glass({}),
      decided: (effect) => decisions({ effect }),
      acted: (operation, outcome) => actions({ operation, outcome }),
      told: (surface, result, delayMs) => {
        deliveries({ surface, result })
        if (delayMs !== undefined) delays({ surface }, delayMs / 1000)
      },
    },
    refused: (source) => intake({ source, result: 'refused' }),
    http: (method, route, status, durationMs) =>
      requests(
        { method: knownMethods.has(method) ? method : 'other', route, status: String(status) },
        durationMs / 1000,
      ),
    storeFailed: (kind) => storeErrors({ kind }),
    tookOver: () => takeovers({}),
    anchored: (result) => anchors({ result }),
    watchBacklog: (read) => gauge('runbot_intake_backlog', 'Intake events that wait to be worked on.', [], read),
    watch({ overdueRuns, waiting, anchorsWaitingMs, clockOffsetMs, isResting }) {
      const bySurface = (value: (each: ReturnType<Gauges['waiting']>[number]) => number): Reading =>
        waiting().map((each) => ({ labels: { surface: each.surface }, value: value(each) }))
      gauge('runbot_runs_overdue', 'Open runs whose work is overdue, and which no replica works on.', [], overdueRuns)
      gauge('runbot_surface_waiting_runs', 'Runs of which a failing surface does not show all yet.', ['surface'], () =>
        bySurface(({ runs: count }) => count),
      )
      gauge(
        'runbot_surface_waiting_seconds',
        'For how long the oldest entry waits for a failing surface.',
        ['surface'],
        () => bySurface(({ oldestMs }) => oldestMs / 1000),
      )
      gauge(
        'runbot_anchors_waiting_seconds',
        'For how long the oldest ended run waits for its checkpoint.',
        [],
        () => anchorsWaitingMs() / 1000,
      )
      gauge(
        'runbot_store_clock_offset_seconds',
        'How far the time of the store is ahead of this machine.',
        [],
        () => clockOffsetMs() / 1000,
      )
      gauge('runbot_resting', '1 while this replica does no work because others have newer files.', [], () =>
        isResting() ? 1 : 0,
      )
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
  }
}
