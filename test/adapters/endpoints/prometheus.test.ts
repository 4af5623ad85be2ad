import assert from 'node:assert/strict'
import { queryOf } from '../../../src/adapters/endpoints/prometheus/query.ts'
import type { Json } from '../../../src/core/values.ts'
import { failure, launchOf } from '../../contracts/endpoint.suite.ts'
import { type Answer, type Server, serve } from '../../sandbox/server.ts'
import { endpointOf, requestOf, settingsOf } from './settings.ts'

const site = '^[a-z0-9.-]{1,64}$'
const query = 'sum(rate(http_requests_total{site="{site}",code=~"5.."}[5m]))'

describe('the prometheus endpoint', () => {
  let server: Server
  let answer: Answer
  beforeEach(async () => {
    server = await serve({ handler: () => answer })
  })
  afterEach(() => server.stop())

  const run = async () => {
    const settings = settingsOf({ name: 'prometheus', kind: 'prometheus', url: `${server.url}/` })
    const request = requestOf(settings, { tier: 0, detail: { query, parameters: { site } }, with: { site: 'web-01' } })
    return endpointOf(settings, request).launch(launchOf(request))
  }
  const vector = (...values: string[]): Answer => ({
    status: 200,
    body: {
      status: 'success',
      data: { resultType: 'vector', result: values.map((value) => ({ metric: {}, value: [1, value] })) },
    },
  })

  it('asks an instant query and gives its one value (CONTRACTS §6.2)', async () => {
    answer = vector('0.25')
    const progress = await run()
    assert.deepEqual(progress.state === 'ended' && progress.result, { value: 0.25, series: 1 })
    assert.equal(server.requests[0]?.path, '/api/v1/query')
    assert.equal(server.requests[0]?.query['query'], query.replace('{site}', 'web-01'))
  })

  it('reads a scalar', async () => {
    answer = { status: 200, body: { status: 'success', data: { resultType: 'scalar', result: [1, '7'] } } }
    const progress = await run()
    assert.deepEqual(progress.state === 'ended' && progress.result, { value: 7, series: 1 })
  })

  for (const [what, values, reason] of [
    ['an absent series', [], /no series/],
    ['NaN', ['NaN'], /NaN/],
    ['+Inf', ['+Inf'], /\+Inf/],
    ['several series', ['1', '2'], /2 series/],
  ] as const)
    it(`gives null for ${what}, with the reason, so that it never counts as healthy (P5)`, async () => {
      answer = vector(...values)
      const progress = await run()
      if (progress.state !== 'ended') assert.fail()
      assert.deepEqual(progress.result, { value: null, series: values.length })
      assert.match(progress.reason, reason)
    })

  for (const [what, given, kind] of [
    [
      'a parse error',
      { status: 400, body: { status: 'error', errorType: 'bad_data', error: 'parse error at 3' } },
      'malformed',
    ],
    ['a matrix', { status: 200, body: { status: 'success', data: { resultType: 'matrix', result: [] } } }, 'malformed'],
    ['an error with status 200', { status: 200, body: { status: 'error', error: 'x' } }, 'malformed'],
    ['a login page', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' }, 'malformed'],
    [
      'another path',
      { status: 404, headers: { 'content-type': 'text/plain' }, body: '404 page not found' },
      'notFound',
    ],
    [
      'a query that was cancelled',
      { status: 499, body: { status: 'error', error: 'query was canceled' } },
      'unavailable',
    ],
    [
      'what an error carries besides',
      {
        status: 422,
        body: { status: 'error', error: 'too many samples', data: { resultType: 'scalar', result: [1, '7'] } },
      },
      'malformed',
    ],
    ['an overloaded server', { status: 503, body: { status: 'error', error: 'too busy' } }, 'unavailable'],
  ] as const)
    it(`does not take ${what} for a measurement (P5)`, async () => {
      answer = given
      const error = await failure(run())
      assert.equal(error.kind, kind)
      assert.equal(error.mayHaveHappened, false)
    })

  it("tells the server's own sentence (P12)", async () => {
    answer = { status: 400, body: { status: 'error', errorType: 'bad_data', error: 'parse error at 3' } }
    assert.match((await failure(run())).message, /parse error at 3$/)
  })
})

describe('the past of a prometheus query', () => {
  let server: Server
  let answer: Answer
  beforeEach(async () => {
    server = await serve({ handler: () => answer })
  })
  afterEach(() => server.stop())

  const minute = 60_000
  const to = 1_700_000_000_000
  const matrix = (...series: (readonly (readonly [number, string])[])[]): Answer => ({
    status: 200,
    body: {
      status: 'success',
      data: { resultType: 'matrix', result: series.map((values) => ({ metric: {}, values })) },
    },
  })
  const past = async (points = 60) => {
    const settings = settingsOf({ name: 'prometheus', kind: 'prometheus', url: server.url })
    const request = requestOf(settings, { tier: 0, detail: { query, parameters: { site } }, with: { site: 'web-01' } })
    const history = endpointOf(settings, request).history
    assert.ok(history)
    return history(request, { from: to - 60 * minute, to, points })
  }

  it('is asked of the same query, with no more points than wanted', async () => {
    answer = matrix([])
    await past()
    const [asked] = server.requests
    assert.equal(asked?.path, '/api/v1/query_range')
    assert.equal(asked?.query['query'], query.replace('{site}', 'web-01'))
    const [start, end, step] = ['start', 'end', 'step'].map((name) => Number(asked?.query[name]))
    assert.deepEqual([start, end], [to / 1000 - 3600, to / 1000])
    assert.ok(Math.floor(3600 / (step ?? 1)) + 1 <= 60, `${step}`)
  })

  it('is in order, with nothing where nothing was measured, and cut to what a chart shows', async () => {
    answer = matrix(
      Array.from({ length: 90 }, (_, n) => [1_699_990_000 + n * 60, n % 2 === 0 ? `${n}` : 'NaN'] as const),
    )
    const points = await past()
    assert.equal(points.length, 60)
    assert.deepEqual(points.slice(-2), [
      [(1_699_990_000 + 88 * 60) * 1000, 88],
      [(1_699_990_000 + 89 * 60) * 1000, null],
    ])
  })

  it('is empty where there is not exactly one series', async () => {
    answer = matrix()
    assert.deepEqual(await past(), [])
    answer = matrix([[1, '1']], [[1, '2']])
    assert.deepEqual(await past(), [])
  })

  it('is a failure where the answer is none, never a flat line (P5)', async () => {
    answer = { status: 200, body: { status: 'success', data: { resultType: 'vector', result: [] } } }
    assert.equal((await failure(past())).kind, 'malformed')
    answer = { status: 422, body: { status: 'error', error: 'too many samples' } }
    assert.match((await failure(past())).message, /too many samples/)
  })
})

describe('filling in a PromQL template', () => {
  const fill = (template: string, parameters: Json, given: Json) =>
    queryOf(requestOf(settingsOf({}), { detail: { query: template, parameters }, with: given }))

  it('refuses a value outside its declared pattern (P9)', () => {
    for (const value of ['web"} or vector(1) #', '', 'x'.repeat(65), 'web\n', 5.5e300, null, ['web'], { a: 1 }])
      assert.throws(() => fill(query, { site }, { site: value }), /site/)
  })

  it('refuses a missing, an extra and an undeclared parameter (P9)', () => {
    assert.throws(() => fill(query, { site }, {}), /site is missing/)
    assert.throws(() => fill(query, { site }, { site: 'web', other: 'x' }), /no parameter other/)
    assert.throws(() => fill(query, {}, {}), /not a declared parameter/)
    assert.throws(() => fill(query, { site: '(' }, { site: 'web' }), /does not match/)
  })

  it('keeps a value inside its string, whatever its pattern lets in (P9)', () => {
    assert.equal(fill('up{a="{v}"}', { v: '(?s).*' }, { v: 'x"} or \\ \n' }), 'up{a="x\\"} or \\\\ \\n"}')
  })

  it('takes a value in a regular expression for itself', () => {
    assert.equal(fill('up{a=~"{v}|b"}', { v: '.*' }, { v: 'a.b' }), 'up{a=~"a\\\\.b|b"}')
  })

  it('lets only a number or a duration stand outside of quotes (P9)', () => {
    assert.equal(fill('rate(up[{w}])', { w: '.*' }, { w: '5m' }), 'rate(up[5m])')
    assert.throws(() => fill('rate(up[{w}])', { w: '.*' }, { w: '5m]) or vector(1' }), /number or a duration/)
    assert.throws(() => fill("up{a='{v}'}", { v: '.*' }, { v: "x'} or vector(1) #" }), /number or a duration/)
  })

  it('is not misled by other quotes or a comment, and refuses a quote without an end (P9)', () => {
    const hostile = { v: 'vector(1)' }
    for (const template of [`label_replace(up, '"', {v}, '"')`, 'up # "\n + {v} # "', 'up{a=`{v}`}'])
      assert.throws(() => fill(template, { v: '.*' }, hostile), /number or a duration/)
    assert.throws(() => fill('up{a="{v}}', { v: '.*' }, { v: 'x' }), /no end/)
  })

  it('takes each placeholder once: a value is not filled in again (P9)', () => {
    assert.equal(fill('up{a="{v}",b="{w}"}', { v: '.*', w: '.*' }, { v: '{w}', w: 'x' }), 'up{a="{w}",b="x"}')
  })
})
