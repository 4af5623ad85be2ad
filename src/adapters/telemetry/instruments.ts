// Owns runbot's metrics as OpenTelemetry instruments, under the names that Prometheus reads.
import type { Meter } from '@opentelemetry/api'

type Labels = Readonly<Record<string, string>>
type Reading = number | readonly { readonly labels: Labels; readonly value: number }[]

/** What `createMetrics` tells; the shape is that of its sink. */
export interface Instruments {
  counter(name: string, help: string): (labels: Labels) => void
  histogram(name: string, help: string, buckets: readonly number[]): (labels: Labels, value: number) => void
  gauge(name: string, help: string, read: () => Promise<Reading>): void
}

export const instrumentsOf = (meter: Meter): Instruments => ({
  counter(name, description) {
    const counter = meter.createCounter(name, { description })
    return (labels) => counter.add(1, { ...labels })
  },
  histogram(name, description, buckets) {
    const options = { description, unit: 's', advice: { explicitBucketBoundaries: [...buckets] } }
    const histogram = meter.createHistogram(name, options)
    return (labels, value) => histogram.record(value, { ...labels })
  },
  gauge(name, description, read) {
    meter.createObservableGauge(name, { description }).addCallback(async (result) => {
      // A failing read shows no number.
      const found = await read().catch(() => [])
      if (typeof found === 'number') result.observe(found)
      else for (const { labels, value } of found) result.observe(value, { ...labels })
    })
  },
})
