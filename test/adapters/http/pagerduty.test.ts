// Owns the specification of PagerDuty's door, over real HTTP (CONTRACTS §6.4).
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import type { HttpOptions } from '../../../src/adapters/http/server.ts'
import { PortError } from '../../../src/ports/errors.ts'
import { alertsOf, openAlertDoor, postJson } from './alerts.ts'
import { type Door, read } from './door.ts'

const path = '/api/events/pagerduty'
const secret = 'pdsecret'
const next = 'pdsecret-next'
const v1 = (text: string, key = secret): string => `v1=${createHmac('sha256', key).update(text).digest('hex')}`

const incident = {
  id: 'PGR0VU2',
  type: 'incident',
  html_url: 'https://acme.pagerduty.com/incidents/PGR0VU2',
  number: 2,
  status: 'triggered',
  incident_key: 'site-down/web-01',
  created_at: '2026-01-01T00:00:00Z',
  title: 'web-01 answers 503',
  service: { id: 'PF9KMXH', summary: 'Shop', type: 'service_reference' },
  priority: { id: 'PSO75BM', summary: 'P1' },
  urgency: 'high',
  assignees: [],
  conference_bridge: null,
  resolve_reason: null,
}
const event = (type = 'incident.triggered', data: unknown = incident, more: Readonly<Record<string, unknown>> = {}) =>
  JSON.stringify({
    event: {
      id: '5ac64822-4adc-4fda-ade0-410becf0de4f',
      event_type: type,
      resource_type: 'incident',
      occurred_at: '2026-01-01T00:10:00.169Z',
      agent: null,
      client: null,
      data,
      ...more,
    },
  })

