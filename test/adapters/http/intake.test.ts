// Owns the specification of the doors for signed events, over real HTTP.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { HttpOptions } from '../../../src/adapters/http/server.ts'
import { sign } from '../../../src/adapters/wire/standard-webhooks.ts'
import { PortError } from '../../../src/ports/errors.ts'
import { type Door, incident, nextSecret, nowS, openDoor, read, secret, signed } from './door.ts'

const serviceNow = '/api/events/servicenow'

describe('the ServiceNow door', () => {
  let door: Door
  const open = async (options: Partial<HttpOptions> = {}): Promise<Door> => {
    door = await openDoor(options)
    return door
  }
  afterEach(async () => door.close())

  it('takes a signed event, hands it on once and answers 202 with its id', async () => {
    await open()
    const answer = await read(await door.post(serviceNow, incident()))
    assert.deepEqual([answer.status, answer.body], [202, { id: 'event-1' }])
    assert.deepEqual(door.deliveries, [
      {
        source: 'servicenow',
        key: 'servicenow:msg_1',
        body: { type: 'incident.updated', data: { sys_id: 'a'.repeat(32), number: 'INC0010001' } },
      },
    ])
  })

  it('agrees with the test vector of CONTRACTS §6 and refuses it with one byte changed', async () => {
    await open()
    const body = '{"type":"incident.updated","data":{"number":"INC0010001"}}'
    const vector = { 'webhook-signature': 'v1,LlVQtxLX5t341VZtM/jZnVzBGQ2f6ugchAQv5T6RN6A=' }
    const right = await read(await door.post(serviceNow, body, { id: 'msg_lab_0001', headers: vector }))
    // The signature is right; what the body lacks is said only after that.
    assert.equal(right.status, 400)
    assert.match(right.detail, /sys_id/)
    const changed = await door.post(serviceNow, body.replace('1"', '2"'), { id: 'msg_lab_0001', headers: vector })
    assert.equal(changed.status, 401)
  })

  it('answers the first id to a repeat, whatever its body (P8)', async () => {
    await open()
    const first = await read(await door.post(serviceNow, incident()))
    const other = await read(await door.post(serviceNow, incident('INC0010002'), { timestamp: nowS + 60 }))
    const broken = await read(await door.post(serviceNow, '{', { timestamp: nowS + 61 }))
    assert.deepEqual([first.body, other.body, broken.body], [{ id: 'event-1' }, { id: 'event-1' }, { id: 'event-1' }])
    assert.equal(door.deliveries.length, 1)
  })

  it('hands on one of two deliveries that arrive at the same time (P8)', async () => {
    await open()
    const both = await Promise.all([door.post(serviceNow, incident()), door.post(serviceNow, incident())])
    assert.deepEqual(await Promise.all(both.map((answer) => answer.json())), [{ id: 'event-1' }, { id: 'event-1' }])
    assert.equal(door.deliveries.length, 1)
  })

  it('gives the same dedupe key to a repeat that a restarted door cannot remember (P8)', async () => {
    await open()
    await door.post(serviceNow, incident())
    const before = door.deliveries[0]?.key
    await door.close()
    await open()
    await door.post(serviceNow, incident('INC0010002'))
    assert.equal(door.deliveries[0]?.key, before)
  })

  it('accepts either secret while they rotate, and several signatures at once', async () => {
    await open()
    const body = incident()
    assert.equal((await door.post(serviceNow, body, { id: 'a', secret })).status, 202)
    assert.equal((await door.post(serviceNow, body, { id: 'b', secret: nextSecret })).status, 202)
    const both = `v1,${'A'.repeat(43)}= ${sign(nextSecret, { id: 'c', timestamp: nowS, body })}`
    assert.equal((await door.post(serviceNow, body, { id: 'c', headers: { 'webhook-signature': both } })).status, 202)
  })

  it('ignores signature versions that it does not know, and never counts one as right', async () => {
    await open()
    const body = incident()
    const v1 = sign(secret, { id: 'msg_1', timestamp: nowS, body })
    const only = { 'webhook-signature': v1.replace('v1,', 'v1a,') }
    assert.equal((await door.post(serviceNow, body, { headers: only })).status, 401)
    const beside = { 'webhook-signature': `v1a,xyz ${v1}` }
    assert.equal((await door.post(serviceNow, body, { headers: beside })).status, 202)
  })

  it('tolerates five minutes of clock difference on both sides and no more', async () => {
    await open()
    const status = async (timestamp: number) =>
      (await door.post(serviceNow, incident(), { id: `t${timestamp}`, timestamp })).status
    assert.deepEqual(
      [await status(nowS - 300), await status(nowS + 300), await status(nowS - 301), await status(nowS + 301)],
      [202, 202, 401, 401],
    )
  })

  for (const header of ['webhook-id', 'webhook-timestamp', 'webhook-signature'])
    it(`refuses an event without ${header} in one sentence (P12)`, async () => {
      await open()
      const answer = await door.post(serviceNow, incident(), { headers: { [header]: null } })
      assert.equal(answer.headers.get('content-type'), 'application/problem+json')
      const { status, detail } = await read(answer)
      assert.equal(status, 401)
      assert.match(detail, new RegExp(header))
      assert.equal(door.deliveries.length, 0)
    })

  it('refuses a signature of another secret', async () => {
    await open()
    const other = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
    assert.equal((await door.post(serviceNow, incident(), { secret: other })).status, 401)
  })

  it('refuses 2 MB with 413 before it looks at the signature', async () => {
    await open()
    const { status, detail } = await read(
      await door.post(serviceNow, 'x'.repeat(2_000_000), { headers: { 'webhook-signature': 'no' } }),
    )
    assert.equal(status, 413)
    assert.match(detail, /1048576 bytes/)
  })

  it('refuses a chunked body as soon as it is over the limit', async () => {
    await open({ bodyLimitBytes: 1000 })
    const req = request(door.url + serviceNow, { method: 'POST', headers: signed('') })
    const answered = once(req, 'response')
    req.write('x'.repeat(600))
    req.write('x'.repeat(600))
    const [response] = (await answered) as [{ statusCode: number; resume(): void }]
    assert.equal(response.statusCode, 413)
    req.destroy()
  })

  it('takes a body of exactly the limit', async () => {
    const body = incident()
    await open({ bodyLimitBytes: Buffer.byteLength(body) })
    assert.equal((await door.post(serviceNow, body)).status, 202)
  })

  const bad: [what: string, body: string | Buffer, says: RegExp][] = [
    ['an empty body', '', /empty/],
    ['broken JSON, with the place', '{\n  "type": }', /line 2, column 11 \(position 12\)/],
    ['JSON that ends too early', '{"type":', /ends too early/],
    ['a list', '[]', /object with type and data/],
    [
      'an unknown type',
      '{"type":"x","data":{"sys_id":"0","number":"INC0001"}}',
      /event.type must be.*event.data.sys_id/,
    ],
    ['a sys_id that is not 32 hex digits', incident().replace('AAAA', 'AAAG'), /event.data.sys_id must be 32 hex/],
    ['a number that is none', incident('1; DROP TABLE'), /event.data.number must be INC and digits/],
    ['JSON nested deeper than 32', '['.repeat(33) + ']'.repeat(33), /nested too deep/],
    ['JSON nested a hundred thousand times', '['.repeat(100_000) + ']'.repeat(100_000), /nested too deep/],
    ['a key that reaches the prototype', '{"data":{"__proto__":{"admin":true}}}', /__proto__/],
    ['a constructor key', '{"constructor":{"prototype":{}}}', /constructor/],
    ['a number that is not finite', '{"data":1e999}', /too large/],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22]), /UTF-8/],
  ]
  for (const [what, body, says] of bad)
    it(`refuses ${what} and says so (P12)`, async () => {
      await open()
      const { status, detail } = await read(await door.post(serviceNow, body))
      assert.equal(status, 400)
      assert.match(detail, says)
      assert.ok(!detail.includes('    at '))
      assert.equal(door.deliveries.length, 0)
    })

  it('refuses a body that is compressed or no JSON with 415', async () => {
    await open()
    const packed = gzipSync(incident())
    assert.equal((await door.post(serviceNow, packed, { headers: { 'content-encoding': 'gzip' } })).status, 415)
    assert.equal((await door.post(serviceNow, incident(), { headers: { 'content-type': 'text/xml' } })).status, 415)
    const latin = { 'content-type': 'application/json; charset=iso-8859-1' }
    assert.equal((await door.post(serviceNow, incident(), { headers: latin })).status, 400)
  })

  it('answers 503 with Retry-After when the store is away or the backlog full, and takes the same event later (P8)', async () => {
    let away = true
    const inbound = {
      accept: async () => {
        if (away) throw new PortError('unavailable', 'disk full at /secret/path', { retryAfterMs: 2500 })
        return { id: 'event-1' }
      },
    }
    await open({ inbound })
    const answer = await door.post(serviceNow, incident())
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '3'])
    assert.ok(!(await answer.text()).includes('/secret/path'))
    away = false
    assert.equal((await door.post(serviceNow, incident())).status, 202)
  })

  it('answers 503 when more events wait for the disk than it may hold', async () => {
    const disk = Promise.withResolvers<{ id: string }>()
    const arrived = Promise.withResolvers<void>()
    const inbound = {
      accept: () => {
        arrived.resolve()
        return disk.promise
      },
    }
    await open({ maxInFlight: 1, inbound })
    const waiting = door.post(serviceNow, incident(), { id: 'one' })
    await arrived.promise
    const turnedAway = await door.post(serviceNow, incident(), { id: 'two' })
    assert.deepEqual([turnedAway.status, turnedAway.headers.has('retry-after')], [503, true])
    disk.resolve({ id: 'event-1' })
    assert.equal((await waiting).status, 202)
  })

  it('answers 500 without a stack or the message of a bug, which the log has', async () => {
    await open({ inbound: { accept: () => Promise.reject(new TypeError('undefined is not a plan')) } })
    const { status, body } = await read(await door.post(serviceNow, incident()))
    assert.equal(status, 500)
    assert.ok(!JSON.stringify(body).includes('plan'))
    assert.match(door.log(), /undefined is not a plan/)
  })

  it('is closed with 404 while it has no secret, and says which variable opens it (P12)', async () => {
    await open({ webhookSecrets: { serviceNow: [], events: [] } })
    const { status, detail } = await read(await door.post(serviceNow, incident()))
    assert.equal(status, 404)
    assert.match(detail, /SERVICENOW_WEBHOOK_SECRET/)
  })

  it('survives a sender that goes away in the middle of its body', async () => {
    await open()
    const socket = connect(door.port, '127.0.0.1')
    socket.write(`POST ${serviceNow} HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\n{"type"`)
    await once(socket, 'connect')
    socket.destroy()
    await once(socket, 'close')
    assert.equal((await door.post(serviceNow, incident())).status, 202)
    assert.equal(door.deliveries.length, 1)
  })

  it('gives up on a body that trickles', async () => {
    await open({ bodyTimeoutMs: 20 })
    const socket = connect(door.port, '127.0.0.1')
    socket.write(`POST ${serviceNow} HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\n{`)
    const [head] = (await once(socket, 'data')) as [Buffer]
    assert.match(head.toString(), /^HTTP\/1.1 408 /)
    socket.destroy()
  })

  it('keeps secrets and signatures out of its log, and a flood of refusals out of the disk', async () => {
    await open()
    const theft = { 'webhook-id': secret, authorization: `Bearer ${secret}` }
    for (let count = 0; count < 30; count += 1)
      await door.post(serviceNow, incident(), {
        secret: nextSecret,
        headers: { ...theft, 'webhook-signature': `v1,${count}` },
      })
    await door.post(serviceNow, incident(), { id: secret })
    const log = door.log()
    assert.ok(!log.includes(secret) && !log.includes(secret.slice(6)))
    assert.equal(log.split('\n').filter((line) => line.includes('request refused')).length, 20)
  })
})
