// Owns the proof that deploys are written down once, found by service and CI, bounded, and gone after a month (P8).
import assert from 'node:assert/strict'
import { canonicalJson, sha256Hex } from '../../src/adapters/store/hashing.ts'
import { memoryStore } from '../../src/adapters/store/memory.ts'
import { deploysNear, recordDeploy } from '../../src/app/deploys.ts'
import type { Deploy } from '../../src/core/alert.ts'
import { minute, t0 } from '../core/given.ts'

const day = 24 * 60 * minute

const deploy = (key: string, at: number, changes: Partial<Deploy> = {}): Deploy => ({
  key,
  service: 'shop-web',
  ci: null,
  version: `v-${key}`,
  previous: null,
  at,
  by: 'ci-bot',
  link: null,
  ...changes,
})

describe('what was deployed', () => {
  let now: number
  let store: ReturnType<typeof memoryStore>
  const deps = () => ({
    store,
    clock: { now: () => now, sleep: () => Promise.resolve() },
    hash: { canonicalize: canonicalJson, digest: sha256Hex },
  })
  const record = (...all: readonly Deploy[]) =>
    all.reduce((before, each) => before.then(() => recordDeploy(deps(), each, now)), Promise.resolve())
  const near = async (services: readonly string[], cis: readonly string[] = [], since = t0 - day) =>
    (await deploysNear(deps(), services, cis, since)).map((each) => each.version)

  beforeEach(() => {
    now = t0
    store = memoryStore()
  })

  it('is found by its service or its CI, whatever the case, and each once', async () => {
    await record(deploy('1', t0 - minute, { ci: 'web-01' }), deploy('2', t0 - 2 * minute, { service: 'billing' }))
    assert.deepEqual(await near(['Shop-Web']), ['v-1'])
    assert.deepEqual(await near([], ['WEB-01']), ['v-1'])
    assert.deepEqual(await near(['shop-web', 'billing'], ['web-01']), ['v-1', 'v-2'])
    assert.deepEqual(await near(['other'], ['other']), [])
  })

  it('is found under a CI whose name the sender calls a service, and not the other way round', async () => {
    await record(deploy('1', t0 - minute, { service: 'web-01' }))
    assert.deepEqual(await near([], ['web-01']), ['v-1'])
    await record(deploy('2', t0 - minute, { service: 'batch', ci: 'shop' }))
    assert.deepEqual(await near(['shop']), [])
  })

  it('is the same however often and in whatever order it is delivered (P8)', async () => {
    const all = [deploy('1', t0 - 3 * minute), deploy('2', t0 - 2 * minute), deploy('3', t0 - minute)]
    await record(...all, ...all.toReversed())
    const one = await near(['shop-web'])
    store = memoryStore()
    await record(...all.toReversed())
    assert.deepEqual(await near(['shop-web']), one)
    assert.deepEqual(one, ['v-3', 'v-2', 'v-1'])
  })

  it('counts each of those that arrive at once at several replicas', async () => {
    const all = Array.from({ length: 8 }, (_, n) => deploy(`${n}`, t0 - n * minute))
    await Promise.all(all.map((each) => recordDeploy(deps(), each, now)))
    assert.equal((await near(['shop-web'])).length, 8)
  })

  it('is never later than its arrival: a clock that is ahead does not stay the newest', async () => {
    await record(deploy('ahead', t0 + 400 * day))
    const [found] = await deploysNear(deps(), ['shop-web'], [], t0 - day)
    assert.equal(found?.at, t0)
  })

  it('keeps the newest twenty of a service, also where an older one comes again', async () => {
    const all = Array.from({ length: 25 }, (_, n) => deploy(`${n}`, t0 - n * minute))
    await record(...all, ...all)
    const found = await near(['shop-web'])
    assert.equal(found.length, 20)
    assert.equal(found[0], 'v-0')
    assert.ok(!found.includes('v-24'))
  })

  it('is gone after a month, and so is its document', async () => {
    await record(deploy('old', t0 - 40 * day))
    assert.deepEqual(await store.all('deploy'), [])
    await record(deploy('1', t0, { service: 'billing', ci: 'billing-01' }))
    assert.equal((await store.all('deploy')).length, 2)
    now = t0 + 31 * day
    await record(deploy('2', now))
    assert.deepEqual(await near(['billing'], ['billing-01'], 0), [])
    assert.equal((await store.all('deploy')).length, 1)
  })

  it('holds no name from outside in a key, and no more of it than what a card shows', async () => {
    await record(deploy('1', t0, { service: '../../etc/passwd\u0000', link: 'https://ci.example.com/1' }))
    const [document] = await store.all('deploy')
    assert.match(document?.key ?? '', /^[0-9a-f]{64}$/)
    assert.ok(!JSON.stringify(document?.value).includes('https://'))
  })
})
