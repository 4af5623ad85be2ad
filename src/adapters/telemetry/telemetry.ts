// Owns telemetry to Azure Monitor: traces of HTTP, runbot's metrics and its log. Loaded only where it is configured.
import { DefaultAzureCredential } from '@azure/identity'
import { shutdownAzureMonitor, useAzureMonitor } from '@azure/monitor-opentelemetry'
import { metrics, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { logs } from '@opentelemetry/api-logs'
import { resourceFromAttributes } from '@opentelemetry/resources'
import type { Millis } from '../../core/values.ts'
import { type Instruments, instrumentsOf } from './instruments.ts'
import { linesTo } from './lines.ts'
import { httpSpans } from './spans.ts'

export interface TelemetryOptions {
  /** Of Application Insights. Its endpoint may be plain http on this machine, which nobody signs in to. */
  readonly connectionString: string
  /** This process: the role instance. */
  readonly instance: string
  /** Every secret that no address may show. */
  readonly secrets: () => readonly string[]
  /** Hosts whose calls are not told. */
  readonly quiet?: readonly string[]
}

export interface Telemetry {
  /** What `createMetrics` tells besides Prometheus. */
  readonly sink: Instruments
  /** Takes a finished line of the log. */
  line(line: string): void
  /** Sends what is left, and gives up after `withinMs`. Never rejects. */
  stop(withinMs: Millis): Promise<void>
}

/** The SDK counts its own use, and sends that to Microsoft and not to the resource; it looks for what machine this is. */
const OFF = {
  APPLICATION_INSIGHTS_NO_STATSBEAT: 'true',
  APPLICATIONINSIGHTS_STATSBEAT_DISABLED: 'true',
  APPLICATIONINSIGHTS_SDKSTATS_DISABLED: 'true',
  OTEL_NODE_RESOURCE_DETECTORS: 'none',
  APPLICATIONINSIGHTS_OPENTELEMETRY_RESOURCE_METRIC_DISABLED: 'true',
}
/** Shorter ones would blot out ordinary words. */
const SHORTEST_SECRET = 4
const HIDDEN = '[redacted]'

const off = { enabled: false }
const instrumentationOptions = {
  http: off,
  azureSdk: off,
  mongoDb: off,
  mySql: off,
  postgreSql: off,
  redis: off,
  redis4: off,
  bunyan: off,
  winston: off,
  console: off,
}

/** Begins to send. What cannot be sent is dropped: nothing waits for it, and nothing of it lies on a disk. */
export function startTelemetry({ connectionString, instance, secrets, quiet = [] }: TelemetryOptions): Telemetry {
  Object.assign(process.env, OFF)
  const endpoint = endpointIn(connectionString)
  const isLocal = endpoint?.startsWith('http:') ?? false
  useAzureMonitor({
    azureMonitorExporterOptions: {
      connectionString,
      disableOfflineStorage: true,
      // The SDK makes https of every address unless it is given this way.
      ...(isLocal && endpoint !== undefined
        ? { host: endpoint, allowInsecureConnection: true }
        : { credential: new DefaultAzureCredential() }),
    },
    resource: resourceFromAttributes({ 'service.name': 'runbot', 'service.instance.id': instance }),
    samplingRatio: 1,
    tracesPerSecond: 0,
    enableLiveMetrics: false,
    enableStandardMetrics: false,
    enablePerformanceCounters: false,
    enableTraceBasedSamplingForLogs: false,
    instrumentationOptions,
  })
  const tracer = trace.getTracer('runbot')
  // Azure's SDKs would tell spans of their own of the same calls, with the names of their parameters.
  trace.disable()
  const spans = httpSpans(tracer, {
    quiet: [...quiet, ...hostsIn(connectionString)],
    clean: cleaner(secrets),
  })
  const context = () => {
    const span = spans.current()
    return span ? trace.setSpan(ROOT_CONTEXT, span) : ROOT_CONTEXT
  }
  return {
    sink: instrumentsOf(metrics.getMeter('runbot')),
    line: linesTo(logs.getLogger('runbot'), context),
    async stop(withinMs) {
      spans.stop()
      const given = Promise.withResolvers<void>()
      const timer = setTimeout(given.resolve, withinMs)
      await Promise.race([Promise.resolve(shutdownAzureMonitor()).catch(() => undefined), given.promise])
      clearTimeout(timer)
    },
  }
}

const cleaner = (secrets: () => readonly string[]) => (text: string) => {
  let cleaned = text
  for (const secret of secrets())
    if (secret.length >= SHORTEST_SECRET)
      cleaned = cleaned.replaceAll(secret, HIDDEN).replaceAll(encodeURIComponent(secret.toWellFormed()), HIDDEN)
  return cleaned
}

function pairsIn(connectionString: string): ReadonlyMap<string, string> {
  const pairs = connectionString.split(';').map((pair) => pair.trim())
  return new Map(pairs.map((pair) => [pair.split('=', 1)[0]?.toLowerCase() ?? '', pair.slice(pair.indexOf('=') + 1)]))
}

const endpointIn = (connectionString: string): string | undefined =>
  pairsIn(connectionString).get('ingestionendpoint')?.replace(/\/+$/, '')

/** The telemetry's own calls are not told. */
const hostsIn = (connectionString: string): readonly string[] =>
  [...pairsIn(connectionString).values()].flatMap((value) => (URL.canParse(value) ? [new URL(value).host] : []))
