// Owns the specification of any HTTP service with JSON as an endpoint: the path that is asked, and the number in its answer.
import assert from 'node:assert/strict'
import type { JsonObject } from '../../../src/core/values.ts'
import { failure, launchOf } from '../../contracts/endpoint.suite.ts'
import { type Answer, type Server, serve } from '../../sandbox/server.ts'
import { ended } from './azure-automation-setup.ts'
import { endpointOf, requestOf, settingsOf } from './settings.ts'

describe('the http-json endpoint', () => {
  let server: Server
  let answer: Answer
  beforeEach(async () => {
    server = await serve({ handler: () => answer })
  })
  afterEach(() => server.stop())

  const run = async (detail: JsonObject = {}, given: JsonObject = { service: 'shop', window: '5m' }) => {
    const settings = settingsOf({ name: 'apm', kind: 'http-json', url: server.url, base: '/api' })
    const usual = {
      path: '/services/{service}/errors?window={window}',
      value: '/stats/0/error~1ratio',
      parameters: { service: '(?s).*', window: '(?s).*' },
    }
    const request = requestOf(settings, { tier: 0, detail: { ...usual, ...detail }, with: given })
    return ended(await endpointOf(settings, request).launch(launchOf(request)))
  }
  const says = (stats: unknown): Answer => ({ status: 200, body: { stats } })

  it('asks the path and gives the number that the pointer leads to', async () => {
    answer = says([{ 'error/ratio': 0.41 }])
    assert.deepEqual((await run()).result, { value: 0.41, series: 1 })
    const [asked] = server.requests
    assert.equal(asked?.path, '/api/services/shop/errors')
    assert.deepEqual(asked?.query, { window: '5m' })
  })

  it('keeps a value inside its segment or its parameter, whatever its pattern lets in (P9)', async () => {
    answer = says([{ 'error/ratio': 0 }])
    await run({}, { service: 'a/../../admin?x=1#y', window: '5m&all=true' })
    const [asked] = server.requests
    assert.deepEqual(asked?.segments, ['api', 'services', 'a/../../admin?x=1#y', 'errors'])
    assert.deepEqual(asked?.query, { window: '5m&all=true' })
  })

  it('sends nothing where a value would walk up the path (P9)', async () => {
    for (const step of ['.', '..', '%2e%2e'])
      if (step.startsWith('%'))
        assert.equal((await failure(run({ path: `/a/${step}/{service}/{window}` }))).kind, 'malformed')
      else assert.equal((await failure(run({}, { service: step, window: '1' }))).kind, 'malformed')
    assert.equal(server.requests.length, 0)
  })

  it('gives the series that its second pointer leads to, as points in time', async () => {
    answer = {
      status: 200,
      body: { now: 3, past: [[1_700_000_060, 2], ['2023-11-14T22:13:20Z', 'NaN'], [1_700_000_120_000, 3], 'nonsense'] },
    }
    assert.deepEqual((await run({ value: '/now', series: '/past' })).result, {
      value: 3,
      series: 1,
      points: [
        [1_700_000_000_000, null],
        [1_700_000_060_000, 2],
        [1_700_000_120_000, 3],
      ],
    })
  })

  for (const [what, stats, reason] of [
    ['nothing there', [], /nothing at \/stats/],
    ['null', [{ 'error/ratio': null }], /absent/],
    ['true', [{ 'error/ratio': true }], /no number/],
    ['an empty text', [{ 'error/ratio': '' }], /the value is/],
    ['a list', [{ 'error/ratio': [0] }], /no number/],
    ['NaN', [{ 'error/ratio': 'NaN' }], /NaN/],
  ] as const)
    it(`gives null for ${what}, with the reason, so that it never counts as healthy (P5)`, async () => {
      answer = says(stats)
      const { result, reason: said } = await run()
      assert.deepEqual(result, { value: null, series: 0 })
      assert.match(said, reason)
    })

  for (const [what, given, kind] of [
    ['a login page', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' }, 'malformed'],
    ['text', { status: 200, headers: { 'content-type': 'text/plain' }, body: '{"stats":[]}' }, 'malformed'],
    ['JSON of nobody knows what type', { status: 200, body: Buffer.from('{}') }, 'malformed'],
    ['a redirect', { status: 302, headers: { location: 'https://elsewhere.example/' } }, 'malformed'],
    ['an overloaded server', { status: 503, body: { title: 'busy' } }, 'unavailable'],
  ] as const)
    it(`does not take ${what} for a measurement (P5)`, async () => {
      answer = given
      assert.equal((await failure(run())).kind, kind)
    })
})
