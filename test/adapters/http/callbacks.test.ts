// Owns the specification of the callbacks' door, over real HTTP: who may knock, and that nothing in a callback is read.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { HttpOptions } from '../../../src/adapters/http/server.ts'
import { type Door, nextSecret, nowS, openDoor, read, secret } from './door.ts'

const token = 'awx-callback-token-0001'
const nextToken = 'awx-callback-token-0002'
const systems = {
  ops: { callbackSecrets: [secret, nextSecret], callbackTokens: [] },
  awx: { callbackSecrets: [], callbackTokens: [token, nextToken] },
  both: { callbackSecrets: [secret], callbackTokens: [token] },
  mute: { callbackSecrets: [], callbackTokens: [] },
}
const bearer = (value: string) => ({
  'webhook-id': null,
  'webhook-timestamp': null,
  'webhook-signature': null,
  authorization: `Bearer ${value}`,
})

describe('the callbacks’ door', () => {
  let door: Door
  let hints: (readonly [connector: string, text: string])[]
  const open = async (options: Partial<HttpOptions> = {}): Promise<Door> => {
    hints = []
    const hint = async (connector: string, text: string) => void hints.push([connector, text])
    door = await openDoor({ callbacks: { systems: () => systems, hint }, ...options })
    return door
  }
  afterEach(async () => door.close())

  it('takes a signed callback, hands its text on unread and answers 202', async () => {
    await open()
    const answer = await door.post('/api/callbacks/ops', '{"type":"run.succeeded"')
    assert.equal(answer.status, 202)
    assert.deepEqual(hints, [['ops', '{"type":"run.succeeded"']])
    assert.deepEqual(door.deliveries, [])
  })

  it('accepts either secret while they rotate', async () => {
    await open()
    for (const each of [secret, nextSecret])
      assert.equal((await door.post('/api/callbacks/ops', 'x', { secret: each })).status, 202)
  })

  it('answers 202 to a repeat too', async () => {
    await open()
    for (const _ of [1, 2]) assert.equal((await door.post('/api/callbacks/ops', 'x')).status, 202)
  })

  it('accepts a token where one is configured, either while they rotate, whatever the body is', async () => {
    await open()
    for (const each of [token, nextToken])
      assert.equal((await door.post('/api/callbacks/awx', '<xml/>', { headers: bearer(each) })).status, 202)
    const bytes = Buffer.from([0xff, 0xfe, 0x41])
    assert.equal((await door.post('/api/callbacks/awx', bytes, { headers: bearer(token) })).status, 202)
    assert.deepEqual(hints.at(-1), ['awx', '\xff\xfeA'])
  })

  it('accepts the one or the other where both are configured', async () => {
    await open()
    assert.equal((await door.post('/api/callbacks/both', 'x')).status, 202)
    assert.equal((await door.post('/api/callbacks/both', 'x', { headers: bearer(token) })).status, 202)
    assert.equal((await door.post('/api/callbacks/both', 'x', { headers: bearer('wrong') })).status, 401)
  })

  const unproven: readonly [what: string, path: string, how: Parameters<Door['post']>[2], scheme: string][] = [
    ['another secret', 'ops', { secret: `whsec_${Buffer.alloc(32, 9).toString('base64')}` }, 'StandardWebhooks'],
    ['an old timestamp', 'ops', { timestamp: nowS - 301 }, 'StandardWebhooks'],
    ['no signature', 'ops', { headers: { 'webhook-signature': null } }, 'StandardWebhooks'],
    ['the secret as a token', 'ops', { headers: bearer(secret) }, 'StandardWebhooks'],
    ['another token', 'awx', { headers: bearer(`${token}x`) }, 'Bearer'],
    ['the beginning of the token', 'awx', { headers: bearer(token.slice(0, -1)) }, 'Bearer'],
    ['an empty token', 'awx', { headers: bearer('') }, 'Bearer'],
    ['basic instead of bearer', 'awx', { headers: { authorization: `Basic ${token}` } }, 'Bearer'],
    ['a signature where a token is wanted', 'awx', {}, 'Bearer'],
  ]
  for (const [what, connector, how, scheme] of unproven)
    it(`refuses ${what} with 401, and hands nothing on`, async () => {
      await open()
      const answer = await door.post(`/api/callbacks/${connector}`, 'x', how)
      assert.deepEqual([answer.status, answer.headers.get('www-authenticate')], [401, scheme])
      assert.deepEqual(hints, [])
      assert.ok(!door.log().includes(token))
    })

  it('answers 404 to an unknown system and to one that may not call back, in the same words', async () => {
    await open()
    const answers = await Promise.all(
      ['mute', 'nobody', 'constructor', '__proto__', 'OPS', 'ops%2F..'].map(async (name) =>
        read(await door.post(`/api/callbacks/${name}`, 'x')),
      ),
    )
    for (const { status, detail } of answers) assert.deepEqual([status, detail], [404, answers[0]?.detail])
    assert.match(answers[0]?.detail ?? '', /callbackSecret or callbackToken in connectors\.yaml/)
    assert.deepEqual(hints, [])
  })

  it('is shut where nothing is configured at all', async () => {
    door = await openDoor()
    assert.equal((await door.post('/api/callbacks/ops', 'x')).status, 404)
  })

  it('refuses what is too large before it looks at the proof, also where the length is not told', async () => {
    await open({ bodyLimitBytes: 100 })
    const wrong = { headers: { 'webhook-signature': 'v1,wrong' } }
    assert.equal((await door.post('/api/callbacks/ops', 'x'.repeat(101), wrong)).status, 413)
    const chunked = request({ port: door.port, path: '/api/callbacks/ops', method: 'POST' })
    chunked.write('x'.repeat(60))
    chunked.write('x'.repeat(60))
    const [answer] = (await once(chunked, 'response')) as [{ statusCode: number }]
    assert.equal(answer.statusCode, 413)
    chunked.destroy()
  })

  it('does not unpack a compressed body', async () => {
    await open()
    const packed = { headers: { 'content-encoding': 'gzip' } }
    assert.equal((await door.post('/api/callbacks/ops', gzipSync('x'), packed)).status, 415)
  })

  it('gives up a body that drips', async () => {
    await open({ bodyTimeoutMs: 50 })
    const slow = request({ port: door.port, path: '/api/callbacks/ops', method: 'POST' })
    slow.write('x')
    const [answer] = (await once(slow, 'response')) as [{ statusCode: number }]
    assert.equal(answer.statusCode, 408)
    slow.destroy()
  })

  it('is for POST alone', async () => {
    await open()
    assert.equal((await fetch(`${door.url}/api/callbacks/ops`)).status, 405)
  })

  it('counts what it took and what it refused', async () => {
    await open()
    await door.post('/api/callbacks/ops', 'x')
    await door.post('/api/callbacks/ops', 'x', { headers: { 'webhook-signature': 'v1,wrong' } })
    const metrics = await door.text('/metrics')
    assert.match(metrics, /runbot_intake_events_total\{source="callback",result="accepted"\} 1/)
    assert.match(metrics, /runbot_intake_events_total\{source="callback",result="refused"\} 1/)
  })
})
