// Owns the making of one metric for all who read it: Prometheus always, and another exporter where there is one.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

export type Labels<L extends string> = Readonly<Record<L, string>>
/** Values by label; a metric without labels has one value. */
export type Reading = number | readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]

/** What else the metrics are told to; each is made once, by its name. */
export interface MetricsSink {
  counter(name: string, help: string): (labels: Readonly<Record<string, string>>) => void
  /** In seconds. */
  histogram(
    name: string,
    help: string,
    buckets: readonly number[],
  ): (labels: Readonly<Record<string, string>>, value: number) => void
  gauge(name: string, help: string, read: () => Promise<Reading>): void
}

export interface Instruments {
  /** Each call counts one. */
  counter<L extends string>(name: string, help: string, labels: readonly L[]): (labels: Labels<L>) => void
  histogram<L extends string>(
    name: string,
    help: string,
    labels: readonly L[],
    buckets: readonly number[],
  ): (labels: Labels<L>, seconds: number) => void
  /** Read whenever the metrics are; a failing read shows no number. */
  gauge(name: string, help: string, labels: readonly string[], read: () => Promise<Reading> | Reading): void
}

export function instruments(registry: Registry, sink?: MetricsSink): Instruments {
  const registers = [registry]
  return {
    counter(name, help, labels) {
      const counter = new Counter({ name, help, labelNames: [...labels], registers })
      const also = sink?.counter(name, help)
      return (values) => {
        counter.inc(values)
        also?.(values)
      }
    },
    histogram(name, help, labels, buckets) {
      const histogram = new Histogram({ name, help, labelNames: [...labels], buckets: [...buckets], registers })
      const also = sink?.histogram(name, help, buckets)
      return (values, seconds) => {
        histogram.observe(values, seconds)
        also?.(values, seconds)
      }
    },
    gauge(name, help, labels, read) {
      const readings = async (): Promise<Reading> => read()
      const gauge = new Gauge({
        name,
        help,
        labelNames: [...labels],
        registers: [],
        async collect() {
          const found = await readings().catch(() => (labels.length === 0 ? Number.NaN : []))
          this.reset()
          if (typeof found === 'number') this.set(found)
          else for (const each of found) this.set(each.labels, each.value)
        },
      })
      registry.registerMetric(gauge)
      sink?.gauge(name, help, readings)
    },
  }
}
