import assert from 'node:assert/strict'
import type { Wire, WireRequest } from '../../../src/adapters/wire/http.ts'
import { authorized, oauthTokens } from '../../../src/adapters/wire/oauth.ts'
import { wireResponse } from '../../../src/adapters/wire/response.ts'
import { failure } from '../../contracts/endpoint.suite.ts'

const json = { 'content-type': 'application/json' }

/** A token endpoint that numbers its tokens, and a system that accepts some of them. */
function world(
  options: { expiresIn?: unknown; status?: number; body?: string; accepts?: (token: string) => boolean } = {},
) {
  const { expiresIn = 1800, status = 200, accepts = () => true } = options
  const asked: WireRequest[] = []
  const sent: string[] = []
  const time = { now: 0 }
  const tokenWire: Wire = {
    async send(request) {
      asked.push(request)
      const body = options.body ?? JSON.stringify({ access_token: `t${asked.length}`, expires_in: expiresIn })
      return wireResponse(status, json, Buffer.from(body))
    },
  }
  const api: Wire = {
    async send({ headers }) {
      const token = headers?.['Authorization'] ?? ''
      sent.push(token)
      return wireResponse(accepts(token) ? 200 : 401, json, Buffer.from('{}'))
    },
  }
  const form = { grant_type: 'client_credentials', client_id: 'id', client_secret: 'hidden' }
  const tokens = oauthTokens({
    wire: tokenWire,
    url: 'https://sn.example.com/oauth_token.do',
    form,
    now: () => time.now,
  })
  return { asked, sent, time, tokens, wire: authorized(api, tokens) }
}

const read = { method: 'GET', url: 'https://sn.example.com/x' } as const

describe('OAuth tokens', () => {
  it('are asked for by form body, as a read (CONTRACTS §1.1)', async () => {
    const { asked, tokens } = world()
    assert.deepEqual(await tokens.headers(), { Authorization: 'Bearer t1' })
    assert.equal(asked[0]?.form?.['grant_type'], 'client_credentials')
    assert.equal(asked[0]?.mutating, false)
    assert.equal(asked[0]?.query, undefined)
  })

  it('are fetched once however many wait', async () => {
    const { asked, tokens } = world()
    await Promise.all([tokens.headers(), tokens.headers(), tokens.headers()])
    assert.equal(asked.length, 1)
  })

  it('are kept as long as expires_in says, less a margin', async () => {
    for (const [expiresIn, fresh, stale] of [
      [1800, 1_739_000, 1_741_000],
      [20, 17_000, 19_000],
      ['100', 89_000, 91_000],
      [undefined, 1_739_000, 1_741_000],
      ['soon', 53_000, 55_000],
    ] as const) {
      const { asked, time, tokens } = world(expiresIn === undefined ? {} : { expiresIn })
      await tokens.headers()
      time.now = fresh
      await tokens.headers()
      assert.equal(asked.length, 1, String(expiresIn))
      time.now = stale
      await tokens.headers()
      assert.equal(asked.length, 2, String(expiresIn))
    }
  })

  it('are dropped on a 401, and the request is sent once more with a new one', async () => {
    const { sent, wire } = world({ accepts: (token) => token !== 'Bearer t1' })
    assert.equal((await wire.send(read)).status, 200)
    assert.deepEqual(sent, ['Bearer t1', 'Bearer t2'])
  })

  it('are not fetched for ever where none is accepted', async () => {
    const { sent, wire } = world({ accepts: () => false })
    assert.equal((await wire.send(read)).status, 401)
    assert.equal(sent.length, 2)
  })

  it('outlive a 401 that an older token met', async () => {
    const { asked, tokens } = world()
    const headers = await tokens.headers()
    tokens.drop({ Authorization: 'Bearer older' })
    assert.deepEqual(await tokens.headers(), headers)
    assert.equal(asked.length, 1)
  })

  it('that are refused are denied with the error word and without the secret', async () => {
    const { tokens } = world({ status: 401, body: '{"error":"server_error","error_description":"hidden"}' })
    const error = await failure(tokens.headers())
    assert.equal(error.kind, 'denied')
    assert.match(error.message, /server_error/)
    assert.ok(!error.message.includes('hidden'))
  })

  it('are asked for again after a failure', async () => {
    const { asked, tokens } = world({ status: 503, body: '{}' })
    assert.equal((await failure(tokens.headers())).kind, 'unavailable')
    assert.equal((await failure(tokens.headers())).kind, 'unavailable')
    assert.equal(asked.length, 2)
  })

  it('that would break a header are malformed', async () => {
    for (const token of ['', 'a b', 'a\r\nX: y', 7]) {
      const { tokens } = world({ body: JSON.stringify({ access_token: token }) })
      assert.equal((await failure(tokens.headers())).kind, 'malformed')
    }
  })
})
