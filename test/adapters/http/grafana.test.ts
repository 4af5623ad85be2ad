// Owns the specification of Grafana's door, over real HTTP (CONTRACTS §6.5).
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import type { InboundSettings } from '../../../src/ports/catalog.ts'
import { alertsOf, group, grouped, openAlertDoor, postJson } from './alerts.ts'
import { type Door, nowS, read } from './door.ts'

const path = '/api/events/grafana'
const secret = 'grafsecret'
const usual = 'X-Grafana-Alerting-Signature'
const body = JSON.stringify(
  group(
    [
      grouped({
        ruleUID: 'abc',
        dashboardURL: 'https://grafana.example/d/1',
        values: { A: 1 },
        valueString: '[ A=1 ]',
      }),
    ],
    {
      version: '1',
      orgId: 7,
      title: '[FIRING:1]',
      state: 'alerting',
    },
  ),
)
const hmac = (text: string, key = secret): string => createHmac('sha256', key).update(text).digest('hex')

describe('Grafana’s door', () => {
  let door: Door
  const open = async (grafana: InboundSettings['grafana']) => {
    door = await openAlertDoor(grafana === undefined ? {} : { grafana })
  }
  const post = (headers: Record<string, string>, text = body) => postJson(door, path, text, headers)
  afterEach(async () => door.close())

  it('takes a signed group, and tells organisations apart', async () => {
    await open({ hmac: secret })
    const answer = await read(await post({ [usual]: hmac(body) }))
    assert.deepEqual([answer.status, answer.body], [202, { ids: ['event-1'] }])
    assert.equal(door.deliveries[0]?.key, 'grafana:7/c3a1f6e2b4d59788:1767225600123:firing')
    const [alert] = alertsOf(door)
    assert.deepEqual(
      [alert?.source, alert?.key, alert?.link],
      ['grafana', '7/c3a1f6e2b4d59788', 'https://grafana.example/d/1'],
    )
    assert.match(alert?.text ?? '', /\[ A=1 \]/)
  })

  it('agrees with the test vector of CONTRACTS §6.7, and refuses it with one byte changed', async () => {
    await open({ hmac: secret, timestampHeader: 'X-Timestamp' })
    const vector = '{"type":"incident.updated","data":{"number":"INC0010001"}}'
    const headers = {
      'x-timestamp': String(nowS),
      [usual]: 'c86ff661ffc5233f1adb2a19c8c273594f9ea330a2d0f0849350747d72547c36',
    }
    // The signature is right; that this is no group of alerts is said only after that.
    assert.equal((await post(headers, vector)).status, 400)
    assert.equal((await post(headers, vector.replace('1"', '2"'))).status, 401)
    assert.equal((await post({ ...headers, 'x-timestamp': String(nowS + 1) }, vector)).status, 401)
  })

  it('tolerates five minutes of clock difference on both sides and no more', async () => {
    await open({ hmac: secret, timestampHeader: 'X-Timestamp' })
    const status = async (at: number | string) =>
      (await post({ 'x-timestamp': String(at), [usual]: hmac(`${at}:${body}`) })).status
    assert.deepEqual(
      [await status(nowS - 300), await status(nowS + 300), await status(nowS - 301), await status(nowS + 301)],
      [202, 202, 401, 401],
    )
    assert.deepEqual([await status('soon'), await status(`${nowS}.5`), await status('')], [401, 401, 401])
  })

  it('wants the time where its header is configured, and has the signature cover it', async () => {
    await open({ hmac: secret, timestampHeader: 'X-Timestamp' })
    assert.equal((await post({ [usual]: hmac(body) })).status, 401)
    assert.equal((await post({ [usual]: hmac(body), 'x-timestamp': String(nowS) })).status, 401)
  })

  it('takes the signature from the header that is configured, and from no other', async () => {
    await open({ hmac: secret, header: 'X-Ours' })
    assert.equal((await post({ 'x-ours': hmac(body) })).status, 202)
    assert.equal((await post({ [usual]: hmac(body) })).status, 401)
  })

  it('accepts either secret while they rotate', async () => {
    await open({ hmac: `${secret} nextsecret` })
    for (const key of [secret, 'nextsecret']) assert.equal((await post({ [usual]: hmac(body, key) })).status, 202)
  })

  for (const [what, signature] of [
    ['another secret', hmac(body, 'other')],
    ['half a signature', hmac(body).slice(0, 32)],
    ['an empty one', ''],
    ['base64', createHmac('sha256', secret).update(body).digest('base64')],
    ['a version before it', `v1=${hmac(body)}`],
  ] as const)
    it(`refuses ${what} with 401`, async () => {
      await open({ hmac: secret })
      assert.equal((await post({ [usual]: signature })).status, 401)
      assert.deepEqual(door.deliveries, [])
      assert.ok(!door.log().includes(secret))
    })

  it('takes a bearer token or basic credentials where there is no secret to sign with', async () => {
    await open({ bearer: 'token', basic: ['grafana', 'word'] })
    assert.equal((await post({ authorization: 'Bearer token' })).status, 202)
    const pair = Buffer.from('grafana:word').toString('base64')
    assert.equal((await post({ authorization: `Basic ${pair}` })).status, 202)
    assert.equal((await post({ authorization: 'Basic Z3JhZmFuYTp4' })).status, 401)
  })

  it('wants both where both are configured: a stolen token alone opens nothing', async () => {
    await open({ hmac: secret, bearer: 'token' })
    assert.equal((await post({ authorization: 'Bearer token' })).status, 401)
    assert.equal((await post({ [usual]: hmac(body) })).status, 401)
    assert.equal((await post({ [usual]: hmac(body), authorization: 'Bearer token' })).status, 202)
  })

  it('sends Alertmanager’s version to its own door, and is closed where nothing is configured (P12)', async () => {
    await open({ bearer: 'token' })
    const other = await read(await post({ authorization: 'Bearer token' }, JSON.stringify(group())))
    assert.equal(other.status, 400)
    assert.match(other.detail, /\/api\/events\/alertmanager/)
    await door.close()
    await open({ header: 'X-Ours' })
    const { status, detail } = await read(await post({}))
    assert.equal(status, 404)
    assert.match(detail, /hmac, bearer or basic of grafana/)
  })
})
