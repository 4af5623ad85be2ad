// Owns the proof that of many who find one cause at once, at whichever replica, one alone begins it (P8).
import assert from 'node:assert/strict'
import { canonicalJson, sha256Hex } from '../../src/adapters/store/hashing.ts'
import { memoryStore } from '../../src/adapters/store/memory.ts'
import { type Causes, causes } from '../../src/app/causes.ts'
import type { Deps } from '../../src/app/deps.ts'
import { endEpisode, writeEpisode } from '../../src/app/episodes.ts'
import type { Arrival } from '../../src/core/storm.ts'

const hour = 3_600_000
const incident = { sysId: '1'.repeat(32), number: 'INC0010001', mine: true }

describe('the list of open causes', () => {
  let now = 0
  let deps: Deps
  let replicas: readonly Causes[] = []
  let state: 'new' | 'closed' = 'new'
  const arrival = (key: string, ci = 'web', above: readonly string[] = []): Arrival => ({
    key,
    isAlert: true,
    ci: { id: ci, name: ci },
    above,
    below: [],
    symptom: 'SiteDown',
  })
  const first = () => replicas[0] as Causes

  beforeEach(() => {
    now = 10 * hour
    state = 'new'
    deps = {
      store: memoryStore(),
      tickets: { incident: async () => ({ incident: { state } }) },
      clock: { now: () => now },
      hash: { canonicalize: canonicalJson, digest: sha256Hex },
      files: { current: () => ({ governance: { correlationWindowMs: hour } }) },
    } as unknown as Deps
    replicas = [causes(deps), causes(deps), causes(deps)]
  })

  it('has one cause of many alerts on one CI that reach all replicas at once, with one leader', async () => {
    const placed = await Promise.all(
      Array.from({ length: 60 }, (_, n) => (replicas[n % 3] as Causes).place(arrival(`a${n}`), '1')),
    )
    assert.equal(new Set(placed.map(({ cause }) => cause.key)).size, 1)
    assert.equal(placed.filter(({ leads }) => leads).length, 1)
    assert.equal((await first().all()).length, 1)
  })

  it('has one cause of a CI and of what it depends on, in whichever order they arrive at once', async () => {
    const both = [arrival('a', 'web', ['lb']), arrival('b', 'lb')]
    for (const order of [both, both.toReversed()]) {
      const placed = await Promise.all(order.map((each, n) => (replicas[n] as Causes).place(each, '1')))
      assert.equal(new Set(placed.map(({ cause }) => cause.key)).size, 1)
    }
  })

  it('lets its leader come again after a crash, under the same name', async () => {
    const before = await first().place(arrival('a'), '1')
    const after = await (replicas[1] as Causes).place(arrival('a'), '1')
    assert.deepEqual([after.leads, after.cause.key], [true, before.cause.key])
  })

  it('lets one event at a time open the incident, the same one again, and another one after a minute', async () => {
    const { cause } = await first().place(arrival('a'), '1')
    assert.ok(await first().claim(cause.key, 'E1'))
    assert.ok(!(await (replicas[1] as Causes).claim(cause.key, 'E2')))
    assert.ok(await (replicas[1] as Causes).claim(cause.key, 'E1'))
    now += 60_001
    assert.ok(await (replicas[1] as Causes).claim(cause.key, 'E2'))
  })

  it('begins a new one once its incident is over', async () => {
    const { cause } = await first().place(arrival('a'), '1')
    await first().change(cause.key, (each) => ({ ...each, incident }))
    await writeEpisode(deps.store, incident.sysId, { n: 1, reopened: 0, over: false, run: 'R1', declined: null })
    assert.equal((await first().place(arrival('b'), '1')).cause.key, cause.key)
    await endEpisode(deps.store, incident.sysId)
    const next = await first().place(arrival('b'), '2')
    assert.notEqual(next.cause.key, cause.key)
    assert.ok(next.leads)
  })

  it('begins a new one once people closed its incident, although nobody told runbot so', async () => {
    const { cause } = await first().place(arrival('a'), '1')
    await first().change(cause.key, (each) => ({ ...each, incident }))
    await writeEpisode(deps.store, incident.sysId, { n: 1, reopened: 0, over: false, run: 'R1', declined: null })
    assert.equal((await first().place(arrival('b'), '1')).cause.key, cause.key)
    state = 'closed'
    now += 10_000
    const next = await first().place(arrival('c'), '2')
    assert.notEqual(next.cause.key, cause.key)
    assert.ok(next.leads)
  })

  it('stays small, whatever comes', async () => {
    const above = Array.from({ length: 50 }, (_, n) => `${n}`.padStart(32, 'f'))
    for (let n = 0; n < 800; n += 1) await first().place(arrival(`a${n}`, `${n}`.padStart(32, '0'), above), '1')
    const document = await deps.store.get('storm', 'open')
    assert.ok(JSON.stringify(document?.value).length < 400_000)
  }).timeout(20_000)
})