describe('PagerDuty’s door', () => {
  let door: Door
  const open = async (options: Partial<HttpOptions> = {}, secrets: readonly string[] = [secret, next]) => {
    door = await openAlertDoor({ pagerduty: { secrets } }, options)
  }
  const post = (text: string, headers: Record<string, string> = { 'x-pagerduty-signature': v1(text) }) =>
    postJson(door, path, text, headers)
  afterEach(async () => door.close())

  it('makes an alert of an incident that was triggered, known by its event', async () => {
    await open()
    const answer = await read(await post(event()))
    assert.deepEqual([answer.status, answer.body], [202, { id: 'event-1' }])
    assert.equal(door.deliveries[0]?.key, 'pagerduty:5ac64822-4adc-4fda-ade0-410becf0de4f')
    const labels = { service: 'Shop', priority: 'P1', urgency: 'high', key: 'site-down/web-01' }
    assert.deepEqual(alertsOf(door)[0], {
      source: 'pagerduty',
      key: 'PGR0VU2',
      status: 'firing',
      title: 'web-01 answers 503',
      text: 'web-01 answers 503\nservice: Shop\npriority: P1\nurgency: high\nkey: site-down/web-01',
      severity: 'P1',
      cis: ['Shop'],
      symptom: 'web-01 answers 503',
      labels,
      startsAt: Date.parse('2026-01-01T00:00:00Z'),
      endsAt: null,
      incident: null,
      link: 'https://acme.pagerduty.com/incidents/PGR0VU2',
    })
  })

  it('knows that an end is of all that began before it, and that what is reopened begins anew', async () => {
    await open()
    await post(event('incident.resolved'))
    await post(event('incident.reopened', incident, { id: 'other' }))
    const at = Date.parse('2026-01-01T00:10:00.169Z')
    assert.deepEqual(
      alertsOf(door).map(({ key, status, startsAt, endsAt }) => [key, status, startsAt, endsAt]),
      [
        ['PGR0VU2', 'resolved', at, at],
        ['PGR0VU2', 'firing', at, null],
      ],
    )
  })

  it('reads the CI, the symptom and the incident from custom details and fields', async () => {
    await open()
    const more = {
      ...incident,
      custom_fields: [{ name: 'incident', value: 'INC0010001' }, { name: 'host', value: 'web-01' }, { name: 'odd' }],
      body: { cef_details: { event_class: 'http-errors' }, details: { region: 'eu', nested: { a: 1 } } },
    }
    await post(event('incident.triggered', more))
    const [alert] = alertsOf(door)
    assert.deepEqual([alert?.cis, alert?.symptom, alert?.incident], [['web-01', 'Shop'], 'http-errors', 'INC0010001'])
    assert.deepEqual([alert?.labels['region'], alert?.labels['nested']], ['eu', undefined])
  })

  it('reads an incident whatever its details are called: others name them', async () => {
    await open()
    const details = JSON.parse('{"constructor":"x","host":"web-01"}') as object
    assert.equal((await post(event('incident.triggered', { ...incident, body: { details } }))).status, 202)
    assert.deepEqual(alertsOf(door)[0]?.cis, ['web-01', 'Shop'])
  })

  it('agrees with the test vector of CONTRACTS §6.7, and refuses it with one byte changed', async () => {
    await open()
    const vector = '{"type":"incident.updated","data":{"number":"INC0010001"}}'
    const headers = { 'x-pagerduty-signature': 'v1=7a4ecb9c30b42602a99df1fa89708c944970554a9cc44a2dbc96fe82dacd4aef' }
    // The signature is right; that it holds no event is said only after that.
    const answer = await read(await post(vector, headers))
    assert.deepEqual([answer.status, Object.keys(answer.body)], [202, ['ignored']])
    assert.deepEqual(door.deliveries, [])
    assert.equal((await post(vector.replace('1"', '2"'), headers)).status, 401)
  })

  it('accepts one right signature of several while secrets rotate, on either side', async () => {
    await open()
    const text = event()
    for (const signatures of [
      `${v1(text, 'old')},${v1(text)}`,
      `${v1(text, next)}, ${v1(text, 'old')}`,
      `v2=${'0'.repeat(64)},${v1(text)}`,
    ])
      assert.equal((await post(text, { 'x-pagerduty-signature': signatures })).status, 202)
  })

  const forged: [what: string, signature: (text: string) => string | undefined][] = [
    ['no signature', () => undefined],
    ['one of another secret', (text) => v1(text, 'other')],
    ['one of another body', (text) => v1(`${text} `)],
    ['a version that is not known', (text) => v1(text).replace('v1', 'v2')],
    ['the hex alone', (text) => v1(text).slice(3)],
    ['an empty one', () => 'v1='],
    ['the eleventh of eleven', (text) => [...Array.from({ length: 10 }, () => v1(text, 'x')), v1(text)].join(',')],
  ]
  for (const [what, signature] of forged)
    it(`refuses ${what} with 401`, async () => {
      await open()
      const given = signature(event())
      const answer = await post(event(), given === undefined ? {} : { 'x-pagerduty-signature': given })
      assert.deepEqual([answer.status, answer.headers.get('www-authenticate')], [401, 'PagerDuty'])
      assert.deepEqual(door.deliveries, [])
      assert.ok(!door.log().includes(secret))
    })

  for (const [what, text] of [
    ['an event that says nothing of an alert', event('incident.annotated', { type: 'incident_note', content: 'x' })],
    ['an event of a service', event('service.updated', { id: 'PF9KMXH', type: 'service' })],
    ['the ping of a new subscription', event('pagey.ping', { message: 'Hello from your friend Pagey!', type: 'ping' })],
    ['a type that is no name of ours', event('constructor')],
    [
      'what is nested beyond reading',
      event('incident.triggered', { details: JSON.parse('['.repeat(40) + ']'.repeat(40)) }),
    ],
    ['an incident of an unknown form', event('incident.triggered', { type: 'incident_reference' })],
  ] as const)
    it(`answers 202 to ${what}, and hands nothing on: three 4xx would switch the subscription off`, async () => {
      await open()
      const answer = await read(await post(text))
      assert.equal(answer.status, 202)
      assert.ok(String(answer.body['ignored']).length > 10)
      assert.deepEqual(door.deliveries, [])
      assert.match(await door.text('/metrics'), /source="pagerduty",result="declined"\} 1/)
    })

  it('says 503, and not 408 or 500, for what may pass later: PagerDuty drops what was answered 4xx', async () => {
    let failure: Error = new PortError('unavailable', 'too many events wait already')
    await open({ inbound: { accept: () => Promise.reject(failure) } })
    assert.equal((await post(event())).status, 503)
    failure = new TypeError('undefined is not a plan')
    assert.equal((await post(event())).status, 503)
  })

  it('is closed where no secret is configured, an empty one included (P12)', async () => {
    await open({}, [''])
    const { status, detail } = await read(await post(event(), { 'x-pagerduty-signature': v1(event(), '') }))
    assert.equal(status, 404)
    assert.match(detail, /secrets of pagerduty/)
  })
})
