// Owns the proof that signals decide, are kept as evidence before and after, and are drawn on the card (P2, P5, P12).
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { Json } from '../../src/core/values.ts'
import { objects } from '../cards/check.ts'
import { startTempo, type Tempo } from '../sandbox/tempo.ts'
import { PEOPLE } from '../sandbox/world/people.ts'
import { amend, asking, begin, cardSays, click, eventsOf } from './governance.ts'
import { CONNECTORS, incidentOn, measure, recycle, underWay, withRunbook } from './rollout.ts'
import { until } from './runbot.ts'
import { stage } from './story.ts'

const tempo: Tempo = await startTempo()

describe('story: signals', () => {
  const story = stage(
    withRunbook(
      {
        targets: { max: 1 },
        limits: { corroborated: 2 },
        signals: {
          errors: {
            do: 'prometheus.error_ratio',
            with: { balancer: '${ci.name}' },
            title: 'error ratio',
            shows: 'result.value > 0.5',
          },
          traces: {
            do: 'traces.failed',
            with: { service: '${ci.name}' },
            title: 'failed traces',
            shows: 'result.value > 0',
          },
        },
        steps: [recycle()],
      },
      {
        edit: (place) => {
          const query = '{ resource.service.name = "{service}" && status = error }'
          const failed = { tier: 0, query, parameters: { service: '^[a-z0-9-]{1,20}$' }, span: '10m' }
          const traces = { kind: 'tempo', url: tempo.url, operations: { failed } }
          amend(place, CONNECTORS, { systems: { traces } })
        },
      },
    ),
  )
  after(() => tempo.stop())

  let ratio: number | null = 0.9
  before(() => measure(story, () => ratio))
  beforeEach(() => {
    ratio = 0.9
  })
  /** Its newest request, and nothing before. */
  const traced = (service: string, status: 'ok' | 'error') => {
    tempo.traces.splice(0)
    tempo.traces.push({ service, status, durationMs: 700, at: Date.now() })
  }
  const brokenHost = (): string => {
    const host = story.host()
    story.world.sites[host]?.break()
    return host
  }

  it('are read before the ask and at the end, kept under their SHA-256, and drawn with a line of text beside', async () => {
    const host = brokenHost()
    traced(host, 'error')
    const number = incidentOn(story, host)
    const run = await begin(story, PEOPLE.requester, `restart-iis ${host} for ${number}`)
    const shown = await asking(story, run)
    const asked = JSON.stringify(shown)
    assert.match(asked, /the issue shows in 2 of 2/)
    const release = story.world.ops.hold('recycle-pool')
    await click(story, shown, { as: PEOPLE.approver })
    await underWay(story, 'recycle-pool', host)
    ratio = 0.02
    traced(host, 'ok')
    release()
    const { status } = await story.ended(run)
    assert.equal(status, 'succeeded')

    const captured = (await eventsOf(story, run, 'evidenceCaptured')).filter(({ reading }) => reading !== undefined)
    assert.deepEqual(
      captured
        .map(({ id, do: operation, ok, reading }) => [id, operation, ok, reading?.value, reading?.shows])
        .toSorted(),
      [
        ['1', 'prometheus.error_ratio', true, 0.9, true],
        ['2', 'traces.failed', true, 1, true],
        ['after-1', 'prometheus.error_ratio', true, 0.02, false],
        ['after-2', 'traces.failed', true, 0, false],
      ],
    )
    const attached = await until('the attached reading', () =>
      story.world.servicenow
        .attachments(story.world.servicenow.incident(number)['sys_id'] ?? '')
        .find(({ name }) => name.includes('-evidence-after-1-')),
    )
    const last = captured.find(({ id }) => id === 'after-1')
    assert.equal(createHash('sha256').update(attached.bytes).digest('hex'), last?.sha256)
    assert.match(attached.bytes.toString(), /"signal": "errors"/)

    const { card } = await cardSays(story, run, /error ratio 0\.9 → 0\.02/)
    const chart = objects(card as unknown as Json).find(({ type }) => type === 'Chart.Line')
    assert.equal(chart?.['title'], 'error ratio 0.9 → 0.02')
    assert.match(JSON.stringify(chart?.['fallback']), /error ratio .*0\.9.* → .*0\.02.*[▁▂▃▄▅▆▇█]/)
    assert.match(JSON.stringify(card), /failed traces/)
  })

  it('that do not show the issue stop the run before anything is sent, with the reason (P12)', async () => {
    const host = brokenHost()
    traced(host, 'ok')
    const run = await begin(story, PEOPLE.requester, `restart-iis ${host} for ${incidentOn(story, host)}`)
    const { status } = await story.ended(run)
    assert.equal(status, 'stoppedByPolicy')
    assert.deepEqual(story.effects(host), [])
    await cardSays(story, run, /the issue shows in 1 of 2 independent signals: not in failed traces/)
  })
})
