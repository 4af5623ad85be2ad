// Owns the proof that docs/metrics.md lists the metrics that there are, with their types, labels and words.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createMetrics, type Metrics } from '../../../src/adapters/http/metrics.ts'

/** Metrics of which each has a value, so that each shows its labels. */
function used(): Metrics {
  const metrics = createMetrics({ defaults: false })
  metrics.meter.intake('servicenow', 'accepted')
  metrics.meter.alert('joined')
  metrics.meter.finished('succeeded')
  metrics.meter.decided('ask')
  metrics.meter.acted('ops.recycle_pool', 'succeeded')
  metrics.meter.glassBroken()
  metrics.meter.told('notes', 'ok', 10)
  metrics.http('GET', '/healthz', 200, 1)
  metrics.storeFailed('conflict')
  metrics.tookOver()
  metrics.anchored('written')
  metrics.watchBacklog(async () => 1)
  metrics.watch({
    overdueRuns: async () => 2,
    waiting: () => [{ surface: 'notes', runs: 3, oldestMs: 4_500 }],
    anchorsWaitingMs: () => 5_000,
    clockOffsetMs: () => -250,
    isResting: () => true,
  })
  return metrics
}

describe('the table of metrics', () => {
  it('is what /metrics shows', async () => {
    const text = await used().text()
    const shown = [
      ...text.matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (\w+)\n(?:\w+?(?:_bucket|_sum|_count)?\{(.*?)\})?/gm),
    ].map(([, name, help, type, labels = '']) => {
      const names = [...labels.matchAll(/(\w+)="/g)]
        .map(([, label]) => `\`${label}\``)
        .filter((label) => label !== '`le`')
      return `\`${name}\` | ${type} | ${names.join(' ')} | ${help}`
    })
    const listed = [
      ...readFileSync('docs/metrics.md', 'utf8').matchAll(/^\| (`runbot_\w+` \| (?:counter|gauge|histogram) .*) \|$/gm),
    ]
    const table = listed.map(([, row = '']) => row.replace('| |', '|  |'))
    assert.ok(table.length >= 18)
    assert.deepEqual(table.toSorted(), shown.toSorted())
  })

  it('names in its advice only metrics that there are', () => {
    const doc = readFileSync('docs/metrics.md', 'utf8')
    const listed = new Set([...doc.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name))
    const named = [...doc.matchAll(/\brunbot_\w+/g)].map(([name]) => name).filter((name) => !name.endsWith('_'))
    assert.deepEqual(
      named.filter((name) => !listed.has(name)),
      [],
    )
  })

  it('shows what is read when it is asked, by surface where there are several', async () => {
    const lines = (await used().text()).split('\n')
    for (const line of [
      'runbot_runs_overdue 2',
      'runbot_surface_waiting_runs{surface="notes"} 3',
      'runbot_surface_waiting_seconds{surface="notes"} 4.5',
      'runbot_anchors_waiting_seconds 5',
      'runbot_store_clock_offset_seconds -0.25',
      'runbot_resting 1',
      'runbot_store_errors_total{kind="conflict"} 1',
      'runbot_lease_takeovers_total 1',
      'runbot_anchors_total{result="written"} 1',
    ])
      assert.ok(lines.includes(line), line)
  })
})
