import assert from 'node:assert/strict'
import type { Json } from '../../../src/core/values.ts'
import type { Progress } from '../../../src/ports/endpoint.ts'
import { endpointContract, failure, launchOf } from '../../contracts/endpoint.suite.ts'
import { type Answer, type Server, serve } from '../../sandbox/server.ts'
import { endpointOf, requestOf, settingsOf } from './settings.ts'

const settingsFor = (allow: readonly string[]) => settingsOf({ name: 'http', kind: 'http', allow })

endpointContract(
  'http',
  async () => {
    let effects = 0
    const server = await serve({
      handler: () => {
        effects++
        return { status: 200, body: { ok: true } }
      },
    })
    const settings = settingsFor([server.url])
    const request = requestOf(settings, {
      detail: { method: 'POST' },
      with: { url: `${server.url}/do`, body: { a: 1 } },
    })
    const endpoint = endpointOf(settings, request)
    const { faults, down, stop } = server
    return { endpoint, request, faults, effects: async () => effects, down, stop }
  },
  { findsByKey: false },
)

describe('the http endpoint', () => {
  let server: Server
  let answer: Answer
  beforeEach(async () => {
    answer = { status: 200, body: { ok: true } }
    server = await serve({ handler: () => answer })
  })
  afterEach(() => server.stop())

  const run = async (given: Json, detail: { method?: string } = {}, tier: 0 | 1 = 0, allow = [server.url]) => {
    const settings = settingsFor(allow)
    const request = requestOf(settings, { tier, detail, with: given })
    return endpointOf(settings, request).launch(launchOf(request))
  }
  const ended = (progress: Progress) => (progress.state === 'ended' ? progress : assert.fail())

  it('gives status, headers and the parsed body of a check (DESIGN §9)', async () => {
    answer = { status: 200, headers: { 'set-cookie': 'session=1', 'x-pool': 'a' }, body: { state: 'Started' } }
    const { outcome, result } = ended(await run({ url: `${server.url}/health`, headers: { 'X-Probe': 'runbot' } }))
    assert.equal(outcome, 'succeeded')
    const { status, headers, body } = result as { status: number; headers: Record<string, string>; body: Json }
    assert.deepEqual({ status, body }, { status: 200, body: { state: 'Started' } })
    assert.equal(headers['x-pool'], 'a')
    assert.equal(headers['set-cookie'], undefined)
    assert.equal(server.requests[0]?.headers['x-probe'], 'runbot')
    assert.equal(server.requests[0]?.method, 'GET')
  })

  it('takes a 503 for the answer of a check, not for a failure', async () => {
    answer = { status: 503, headers: { 'content-type': 'text/html' }, body: '<h1>down</h1>' }
    const { outcome, result } = ended(await run({ url: server.url }))
    assert.equal(outcome, 'succeeded')
    assert.equal((result as { status: number }).status, 503)
    assert.equal((result as { body: string }).body, '<h1>down</h1>')
    assert.equal(server.requests.length, 1)
  })

  it('takes a refused connection for a check that failed, with the reason', async () => {
    await server.down()
    const { outcome, reason, result } = ended(await run({ url: server.url }))
    assert.equal(outcome, 'failed')
    assert.match(reason, /connection was refused/)
    assert.equal(result, null)
  })

  it('follows no redirect, it shows it', async () => {
    answer = { status: 302, headers: { location: 'http://169.254.169.254/' } }
    const { result } = ended(await run({ url: server.url }))
    assert.equal((result as { status: number }).status, 302)
  })

  it('shows a body that only claims to be JSON as text, cut where it is long', async () => {
    answer = { status: 200, headers: { 'content-type': 'application/json' }, body: `{"${'x'.repeat(100_000)}` }
    const { result } = ended(await run({ url: server.url }))
    assert.ok((result as { body: string }).body.length <= 64 * 1024)
  })

  it('reaches nothing that is not listed, loopback included (DESIGN §9)', async () => {
    for (const url of [server.url, 'http://localhost:1/', 'http://169.254.169.254/latest', 'https://corp.example/'])
      assert.equal((await failure(run({ url }, {}, 0, ['https://*.corp.example']))).kind, 'denied')
    assert.equal(server.requests.length, 0)
  })

  it('reaches nothing through an entry that is not an origin', async () => {
    const error = await failure(run({ url: `${server.url}/health` }, {}, 0, [`${server.url}/health`]))
    assert.equal(error.kind, 'denied')
  })

  it('refuses a mutating method in an operation of tier 0', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      assert.equal((await failure(run({ url: server.url }, { method }))).kind, 'denied')
    assert.equal((await failure(run({ url: server.url }, { method: 'CONNECT' }, 1))).kind, 'malformed')
    assert.equal(server.requests.length, 0)
  })

  it('refuses headers that choose another host or frame the request', async () => {
    for (const name of ['Host', 'Content-Length', 'Transfer-Encoding', 'Proxy-Authorization', 'a b', 'x\r\ny'])
      assert.equal((await failure(run({ url: server.url, headers: { [name]: 'x' } }))).kind, 'malformed')
    assert.equal((await failure(run({ url: server.url, headers: { 'X-A': 'a\r\nX-B: b' } }))).kind, 'malformed')
    assert.equal(server.requests.length, 0)
  })

  it('sends a declared change with its body once', async () => {
    const { outcome } = ended(await run({ url: server.url, body: { pool: 'a' } }, { method: 'PUT' }, 1))
    assert.equal(outcome, 'succeeded')
    assert.deepEqual(
      server.requests.map(({ method, body }) => ({ method, body })),
      [{ method: 'PUT', body: { pool: 'a' } }],
    )
  })
})
