// Owns the specification of Tempo and Jaeger as endpoints: how many traces fit, and when none says nothing.
import assert from 'node:assert/strict'
import { queryOf } from '../../../src/adapters/endpoints/tempo/query.ts'
import type { Json, JsonObject } from '../../../src/core/values.ts'
import { failure, launchOf } from '../../contracts/endpoint.suite.ts'
import { type Jaeger, type JaegerTrace, startJaeger } from '../../sandbox/jaeger.ts'
import { startTempo, type Tempo, type TempoTrace } from '../../sandbox/tempo.ts'
import { ended } from './azure-automation-setup.ts'
import { endpointOf, requestOf, settingsOf } from './settings.ts'

const service = '^[a-z0-9.-]{1,64}$'
const minute = 60_000

describe('the tempo endpoint', () => {
  let far: Tempo
  beforeEach(async () => {
    far = await startTempo()
  })
  afterEach(() => far.stop())
  const query = '{ resource.service.name = "{service}" && status = error }'
  const run = async (detail: JsonObject = {}) => {
    const settings = settingsOf({ name: 'tempo', kind: 'tempo', url: far.url })
    const given = { query, parameters: { service }, span: 10 * minute, ...detail }
    const request = requestOf(settings, { tier: 0, detail: given, with: { service: 'shop' } })
    return ended(await endpointOf(settings, request).launch(launchOf(request)))
  }
  const add = (given: Partial<TempoTrace> = {}) =>
    far.traces.push({ service: 'shop', status: 'error', durationMs: 40, at: Date.now() - minute, ...given })

  it('counts the traces that fit within the span, and tells the slowest', async () => {
    add({ durationMs: 1200 })
    add()
    add({ status: 'ok' })
    add({ service: 'other' })
    add({ at: Date.now() - 20 * minute })
    assert.deepEqual((await run()).result, { value: 2, series: 1, slowestMs: 1200, more: false })
  })

  it('gives 0 where others were looked at, and null where there were none at all (P5)', async () => {
    const absent = await run()
    assert.deepEqual(absent.result, { value: null, series: 0, slowestMs: null, more: false })
    assert.match(absent.reason, /nothing was measured/)
    add({ status: 'ok' })
    assert.deepEqual((await run()).result, { value: 0, series: 1, slowestMs: null, more: false })
  })

  it('gives null where the search is not complete (P5)', async () => {
    far.faults.add({
      fault: {
        rewrite: (answer) => ({
          ...answer,
          body: { traces: [], metrics: { inspectedTraces: 9, completedJobs: 1, totalJobs: 3 } },
        }),
      },
    })
    const { result, reason } = await run()
    assert.equal((result as { value: unknown }).value, null)
    assert.match(reason, /1 of 3 parts/)
  })

  it('says that there are more than it counts', async () => {
    for (let n = 0; n < 120; n++) add()
    const { result, reason } = await run()
    assert.deepEqual(result, { value: 100, series: 1, slowestMs: 40, more: true })
    assert.equal(reason, '100 or more traces')
  })

  it("tells Tempo's own sentence (P12)", async () => {
    const error = await failure(run({ query: '{ nonsense' }))
    assert.equal(error.kind, 'malformed')
    assert.match(error.message, /status 400, invalid TraceQL query/)
  })

  it('keeps a value inside its quotes, and takes it for itself in a regular expression (P9)', () => {
    const fill = (template: string, given: Json) =>
      queryOf(requestOf(settingsOf({}), { detail: { query: template, parameters: { v: '(?s).*' } }, with: given }))
    assert.equal(fill('{ .a = "{v}" }', { v: 'x" || true || "' }), '{ .a = "x\\" || true || \\"" }')
    assert.equal(fill('{ .a =~ "{v}" }', { v: '.*' }), '{ .a =~ "\\\\.\\\\*" }')
    assert.equal(fill('{ duration > {v} }', { v: '500ms' }), '{ duration > 500ms }')
    for (const template of ['{ .a = {v} }', '{ .a = `{v}` }'])
      assert.throws(() => fill(template, { v: 'true || true' }), /number or a duration/)
  })
})

