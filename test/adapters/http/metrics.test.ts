// Owns the specification of the metrics: names, labels and units.
import assert from 'node:assert/strict'
import { createMetrics } from '../../../src/adapters/http/metrics.ts'

describe('the metrics', () => {
  it('tell what happened in Prometheus text', async () => {
    const metrics = createMetrics({ defaults: false })
    metrics.meter.intake('servicenow', 'accepted')
    metrics.refused('servicenow')
    metrics.meter.finished('succeeded')
    metrics.meter.decided('ask')
    metrics.meter.acted('ops.recycle_pool', 'unknown')
    metrics.meter.told('card', 'ok', 1500)
    metrics.meter.told('notes', 'failed')
    metrics.http('BREW', 'other', 404, 2)
    metrics.watchBacklog(async () => 7)
    const lines = (await metrics.text()).split('\n')
    for (const line of [
      'runbot_intake_events_total{source="servicenow",result="accepted"} 1',
      'runbot_intake_events_total{source="servicenow",result="refused"} 1',
      'runbot_runs_total{status="succeeded"} 1',
      'runbot_decisions_total{effect="ask"} 1',
      'runbot_actions_total{operation="ops.recycle_pool",outcome="unknown"} 1',
      'runbot_surface_deliveries_total{surface="card",result="ok"} 1',
      'runbot_surface_deliveries_total{surface="notes",result="failed"} 1',
      'runbot_surface_delay_seconds_sum{surface="card"} 1.5',
      'runbot_http_request_duration_seconds_sum{method="other",route="other",status="404"} 0.002',
      'runbot_intake_backlog 7',
    ])
      assert.ok(lines.includes(line), line)
    assert.ok(!lines.some((line) => line.startsWith('runbot_surface_delay_seconds_count{surface="notes"')))
  })

  it('show no number for a backlog that cannot be read', async () => {
    const metrics = createMetrics({ defaults: false })
    metrics.watchBacklog(() => Promise.reject(new Error('closed')))
    assert.match(await metrics.text(), /^runbot_intake_backlog nan$/im)
  })

  it('bring those of the process and of Node.js under the same prefix', async () => {
    const text = await createMetrics().text()
    assert.match(text, /^runbot_process_cpu_seconds_total /m)
    assert.match(text, /^runbot_nodejs_eventloop_lag_seconds /m)
    for (const line of text.split('\n')) assert.match(line, /^(#|runbot_|$)/)
  })
})
