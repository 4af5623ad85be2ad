// Owns the proof that operators see what the store refuses, which runs change hands, and which copies wait for how long.
import assert from 'node:assert/strict'
import { memoryStore } from '../../src/adapters/store/memory.ts'
import { type StoreWatch, watchStore } from '../../src/app/store-watch.ts'
import { PortError } from '../../src/ports/errors.ts'
import type { Store } from '../../src/ports/store.ts'
import { begin, extend } from '../contracts/store/steps.ts'

const minute = 60_000

describe('the watch over the store', () => {
  let now = 0
  let inner: Store
  let watch: StoreWatch
  let failed: string[]
  let takeovers = 0
  beforeEach(() => {
    now = 100_000
    failed = []
    takeovers = 0
    inner = memoryStore({ clock: { now: () => now } })
    const told = { storeFailed: (kind: string) => void failed.push(kind), tookOver: () => void (takeovers += 1) }
    watch = watchStore(inner, { now: () => now }, told)
  })

  it('counts what the store refused, by kind, and lets it through', async () => {
    const { store } = watch
    await store.put('lock', 'a', 1, null)
    await assert.rejects(store.put('lock', 'a', 2, null), (error) => error instanceof PortError)
    await assert.rejects(store.wake('nothing', now))
    assert.deepEqual(failed, ['conflict', 'notFound'])
  })

  it('counts a run that is taken from whoever let its lease run out, and no other claim', async () => {
    const { store } = watch
    await begin(store, 'run_1', { dueAt: now })
    const [first] = await store.due(now, 5)
    await store.claim('run_1', first?.version ?? 0, 'a', now, 1_000)
    assert.equal(takeovers, 0)
    now += 2_000
    const [again] = await store.due(now, 5)
    await store.claim('run_1', again?.version ?? 0, 'b', now, 1_000)
    assert.equal(takeovers, 1)
    now += 2_000
    const [own] = await store.due(now, 5)
    await store.claim('run_1', own?.version ?? 0, 'b', now, 1_000)
    assert.equal(takeovers, 1)
  })

  it('tells of copies that wait since when their entry was recorded, until they are told', async () => {
    const { store } = watch
    await extend(store, await begin(store, 'run_1'), 'next')
    await begin(store, 'run_2')
    const cursor = (failures: number) => ({
      seq: 1,
      attempting: 0,
      failures,
      notBefore: now + 1_000,
      dead: null,
      data: {},
    })
    const kept = await store.put('cursor', 'run_1:notes', cursor(1), null)
    await store.put('cursor', 'run_2:notes', { ...cursor(3), seq: 0 }, null)
    await store.put('cursor', 'run_2:teams', cursor(0), null)
    await store.put('cursor', 'servicenow-poll', { since: 5 }, null)
    assert.deepEqual(watch.waiting(), [{ surface: 'notes', runs: 2, oldestMs: now - 1_000 }])
    await store.put('cursor', 'run_1:notes', cursor(0), kept.version)
    assert.deepEqual(
      watch.waiting().map(({ runs }) => runs),
      [1],
    )
    // Another replica tells the other one by now, and this one hears no more of it.
    now += 3 * minute
    assert.deepEqual(watch.waiting(), [])
  })

  it('does not count a copy that is refused for good: nobody waits for it', async () => {
    const dead = { seq: 1, attempting: 0, failures: 1, notBefore: now, dead: 'no such record', data: {} }
    await watch.store.put('cursor', 'run_1:notes', dead, null)
    assert.deepEqual(watch.waiting(), [])
  })

  it('tells how many runs are overdue by minutes, and that nobody holds', async () => {
    const { store } = watch
    await begin(store, 'run_1', { dueAt: now })
    await begin(store, 'run_2', { dueAt: now + 5 * minute })
    assert.equal(await watch.overdueRuns(), 0)
    now += 5 * minute
    assert.equal(await watch.overdueRuns(), 1)
  })
})
