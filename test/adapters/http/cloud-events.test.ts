// Owns the specification of the CloudEvents door in its three modes (CONTRACTS §6.7), over real HTTP.
import assert from 'node:assert/strict'
import { type Door, openDoor, read } from './door.ts'

const event = { specversion: '1.0', id: 'e 1', source: '/monitor/ä', type: 'disk.full' }
const structured = { 'content-type': 'application/cloudevents+json; charset=UTF-8' }
const batched = { 'content-type': 'application/cloudevents-batch+json' }
const key = 'cloudevents:%2Fmonitor%2F%C3%A4:e%201'

describe('the CloudEvents door', () => {
  let door: Door
  beforeEach(async () => {
    door = await openDoor()
  })
  afterEach(async () => door.close())
  const post = async (body: unknown, headers: Record<string, string | null>, id = 'msg_1') =>
    read(await door.post('/api/events', typeof body === 'string' ? body : JSON.stringify(body), { id, headers }))

  it('takes a structured event and leaves out what it does not know', async () => {
    const answer = await post({ ...event, subject: null, traceparent: 'x', data: { disk: null } }, structured)
    assert.deepEqual([answer.status, answer.body], [202, { id: 'event-1' }])
    assert.deepEqual(door.deliveries, [{ source: 'cloudevents', key, body: { ...event, data: { disk: null } } }])
  })

  it('takes a binary event: attributes percent-decoded once, quotes taken off, the body as data', async () => {
    const headers = {
      'ce-specversion': '1.0',
      'ce-id': '"e 1"',
      'ce-source': '/monitor/%C3%A4',
      'ce-type': 'disk.full',
      'ce-subject': '100%2525',
    }
    const answer = await post({ disk: 'c' }, headers)
    assert.equal(answer.status, 202)
    const data = { subject: '100%25', datacontenttype: 'application/json', data: { disk: 'c' } }
    assert.deepEqual(door.deliveries, [{ source: 'cloudevents', key, body: { ...event, ...data } }])
  })

  it('takes text in binary mode as it is', async () => {
    const headers = {
      'ce-specversion': '1.0',
      'ce-id': '1',
      'ce-source': 's',
      'ce-type': 't',
      'content-type': 'text/plain',
    }
    assert.equal((await post('full', headers)).status, 202)
    assert.deepEqual(door.deliveries[0]?.body, {
      specversion: '1.0',
      id: '1',
      source: 's',
      type: 't',
      datacontenttype: 'text/plain',
      data: 'full',
    })
  })

  it('takes each event of a batch by itself and answers all ids', async () => {
    const answer = await post([event, { ...event, id: 'e 2' }, event], batched)
    assert.deepEqual([answer.status, answer.body], [202, { ids: ['event-1', 'event-2', 'event-1'] }])
  })

  it('answers the first id to the same source and id under another webhook-id (P8)', async () => {
    const first = await post(event, structured, 'msg_1')
    const second = await post({ ...event, type: 'other' }, structured, 'msg_2')
    assert.deepEqual(second.body, first.body)
  })

  it('answers the first id to the same webhook-id with other headers, which no signature covers (P8)', async () => {
    const headers = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': 's', 'ce-type': 't' }
    const first = await post({}, headers)
    const forged = await post({}, { ...headers, 'ce-id': '2', 'ce-type': 'other' })
    assert.deepEqual(forged.body, first.body)
    assert.equal(door.deliveries.length, 1)
  })

  it('tells sources and ids apart that only look alike when they are joined', async () => {
    const a = await post({ ...event, source: 'a:b', id: 'c' }, structured, 'm1')
    const b = await post({ ...event, source: 'a', id: 'b:c' }, structured, 'm2')
    assert.notDeepEqual(a.body, b.body)
  })

  const bad: [what: string, status: number, body: unknown, headers: Record<string, string>, says: RegExp][] = [
    ['plain JSON without attributes', 400, event, {}, /not a CloudEvent.*application\/cloudevents\+json/],
    [
      'a format that it cannot read',
      415,
      event,
      { 'content-type': 'application/cloudevents+xml' },
      /JSON event format/,
    ],
    ['data of a type that it cannot read', 415, 'x', { 'ce-id': '1', 'content-type': 'application/avro' }, /avro/],
    ['a missing source', 400, { ...event, source: undefined }, structured, /event.source must be a text/],
    ['another version', 400, { ...event, specversion: '0.3' }, structured, /event.specversion must be "1.0"/],
    ['a time that is none', 400, { ...event, time: 'now' }, structured, /event.time must be a time/],
    [
      'a wrong event in a batch, and which',
      400,
      [event, { ...event, id: '' }],
      batched,
      /event 2.id must not be empty/,
    ],
    ['an empty batch', 400, [], batched, /no event/],
    ['a batch that is none', 400, event, batched, /must be a list/],
    ['too large a batch', 400, Array.from({ length: 101 }, () => event), batched, /more than 100/],
    ['ce-datacontenttype', 400, '', { 'ce-id': '1', 'ce-datacontenttype': 'text/plain' }, /ce-datacontenttype/],
    ['an attribute that is not UTF-8', 400, '', { 'ce-id': '%ff' }, /ce-id is not percent-encoded UTF-8/],
    ['a prototype key in data', 400, '{"data":{"__proto__":1}}', structured, /__proto__/],
  ]
  for (const [what, status, body, headers, says] of bad)
    it(`refuses ${what} and says so (P12)`, async () => {
      const answer = await post(body, headers)
      assert.equal(answer.status, status)
      assert.match(answer.detail, says)
      assert.equal(door.deliveries.length, 0)
    })
})