describe('the jaeger endpoint', () => {
  let far: Jaeger
  beforeEach(async () => {
    far = await startJaeger()
  })
  afterEach(() => far.stop())
  const usual = {
    service: '{service}',
    operation: 'GET /checkout',
    tags: { error: 'true', 'http.route': '/{service}' },
    minDuration: '{slow}',
    parameters: { service, slow: '^.{1,9}$' },
    span: 10 * minute,
  }
  const run = async (detail: JsonObject = usual, given: JsonObject = { service: 'shop', slow: '100ms' }) => {
    const settings = settingsOf({ name: 'jaeger', kind: 'jaeger', url: `${far.url}/` })
    const request = requestOf(settings, { tier: 0, detail, with: given })
    return ended(await endpointOf(settings, request).launch(launchOf(request)))
  }
  const add = (given: Partial<JaegerTrace> = {}) =>
    far.traces.push({
      service: 'shop',
      operation: 'GET /checkout',
      tags: { error: 'true', 'http.route': '/shop' },
      durationMs: 250,
      at: Date.now() - minute,
      ...given,
    })

  it('counts the traces that fit in every part, and tells the slowest', async () => {
    add()
    add({ durationMs: 900 })
    add({ durationMs: 50 })
    add({ tags: {} })
    add({ operation: 'GET /' })
    add({ at: Date.now() - 20 * minute })
    assert.deepEqual((await run()).result, { value: 2, series: 1, slowestMs: 900, more: false })
  })

  it('gives 0 where the service has other traces, and null where it has none at all (P5)', async () => {
    const absent = await run()
    assert.deepEqual(absent.result, { value: null, series: 0, slowestMs: null, more: false })
    add({ tags: {} })
    assert.deepEqual((await run()).result, { value: 0, series: 1, slowestMs: null, more: false })
    assert.equal(far.requests.at(-1)?.query['tags'], undefined)
  })

  it('gives null, and asks once, where the search is for any trace and there is none (P5)', async () => {
    const any = { service: '{service}', parameters: { service } }
    assert.equal(((await run(any, { service: 'shop' })).result as { value: unknown }).value, null)
    assert.equal(far.requests.length, 1)
  })

  it('keeps each value a parameter of its own, whatever its pattern lets in (P9)', async () => {
    const any = { service: '{service}', tags: { 'http.route': '{service}' }, parameters: { service: '(?s).*' } }
    await run(any, { service: 'shop&limit=1#","error":"x' })
    const [asked] = far.requests
    assert.equal(asked?.query['service'], 'shop&limit=1#","error":"x')
    assert.equal(asked?.query['limit'], '50')
    assert.deepEqual(JSON.parse(asked?.query['tags'] ?? ''), { 'http.route': 'shop&limit=1#","error":"x' })
  })

  it('refuses a value outside its pattern, and a duration that is none (P9)', async () => {
    assert.match((await failure(run(usual, { service: 'a b', slow: '1s' }))).message, /does not match/)
    assert.match((await failure(run(usual, { service: 'shop', slow: 'slow' }))).message, /not a duration/)
    assert.equal(far.requests.length, 0)
  })

  it('does not count an answer that says that it is incomplete (P5)', async () => {
    far.faults.add({ fault: { status: 200, body: { data: [], errors: [{ msg: 'trace not found' }] } } })
    assert.match((await failure(run())).message, /incomplete: trace not found/)
  })

  it("tells Jaeger's own sentence (P12)", async () => {
    far.faults.add({ fault: { status: 400, body: { data: null, errors: [{ code: 400, msg: 'bad service' }] } } })
    assert.match((await failure(run())).message, /status 400, bad service$/)
  })
})
