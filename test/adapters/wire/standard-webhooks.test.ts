import assert from 'node:assert/strict'
import { sign, verify } from '../../../src/adapters/wire/standard-webhooks.ts'

// The test vector of CONTRACTS §6.
const secret = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='
const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const id = 'msg_lab_0001'
const timestamp = 1767225600
const body = '{"type":"incident.updated","data":{"number":"INC0010001"}}'
const signature = 'v1,LlVQtxLX5t341VZtM/jZnVzBGQ2f6ugchAQv5T6RN6A='

const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature }

const check = (
  changed: Readonly<Record<string, string | string[] | undefined>> = {},
  more: { secrets?: string[]; body?: Uint8Array; atS?: number } = {},
) =>
  verify({
    secrets: more.secrets ?? [secret],
    headers: { ...headers, ...changed },
    body: more.body ?? Buffer.from(body),
    now: (more.atS ?? timestamp) * 1000,
  })

const refused = (verified: ReturnType<typeof check>) => (verified.ok ? assert.fail('it was accepted') : verified.reason)

describe('Standard Webhooks', () => {
  it('accepts the test vector and says its id and time (CONTRACTS §6)', () => {
    assert.deepEqual(check(), { ok: true, id, timestamp })
  })

  it('signs the test vector', () => {
    assert.equal(sign(secret, { id, timestamp, body }), signature)
  })

  it('accepts header names in any case, as the sender wrote them', () => {
    const named = { 'Webhook-Id': id, 'Webhook-Timestamp': String(timestamp), 'WEBHOOK-SIGNATURE': signature }
    assert.equal(verify({ secrets: [secret], headers: named, body: Buffer.from(body), now: timestamp * 1000 }).ok, true)
  })

  it('accepts any of several secrets while they rotate, and any of several signatures', () => {
    assert.equal(check({}, { secrets: [other, secret] }).ok, true)
    assert.equal(check({ 'webhook-signature': `v1,AAAA ${signature}` }).ok, true)
  })

  it('ignores signatures of versions that it does not know', () => {
    assert.equal(check({ 'webhook-signature': `v1a,xyz v2,${signature.slice(3)} ${signature}` }).ok, true)
    assert.match(refused(check({ 'webhook-signature': `v2,${signature.slice(3)}` })), /no signature matches/)
  })

  it('accepts a clock that is off by five minutes, and no more', () => {
    for (const offS of [-300, 300]) assert.equal(check({}, { atS: timestamp + offS }).ok, true)
    assert.match(refused(check({}, { atS: timestamp + 301 })), /too old/)
    assert.match(refused(check({}, { atS: timestamp - 301 })), /in the future/)
  })

  it('refuses another body, id, time or secret', () => {
    assert.match(refused(check({}, { body: Buffer.from(`${body} `) })), /no signature/)
    assert.match(refused(check({ 'webhook-id': 'msg_lab_0002' })), /no signature/)
    assert.match(refused(check({ 'webhook-timestamp': String(timestamp + 1) })), /no signature/)
    assert.match(refused(check({}, { secrets: [other] })), /no signature/)
    assert.match(refused(check({}, { secrets: [] })), /no signature/)
  })

  it('refuses missing, repeated and odd headers', () => {
    for (const name of Object.keys(headers)) {
      assert.match(refused(check({ [name]: undefined })), /is missing/)
      assert.match(refused(check({ [name]: '' })), /is missing/)
      assert.match(refused(check({ [name]: ['a', 'b'] })), /is missing/)
    }
    for (const time of ['1767225600.0', '0x69', ' 1767225600', '-1', `${timestamp}abc`, '9'.repeat(20)])
      assert.match(refused(check({ 'webhook-timestamp': time })), /not a number of seconds/)
    assert.match(refused(check({ 'webhook-id': 'x'.repeat(300) })), /too long/)
    for (const odd of ['v1', 'v1,', ',', 'v1,,', `${signature}=`])
      assert.match(refused(check({ 'webhook-signature': odd })), /no signature/)
  })

  it('signs bytes, not what they look like: two bodies never share one signature', () => {
    const bytes = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')])
    const looksLike = sign(secret, { id, timestamp, body: bytes.toString() })
    assert.match(refused(check({ 'webhook-signature': looksLike }, { body: bytes })), /not UTF-8/)
    const marked = Buffer.from(`\ufeff${body}`)
    assert.match(refused(check({}, { body: marked })), /no signature/)
  })
})
