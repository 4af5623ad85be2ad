// Owns the specification of Alertmanager's door, over real HTTP (CONTRACTS §6.3).
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { HttpOptions } from '../../../src/adapters/http/server.ts'
import type { InboundSettings } from '../../../src/ports/catalog.ts'
import { PortError } from '../../../src/ports/errors.ts'
import { alertsOf, group, grouped, openAlertDoor, postJson } from './alerts.ts'
import { type Door, read } from './door.ts'

const path = '/api/events/alertmanager'
const bearer = { authorization: 'Bearer am-token-0001' }
const settings: InboundSettings = {
  alertmanager: { bearer: 'am-token-0001 am-token-0002', basic: ['am', 'pass:word'] },
}
const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })

describe('Alertmanager’s door', () => {
  let door: Door
  const open = async (more: InboundSettings | (() => InboundSettings) = settings, options?: Partial<HttpOptions>) => {
    door = await openAlertDoor(more, options)
  }
  const post = (body: unknown = group(), headers: Record<string, string> = bearer) =>
    postJson(door, path, body, headers)
  afterEach(async () => door.close())

  it('loses no group over the name of one label', async () => {
    await open()
    const odd = grouped({
      fingerprint: 'ffff',
      labels: { alertname: 'Odd', constructor: 'x' },
    })
    const answer = await read(await post(group([grouped(), odd])))
    assert.deepEqual([answer.status, answer.body], [202, { ids: ['event-1', 'event-2'] }])
    assert.equal(alertsOf(door)[1]?.labels['alertname'], 'Odd')
  })

  it('makes of each alert of a group an event of its own, and answers 202 with their ids', async () => {
    await open()
    const second = grouped({ fingerprint: 'ffff', labels: { alertname: 'DiskFull', host: 'db-01' } })
    const answer = await read(await post(group([grouped(), second])))
    assert.deepEqual([answer.status, answer.body], [202, { ids: ['event-1', 'event-2'] }])
    assert.deepEqual(door.deliveries[0], {
      source: 'alertmanager',
      key: 'alertmanager:c3a1f6e2b4d59788:1767225600123:firing',
      body: {
        type: 'alert',
        alert: {
          source: 'alertmanager',
          key: 'c3a1f6e2b4d59788',
          status: 'firing',
          title: 'web-01 answers 503',
          text: 'web-01 answers 503\nMost requests fail.\nalertname: SiteDown\ninstance: web-01:9100\nseverity: critical',
          severity: 'critical',
          cis: ['web-01'],
          symptom: 'SiteDown',
          labels: { alertname: 'SiteDown', instance: 'web-01:9100', severity: 'critical' },
          startsAt: 1_767_225_600_123,
          endsAt: null,
          incident: null,
          link: null,
        },
      },
    })
    assert.deepEqual(alertsOf(door)[1]?.cis, ['db-01'])
  })

  it('gives what fires on the same key at every repeat_interval, and another when it resolves or starts anew (P8)', async () => {
    await open()
    const resolved = grouped({ status: 'resolved', endsAt: '2026-01-01T00:05:00Z' })
    for (const each of [grouped(), grouped(), resolved, grouped({ startsAt: '2026-01-01T01:00:00Z' })])
      await post(group([each], { status: 'firing' }))
    const keys = door.deliveries.map(({ key }) => key)
    assert.equal(keys[0], keys[1])
    assert.equal(new Set(keys).size, 3)
    assert.deepEqual(
      alertsOf(door).map(({ key, status, endsAt }) => [key, status, endsAt]),
      [
        ['c3a1f6e2b4d59788', 'firing', null],
        ['c3a1f6e2b4d59788', 'firing', null],
        ['c3a1f6e2b4d59788', 'resolved', 1_767_225_900_000],
        ['c3a1f6e2b4d59788', 'firing', null],
      ],
    )
  })

  it('looks at each alert, whatever its group says', async () => {
    await open()
    const resolved = grouped({ status: 'resolved', fingerprint: 'bbbb', endsAt: '2026-01-01T00:05:00Z' })
    await post(group([grouped(), resolved]))
    assert.deepEqual(
      alertsOf(door).map(({ status }) => status),
      ['firing', 'resolved'],
    )
  })

  it('tolerates what newer versions add, a trailing line feed, and a group without alerts', async () => {
    await open()
    const newer = group([grouped({ values: null })], { notification_reason: 'x', routeLabels: {} })
    assert.equal((await post(`${JSON.stringify(newer)}\n`)).status, 202)
    const empty = await read(await post(group([])))
    assert.deepEqual([empty.status, empty.body], [202, { ids: [] }])
  })

  for (const [what, headers] of [
    ['the bearer token', bearer],
    ['the one that rotates in', { authorization: 'bearer am-token-0002' }],
    ['basic credentials, with a colon in the password', basic('am:pass:word')],
  ] as const)
    it(`takes ${what}`, async () => {
      await open()
      assert.equal((await post(group(), headers)).status, 202)
    })

  for (const [what, headers] of [
    ['nothing', {}],
    ['another token', { authorization: 'Bearer am-token-0003' }],
    ['the beginning of the token', { authorization: 'Bearer am-token-000' }],
    ['both tokens at once', { authorization: 'Bearer am-token-0001 am-token-0002' }],
    ['an empty token', { authorization: 'Bearer ' }],
    ['the token as basic', { authorization: 'Basic am-token-0001' }],
    ['another password', basic('am:passw')],
    ['another user', basic('ma:pass:word')],
  ] as [string, Record<string, string>][])
    it(`refuses ${what} with 401, and hands nothing on`, async () => {
      await open()
      const answer = await post(group(), headers)
      assert.deepEqual([answer.status, answer.headers.get('www-authenticate')], [401, 'Bearer'])
      assert.deepEqual(door.deliveries, [])
      assert.ok(!/am-token|pass:word/.test(door.log()))
    })

  it('is closed while it is not configured, says what opens it, and opens while running (P12)', async () => {
    let now: InboundSettings = {}
    await open(() => now)
    const { status, detail } = await read(await post())
    assert.equal(status, 404)
    assert.match(detail, /bearer or basic of alertmanager, under inbound in connectors\.yaml/)
    now = { alertmanager: {} }
    assert.equal((await post()).status, 404)
    now = settings
    assert.equal((await post()).status, 202)
  })

  it('never takes an empty token that a mistake configured', async () => {
    await open({ alertmanager: { bearer: ' ' } })
    assert.equal((await post(group(), { authorization: 'Bearer ' })).status, 401)
    assert.equal((await post(group(), {})).status, 401)
  })

  const bad: [what: string, body: unknown, says: RegExp][] = [
    ['no JSON', '{"alerts":', /ends too early/],
    ['a list', [], /group must be an object with version and alerts/],
    ['Grafana’s version', group([grouped()], { version: '1' }), /group\.version must be "4".*\/api\/events\/grafana/],
    ['no alerts', group([], { alerts: null }), /group\.alerts must be a list/],
    [
      'an alert without a fingerprint',
      group([grouped(), grouped({ fingerprint: null })]),
      /group\.alerts\.1\.fingerprint/,
    ],
    ['an unknown status', group([grouped({ status: 'pending' })]), /status must be firing or resolved/],
    ['a time that is none', group([grouped({ startsAt: 'yesterday' })]), /startsAt must be a time/],
    ['a label that is no text', group([grouped({ labels: { a: 1 } })]), /labels\.a must be a text/],
    ['a key that reaches the prototype', '{"__proto__":{"version":"4"}}', /__proto__/],
  ]
  for (const [what, body, says] of bad)
    it(`refuses ${what} and says so, for it will never pass (P12)`, async () => {
      await open()
      const { status, detail } = await read(await post(body))
      assert.equal(status, 400)
      assert.match(detail, says)
      assert.deepEqual(door.deliveries, [])
    })

  it('refuses what is too large, compressed, no JSON or no UTF-8, like the other doors', async () => {
    await open(settings, { bodyLimitBytes: 2_000 })
    const statuses = [
      await post('x'.repeat(2_001)),
      await post(gzipSync('{}'), { ...bearer, 'content-encoding': 'gzip' }),
      await post(group(), { ...bearer, 'content-type': 'text/xml' }),
      await post(Buffer.from([0x22, 0xff, 0xfe, 0x22])),
    ].map(({ status }) => status)
    assert.deepEqual(statuses, [413, 415, 415, 400])
  })

  it('says 503 for all that may pass soon, because any 4xx makes Alertmanager wait', async () => {
    let failure: Error = new PortError('unavailable', 'too many events wait already', { retryAfterMs: 2_500 })
    const accept = () => Promise.reject(failure)
    await open(settings, { inbound: { accept }, bodyTimeoutMs: 20 })
    const full = await post()
    assert.deepEqual([full.status, full.headers.get('retry-after')], [503, '3'])
    failure = new TypeError('undefined is not a plan')
    assert.equal((await post()).status, 503)
    const socket = connect(door.port, '127.0.0.1')
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer am-token-0001\r\nContent-Length: 500\r\n\r\n{`,
    )
    const [head] = (await once(socket, 'data')) as [Buffer]
    assert.match(head.toString(), /^HTTP\/1.1 503 /)
    socket.destroy()
  })

  it('stores all alerts of a group, or says 503, and takes the whole group again (P8)', async () => {
    const stored: string[] = []
    let away = true
    const accept = async ({ key }: { key: string }) => {
      if (away && key.includes('bbbb')) throw new PortError('unavailable', 'the disk is full')
      stored.push(key)
      return { id: key }
    }
    await open(settings, { inbound: { accept } })
    const both = group([grouped(), grouped({ fingerprint: 'bbbb' })])
    assert.equal((await post(both)).status, 503)
    away = false
    assert.equal((await post(both)).status, 202)
    assert.equal(new Set(stored).size, 2)
  })

  it('warns an operator of alerts that the sender left out, for those never come', async () => {
    await open()
    assert.equal((await post(group([grouped()], { truncatedAlerts: 3 }))).status, 202)
    assert.match(door.log(), /3 alerts were left out by the sender/)
  })

  it('counts what it took and what it refused', async () => {
    await open()
    await post(group(), {})
    assert.match(await door.text('/metrics'), /runbot_intake_events_total\{source="alertmanager",result="refused"\} 1/)
  })
})
