// Owns the proof of how signals are asked: really, side by side, in time, remembered for a moment, and never guessed (P5).
import assert from 'node:assert/strict'
import { compileExpression } from '../../src/adapters/catalog/cel.ts'
import { compilePlanned } from '../../src/adapters/catalog/template.ts'
import { endpoints } from '../../src/adapters/endpoints/endpoints.ts'
import { canonicalJson, sha256Hex } from '../../src/adapters/store/hashing.ts'
import { signalReader } from '../../src/app/signals.ts'
import { known } from '../../src/core/incident.ts'
import type { Operation, Signal } from '../../src/core/runbook.ts'
import type { Signals } from '../../src/core/surroundings.ts'
import type { Json } from '../../src/core/values.ts'
import { type Clock, systemClock } from '../../src/ports/clock.ts'
import { settingsOf } from '../adapters/endpoints/settings.ts'
import { type Answer, type Server, serve } from '../sandbox/server.ts'
import { startTempo, type Tempo } from '../sandbox/tempo.ts'

const minute = 60_000
const name = { name: known('web-01', 'cmdb_ci', 0) }
const asked = {
  context: { ci: { sysId: '1', name: 'web-01', facts: name }, readAt: 0 },
  targets: [],
  parameters: { service: 'shop' },
}

describe('what signals say', () => {
  let metrics: Server
  let tempo: Tempo
  let ratio: string | null
  let later = 0
  const clock: Clock = { now: () => Date.now() + later, sleep: (ms, signal) => systemClock.sleep(ms, signal) }
  beforeEach(async () => {
    ratio = '0.41'
    later = 0
    metrics = await serve({
      handler({ path, query }): Answer {
        const one = ratio === null ? [] : [{ metric: {}, value: [1, ratio] }]
        const values = [
          [Number(query['start']), '0.1'],
          [Number(query['end']), ratio ?? 'NaN'],
        ]
        const data = path.endsWith('query_range')
          ? { resultType: 'matrix', result: [{ metric: {}, values }] }
          : { resultType: 'vector', result: one }
        return { status: 200, body: { status: 'success', data } }
      },
    })
    tempo = await startTempo()
  })
  afterEach(() => Promise.all([metrics.stop(), tempo.stop()]))

  const start = () => {
    const prometheus = settingsOf({ name: 'prometheus', kind: 'prometheus', url: metrics.url })
    const systems = { prometheus, tempo: settingsOf({ name: 'tempo', kind: 'tempo', url: tempo.url }) }
    const operation = (system: string, kind: string, url: string, query: string, parameters: Json): Operation => ({
      name: `${system}.ask`,
      system,
      kind,
      url,
      tier: 0,
      detail: { query, parameters },
    })
    const operations = new Map(
      [
        operation('prometheus', 'prometheus', metrics.url, 'errors{ci="{ci}"}', { ci: '^[a-z0-9-]+$' }),
        operation('tempo', 'tempo', tempo.url, '{ resource.service.name = "{service}" && status = error }', {
          service: '^[a-z]+$',
        }),
      ].map((each) => [each.name, each]),
    )
    const deps = {
      endpoints: endpoints({ systems: () => systems, clock }),
      clock,
      compile: compileExpression,
      hash: { canonicalize: canonicalJson, digest: sha256Hex },
    }
    const read = signalReader(deps)
    return (signals: { readonly [name: string]: Signal } = { errors, slow }): Promise<Signals> =>
      read({ signals }, asked, operations, { run: 'r-1', requestedBy: 'INC0010001' })
  }
  const signal = (operation: string, values: Json, more: Partial<Signal> = {}): Signal => ({
    do: operation,
    with: compilePlanned(values),
    timeoutMs: 60_000,
    title: operation,
    unit: '',
    rangeMs: 60 * minute,
    shows: compileExpression('result.value > 0.1'),
    ...more,
  })
  const errors = signal('prometheus.ask', { ci: '${ci.name}' })
  const slow = signal('tempo.ask', { service: '${parameters.service}' })
  const said = (signals: Signals) =>
    Object.fromEntries(
      Object.entries(signals).map(([key, fact]) => [
        key,
        fact.known ? [fact.value.value, fact.value.shows] : [fact.source, fact.reason],
      ]),
    )

  it('is a number of each, whether the issue shows in it, and a past for a chart', async () => {
    tempo.traces.push({ service: 'shop', status: 'error', durationMs: 9, at: Date.now() - minute })
    const signals = await start()()
    assert.deepEqual(said(signals), { errors: [0.41, true], slow: [1, true] })
    const fact = signals['errors']
    assert.ok(fact?.known)
    assert.deepEqual(
      fact.value.points.map(([, value]) => value),
      [0.1, 0.41],
    )
    const [from = 0, to = 0] = fact.value.points.map(([at]) => at)
    assert.ok(Math.abs(to - from - 60 * minute) < 2000)
    assert.deepEqual([fact.value.system, fact.source], ['prometheus', 'prometheus.ask'])
    const range = metrics.requests.find(({ path }) => path.endsWith('query_range'))
    assert.equal(range?.query['query'], 'errors{ci="web-01"}')
    assert.equal(range?.query['step'], '62')
  })

  it('of an absent series is null, and whether the issue shows cannot be told (P5)', async () => {
    ratio = null
    assert.deepEqual(said(await start()()), { errors: [null, null], slow: [null, null] })
  })

  it('of a system that is down is unknown with the reason, and keeps no other from answering (P5)', async () => {
    await tempo.down()
    const { errors: good, slow: bad } = said(await start()())
    assert.deepEqual(good, [0.41, true])
    assert.equal(bad?.[0], 'tempo')
    assert.match(String(bad?.[1]), /ECONNREFUSED|refused|could not be reached|connect/i)
  })

  it('is unknown where the query cannot be filled in, or a value does not fit (P9)', async () => {
    const signals = await start()({
      errors: signal('prometheus.ask', { ci: '${ci.no_such_fact}' }),
      slow: signal('tempo.ask', { service: 'a"} || {true' }),
      gone: signal('prometheus.other', {}),
    })
    const { errors: unfilled, slow: hostile, gone } = said(signals)
    assert.match(String(unfilled?.[1]), /^prometheus\.ask: .*no_such_fact/)
    assert.match(String(hostile?.[1]), /does not match/)
    assert.equal(gone?.[1], 'there is no operation prometheus.other in connectors.yaml')
    assert.equal(metrics.requests.length + tempo.requests.length, 0)
  })

  it('is what the number is, where the past cannot be read', async () => {
    metrics.faults.add({ fault: { status: 400 }, match: ({ path }) => path.endsWith('query_range') })
    const fact = (await start()({ errors }))['errors']
    assert.ok(fact?.known)
    assert.deepEqual([fact.value.value, fact.value.points], [0.41, []])
  })

  it('cannot be told where its condition is none of this value', async () => {
    const odd = { ...errors, shows: compileExpression('result.series > 0 && result.value.size() > 1') }
    assert.deepEqual(
      said(await start()({ odd, errors: { ...errors, shows: compileExpression('result.series == 1') } })),
      {
        odd: [0.41, null],
        errors: [0.41, true],
      },
    )
  })

  it('is unknown where no answer comes in time, and says so (P12)', async () => {
    metrics.faults.add({ fault: { slow: 1_000 }, times: 9 })
    const fact = (await start()({ errors: { ...errors, timeoutMs: 200 } }))['errors']
    assert.ok(fact && !fact.known)
    assert.match(fact.reason, /did not answer within 0\.2 s|timed out|in time/)
  })

  it('is remembered for 30 s, where a number came, and asked for again after that', async () => {
    const read = start()
    await Promise.all([read({ errors }), read({ errors })])
    assert.equal(metrics.requests.length, 2, 'the number and its past, once')
    later = 29_000
    await read({ errors })
    assert.equal(metrics.requests.length, 2)
    later = 31_000
    ratio = '0.02'
    assert.deepEqual(said(await read({ errors })), { errors: [0.02, false] })
    ratio = null
    later = 62_000
    await read({ errors })
    ratio = '0.5'
    assert.deepEqual(said(await read({ errors })), { errors: [0.5, true] }, 'nothing is not remembered')
  })
})
