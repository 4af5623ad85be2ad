// Owns the proof that replicas with different runbook files never work side by side: the newest do, the others rest (P2).
import assert from 'node:assert/strict'
import { memoryStore } from '../../src/adapters/store/memory.ts'
import { type ActiveContent, activeContent, lastSign } from '../../src/app/active-content.ts'
import type { Deps } from '../../src/app/deps.ts'
import { LOG_FORMAT } from '../../src/core/log-format.ts'
import { PortError } from '../../src/ports/errors.ts'
import type { Store } from '../../src/ports/store.ts'

const minute = 60_000

describe('the files that are in force', () => {
  let now = 0
  let store: Store
  const versions = new Map<string, string>()

  const replica = (name: string, version: string): ActiveContent => {
    versions.set(name, version)
    const clock = { now: () => now, sleep: () => new Promise<void>(() => {}) }
    const log = { info() {}, error() {}, debug() {}, warn() {} }
    const files = { current: () => ({ version: versions.get(name) }) }
    return activeContent({ store, files, clock, log } as unknown as Deps, () => {})
  }
  const works = async (each: ActiveContent) => (await each.ask()) === null

  beforeEach(() => {
    now = 1_000_000
    store = memoryStore()
    versions.clear()
  })

  it('are those of the first replica, and of all that have the same', async () => {
    const [one, two] = [replica('one', 'a'), replica('two', 'a')]
    assert.deepEqual([await works(one), await works(two)], [true, true])
  })

  it('are those of the newest deployment at once: who has older ones rests, and says why (P12)', async () => {
    const [old, fresh] = [replica('old', 'a'), replica('fresh', 'b')]
    assert.ok(await works(old))
    assert.ok(await works(fresh))
    assert.match((await old.ask()) ?? '', /newer runbook files/)
    assert.ok(await works(fresh))
  })

  it('do not go back when a replica with old files starts anew', async () => {
    const [old, fresh] = [replica('old', 'a'), replica('fresh', 'b')]
    await old.ask()
    await fresh.ask()
    const again = replica('again', 'a')
    assert.equal(await works(again), false)
    assert.ok(await works(fresh))
  })

  it('go back when nobody has the newest ones any more: a deployment was taken back', async () => {
    const [old, fresh] = [replica('old', 'a'), replica('fresh', 'b')]
    await old.ask()
    await fresh.ask()
    now += minute
    assert.equal(await works(old), false)
    now += 1
    assert.ok(await works(old))
    assert.equal(await works(fresh), false)
  })

  it('stay while somebody works with them, however long', async () => {
    const [old, fresh] = [replica('old', 'a'), replica('fresh', 'b')]
    await old.ask()
    for (let i = 0; i < 10; i += 1) {
      assert.ok(await works(fresh))
      assert.equal(await works(old), false)
      now += minute / 2
    }
  })

  it('go back although the newest are started again and again, where that dies each time', async () => {
    const old = replica('old', 'a')
    await old.ask()
    const begun = now
    while (now - begun <= minute) {
      assert.ok(await works(replica('dies', 'b')))
      assert.equal(await works(old), false)
      now += 10_000
    }
    assert.ok(await works(old))
    assert.equal(await works(replica('dies', 'b')), false)
  })

  it('stay where who works with them is started anew and goes on', async () => {
    const [old, fresh] = [replica('old', 'a'), replica('fresh', 'b')]
    await old.ask()
    await fresh.ask()
    now += minute / 2
    assert.ok(await works(fresh))
    // It dies right before it would sign again, and takes its time to start.
    now += minute / 2
    const again = replica('again', 'b')
    for (let i = 0; i < 50; i += 1) {
      assert.ok(await works(again))
      assert.equal(await works(old), false)
      now += 2_000
    }
  })

  it('stay after a rest of all, where they start first, and a copy of the store sees at once who works', async () => {
    await replica('old', 'a').ask()
    await replica('fresh', 'b').ask()
    now += 1_000 * minute
    assert.ok(await works(replica('again', 'b')))
    assert.equal(await lastSign(store), now)
    now += 1_000
    assert.equal(await works(replica('late', 'a')), false)
  })

  it('may be set back by whoever has them in force: an edit that is undone counts at once', async () => {
    const one = replica('one', 'a')
    await one.ask()
    versions.set('one', 'b')
    assert.ok(await works(one))
    versions.set('one', 'a')
    assert.ok(await works(one))
  })

  it('are in force again for a replica that has caught up', async () => {
    const [one, two] = [replica('one', 'a'), replica('two', 'a')]
    await one.ask()
    await two.ask()
    versions.set('one', 'b')
    assert.ok(await works(one))
    assert.equal(await works(two), false)
    versions.set('two', 'b')
    assert.ok(await works(two))
  })

  it('are those of the newest runbot: one that writes logs which this one cannot read goes first', async () => {
    const old = replica('old', 'a')
    await old.ask()
    const write = (await store.get('content', 'active'))?.version ?? null
    const value = { version: 'a', format: LOG_FORMAT + 1, seenAt: now, known: ['a'] }
    await store.put('content', 'active', value, write)
    assert.match((await old.ask()) ?? '', /a newer runbot/)
    now += minute + 1
    assert.ok(await works(old))
  })

  it('are unknown while the store does not answer, which is no yes (P5)', async () => {
    const one = replica('one', 'a')
    store.get = () => Promise.reject(new PortError('unavailable', 'down'))
    await assert.rejects(one.ask(), PortError)
  })
})
