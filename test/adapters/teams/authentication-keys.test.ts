// Owns the proof of how signing keys are read and kept: rarely, within limits, through rollovers and outages (P10).
import assert from 'node:assert/strict'
import { type SigningKeys, signingKeys } from '../../../src/adapters/teams/keys.ts'
import { type Clock, systemClock } from '../../../src/ports/clock.ts'
import { isPortError } from '../../../src/ports/errors.ts'
import { type Fault, requestTo } from '../../sandbox/faults.ts'
import { KEYS, METADATA, type OpenId, startOpenId } from '../../sandbox/openid.ts'
import { serve } from '../../sandbox/server.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

describe('the signing keys', () => {
  let openid: OpenId
  let keys: SigningKeys
  let nowMs: number
  beforeEach(async () => {
    openid = await startOpenId({ serviceUrl: () => 'https://smba.trafficmanager.net/' })
    nowMs = Date.now()
    const clock: Clock = { ...systemClock, now: () => nowMs }
    keys = signingKeys(openid.metadata, clock, 300)
  })
  afterEach(() => openid.stop())

  const known = async (kid: string): Promise<boolean> => (await keys.find(kid)) !== undefined
  const unknowable = (kid: string) => assert.rejects(keys.find(kid), (error) => isPortError(error))
  const failing = (fault: Fault, path = KEYS) => openid.faults.add({ fault, match: requestTo('GET', path), times: 100 })

  it('are read when the first is asked for, once for all who wait, and kept for a day', async () => {
    assert.equal(openid.requests.length, 0)
    const all = await Promise.all(Array.from({ length: 50 }, () => known('k1')))
    assert(all.every(Boolean))
    nowMs += dayMs - 1
    assert(await known('k1'))
    assert.equal(openid.reads(), 1)
  })

  it('bring their endorsements, and none where the list has none', async () => {
    openid.addKey('bare', { endorsements: null })
    assert.deepEqual((await keys.find('k1'))?.endorsements, ['webchat', 'msteams'])
    assert.deepEqual((await keys.find('bare'))?.endorsements, [])
  })

  it('are read again for a new one; an old one is retired by that, or after a day (P10)', async () => {
    openid.addKey('k2')
    assert(await known('k1'))
    openid.addKey('k3')
    openid.retireKey('k1')
    assert(await known('k1'))
    assert(await known('k3'))
    assert.equal(await known('k1'), false)
    openid.retireKey('k2')
    nowMs += dayMs
    assert.equal(await known('k2'), false)
    assert(await known('k3'))
  })

  it('are read at most once a minute, and once more, for ids that nobody has', async () => {
    for (let each = 0; each < 100; each++) assert.equal(await known(`made-up-${each}`), false)
    assert.equal(openid.reads(), 2)
    nowMs += minuteMs
    for (let each = 0; each < 100; each++) assert.equal(await known(`made-up-${each}`), false)
    assert.equal(openid.reads(), 3)
    nowMs += 60 * minuteMs
    for (let each = 0; each < 100; each++) await known(`made-up-${each}`)
    assert.equal(openid.reads(), 5)
  })

  it('stay for five days while no list can be read, and nobody is believed after (P10)', async () => {
    assert(await known('k1'))
    await openid.down()
    for (let day = 1; day < 5; day++) {
      nowMs += dayMs - 1
      assert(await known('k1'), `day ${day}`)
      await unknowable('k2')
    }
    nowMs += dayMs + 4
    await unknowable('k1')
    await openid.up()
    nowMs += minuteMs
    assert(await known('k1'))
  })

  it('cannot be told before the first list is read; that is tried twice at once, then once a minute', async () => {
    const mend = failing({ status: 503 }, METADATA)
    for (let each = 0; each < 20; each++) await unknowable('k1')
    assert.equal(openid.requests.length, 2)
    mend()
    await unknowable('k1')
    nowMs += minuteMs
    assert(await known('k1'))
  })

  const list = (body: unknown): Fault => ({ status: 200, body })
  const key = () => openid.key('k1').publicKey.export({ format: 'jwk' })
  const spoilt: readonly (readonly [string, () => Fault, string?])[] = [
    ['an error', () => ({ status: 500 })],
    ['a page', () => 'html'],
    ['half of a document', () => 'garbage'],
    ['a document that never ends', () => ({ drip: 'body' })],
    ['an answer that never begins', () => ({ drip: 'headers' })],
    ['a lost connection', () => 'reset-before'],
    ['an empty list', () => list({ keys: [] })],
    ['a list that is none', () => list({ keys: { k1: key() } })],
    ['nothing', () => list(null)],
    ['a list of what are no RSA keys', () => list({ keys: [null, 1, { kty: 'oct', kid: 'k1', k: 'AAAA' }] })],
    ['keys that are no keys', () => list({ keys: [{ kty: 'RSA', kid: 'k1', n: '', e: '' }] })],
    ['keys for encryption', () => list({ keys: [{ ...key(), kid: 'k1', use: 'enc' }] })],
    ['more than a mebibyte', () => list({ keys: [{ ...key(), kid: 'k9' }], more: 'x'.repeat(1024 * 1024) })],
    ['metadata that is a page', () => 'html', METADATA],
    ['metadata without keys', () => list({ issuer: 'x' }), METADATA],
    ['keys in a file', () => list({ jwks_uri: 'file:///etc/passwd' }), METADATA],
    ['keys at a disguised address', () => list({ jwks_uri: 'https://login.example@127.0.0.1/keys' }), METADATA],
  ]
  for (const [what, fault, path] of spoilt)
    it(`stay as they were where the authority answers with ${what}`, async () => {
      assert(await known('k1'))
      const mend = failing(fault(), path)
      nowMs += dayMs
      assert(await known('k1'))
      await unknowable('k9')
      mend()
      nowMs += minuteMs
      assert.equal(await known('k9'), false)
    })

  it('are not looked for where the authority redirects to', async () => {
    const elsewhere = await serve({ handler: () => ({ status: 200, body: { keys: [{ ...key(), kid: 'k1' }] } }) })
    for (const path of [METADATA, KEYS]) {
      const mend = failing({ status: 302, headers: { location: elsewhere.url } }, path)
      await unknowable('k1')
      mend()
    }
    assert.equal(openid.reads(), 1)
    assert.equal(elsewhere.requests.length, 0)
    await elsewhere.stop()
  })

  it('are not read over plain http but from this machine itself', async () => {
    failing(list({ jwks_uri: `http://0.0.0.0:${openid.port}${KEYS}` }), METADATA)
    await unknowable('k1')
    assert.equal(openid.reads(), 0)
  })

  it('may be two thousand, and odd ones among them spoil no other', async () => {
    const { n, e } = key()
    const many = Array.from({ length: 2_000 }, (_, index) => ({ kty: 'RSA', kid: `m${index}`, n, e, endorsements: [] }))
    openid.addKey('other')
    const again = { ...openid.key('other').publicKey.export({ format: 'jwk' }), kid: 'm1999' }
    failing(list({ keys: ['odd', { kty: 'EC', kid: 'm0' }, ...many, again] }))
    assert(await known('m0'))
    assert.equal((await keys.find('m1999'))?.key.export({ format: 'jwk' }).n, n)
    assert.equal(openid.reads(), 1)
  })
})
