// Owns what every store must do for workers: claims, fences, leases, what is due, wake-ups.
import assert from 'node:assert/strict'
import type { Instant } from '../../../src/core/values.ts'
import { begin, extend, lost, names, type On, rejectsWith, won } from './steps.ts'

export function leaseSpecs(on: On): void {
  describe('claim and release', () => {
    on('a claim takes the lease and raises fence and version', async (store) => {
      const first = await begin(store, 'run_1', { dueAt: 10 })
      const claimed = await store.claim('run_1', first.version, 'worker-a', 100, 50)
      assert.deepEqual(claimed, { ...first, fence: 1, lease: { owner: 'worker-a', until: 150 }, version: 2 })
      assert.deepEqual(await store.record('run_1'), claimed)
    })

    on('a claim is refused at another version, and of what is not there', async (store) => {
      await begin(store, 'run_1')
      await rejectsWith(store.claim('run_1', 7, 'worker-a', 100, 50), 'conflict')
      await rejectsWith(store.claim('run_0', 1, 'worker-a', 100, 50), 'notFound')
    })

    on("a claim is refused while somebody else's lease is alive, and allowed from its end on", async (store) => {
      await begin(store, 'run_1')
      await store.claim('run_1', 1, 'worker-a', 100, 50)
      await rejectsWith(store.claim('run_1', 2, 'worker-b', 149, 50), 'conflict')
      const taken = await store.claim('run_1', 2, 'worker-b', 150, 50)
      assert.deepEqual([taken.fence, taken.lease], [2, { owner: 'worker-b', until: 200 }])
    })

    on('a holder may claim again before its lease ends', async (store) => {
      await begin(store, 'run_1')
      await store.claim('run_1', 1, 'worker-a', 100, 50)
      const again = await store.claim('run_1', 2, 'worker-a', 120, 50)
      assert.deepEqual([again.fence, again.lease?.until], [2, 170])
    })

    on('lets one of many claims at the same version win (P7)', async (store) => {
      await begin(store, 'run_1')
      const owners = ['a', 'b', 'c', 'd']
      const results = await Promise.allSettled(owners.map((owner) => store.claim('run_1', 1, owner, 100, 50)))
      assert.deepEqual([won(results), lost(results, 'conflict')], [1, 3])
    })

    on('a worker that was overtaken can neither append nor release (P2)', async (store) => {
      const first = await begin(store, 'run_1')
      const paused = await store.claim('run_1', first.version, 'worker-a', 100, 50)
      const taken = await store.claim('run_1', paused.version, 'worker-b', 200, 50)
      await rejectsWith(extend(store, taken, 'late', { fence: paused.fence }), 'conflict')
      await rejectsWith(store.release('run_1', paused.fence, null), 'conflict')
      assert.equal((await extend(store, taken, 'right', { fence: taken.fence })).seq, 2)
    })

    on('an append keeps lease and fence, and without a fence anybody at the version may write', async (store) => {
      const first = await begin(store, 'run_1')
      const claimed = await store.claim('run_1', first.version, 'worker-a', 100, 50)
      const other = await extend(store, claimed, 'approved by somebody')
      assert.deepEqual([other.fence, other.lease], [1, claimed.lease])
      await rejectsWith(extend(store, claimed, 'without having read it', { fence: 1 }), 'conflict')
    })

    on('a renewed lease lasts longer and changes nothing else', async (store) => {
      const first = await begin(store, 'run_1')
      const claimed = await store.claim('run_1', first.version, 'worker-a', 100, 50)
      await store.renew('run_1', claimed.fence, 140, 50)
      assert.deepEqual(await store.record('run_1'), { ...claimed, lease: { owner: 'worker-a', until: 190 } })
      await rejectsWith(store.claim('run_1', claimed.version, 'worker-b', 189, 50), 'conflict')
    })

    on('an append under the lease makes it last, and never shortens it', async (store) => {
      const first = await begin(store, 'run_1')
      const claimed = await store.claim('run_1', first.version, 'worker-a', 100, 50)
      const longer = await extend(store, claimed, 'works', { fence: claimed.fence, leaseUntil: 200 })
      assert.deepEqual(longer.lease, { owner: 'worker-a', until: 200 })
      const same = await extend(store, longer, 'works', { fence: claimed.fence, leaseUntil: 180 })
      assert.deepEqual(same.lease, { owner: 'worker-a', until: 200 })
      const others = await extend(store, same, 'approved', { leaseUntil: 900 })
      assert.deepEqual(others.lease, { owner: 'worker-a', until: 200 })
    })

    on('a lease that was taken over, given up or never there cannot be renewed (P2)', async (store) => {
      await begin(store, 'run_1')
      await rejectsWith(store.renew('run_1', 0, 100, 50), 'conflict')
      await rejectsWith(store.renew('run_0', 0, 100, 50), 'notFound')
      const paused = await store.claim('run_1', 1, 'worker-a', 100, 50)
      const taken = await store.claim('run_1', paused.version, 'worker-b', 200, 50)
      await rejectsWith(store.renew('run_1', paused.fence, 210, 50), 'conflict')
      await store.release('run_1', taken.fence, null)
      await rejectsWith(store.renew('run_1', taken.fence, 210, 50), 'conflict')
    })

    on('a release frees the chain, sets when it is due and bumps the version', async (store) => {
      const first = await begin(store, 'run_1', { dueAt: 10 })
      const claimed = await store.claim('run_1', first.version, 'worker-a', 100, 50)
      await store.release('run_1', claimed.fence, 500)
      assert.deepEqual(await store.record('run_1'), { ...claimed, lease: null, dueAt: 500, version: 3 })
      await rejectsWith(store.release('run_0', 1, null), 'notFound')
    })
  })

  describe('due', () => {
    on('answers what is due, earliest first, up to the limit', async (store) => {
      const dues: readonly [string, Instant | null][] = [
        ['late', 30],
        ['early', 10],
        ['tie-b', 20],
        ['tie-a', 20],
        ['future', 31],
        ['never', null],
      ]
      for (const [chain, dueAt] of dues) await begin(store, chain, { dueAt })
      assert.deepEqual(names(await store.due(30, 10)), ['early', 'tie-a', 'tie-b', 'late'])
      assert.deepEqual(names(await store.due(30, 2)), ['early', 'tie-a'])
      assert.deepEqual(await store.due(9, 10), [])
    })

    on('leaves out a chain while its lease is alive, and shows it when the lease ran out (P3)', async (store) => {
      await begin(store, 'run_1', { dueAt: 10 })
      await store.claim('run_1', 1, 'worker-a', 100, 50)
      assert.deepEqual(await store.due(149, 10), [])
      assert.deepEqual(names(await store.due(150, 10)), ['run_1'])
    })

    on('answers more than a page of chains', async (store) => {
      await Promise.all(Array.from({ length: 250 }, (_, i) => begin(store, `run_${i}`, { dueAt: 1000 - i })))
      const due = await store.due(5000, 1000)
      assert.deepEqual([due.length, due[0]?.chain, due[249]?.chain], [250, 'run_249', 'run_0'])
    })
  })

  describe('wake', () => {
    on('brings the due moment forward and never puts it off', async (store) => {
      await begin(store, 'run_1', { dueAt: 100 })
      await store.wake('run_1', 200)
      assert.equal((await store.record('run_1'))?.dueAt, 100)
      await store.wake('run_1', 50)
      assert.equal((await store.record('run_1'))?.dueAt, 50)
    })

    on('makes a chain due that waited for nobody', async (store) => {
      await begin(store, 'run_1')
      await store.wake('run_1', 50)
      assert.deepEqual(names(await store.due(50, 1)), ['run_1'])
    })

    on("needs no lease and does not disturb its holder's version", async (store) => {
      const first = await begin(store, 'run_1')
      const claimed = await store.claim('run_1', first.version, 'worker-a', 100, 50)
      await store.wake('run_1', 70)
      assert.deepEqual(await store.record('run_1'), { ...claimed, dueAt: 70, wakes: 1 })
      assert.equal((await extend(store, claimed, 'goes on', { fence: 1 })).seq, 2)
    })

    on('during a lease survives what its holder sets, until the next claim', async (store) => {
      await begin(store, 'run_1')
      const claimed = await store.claim('run_1', 1, 'worker-a', 100, 50)
      await store.wake('run_1', 120)
      const after = await extend(store, claimed, 'finished', { fence: 1, dueAt: null })
      assert.equal(after.dueAt, 120)
      await store.release('run_1', 1, 900)
      const released = await store.record('run_1')
      assert.equal(released?.dueAt, 120)
      const again = await store.claim('run_1', released?.version ?? 0, 'worker-a', 130, 50)
      await store.release('run_1', again.fence, 900)
      assert.equal((await store.record('run_1'))?.dueAt, 900)
    })

    on("an append by somebody else during a lease survives its holder's release too", async (store) => {
      await begin(store, 'run_1')
      const claimed = await store.claim('run_1', 1, 'worker-a', 100, 50)
      await extend(store, claimed, 'approved', { dueAt: 110 })
      await store.release('run_1', 1, null)
      assert.deepEqual(names(await store.due(110, 1)), ['run_1'])
    })

    on('of a chain that is not there is refused', (store) => rejectsWith(store.wake('run_0', 1), 'notFound'))
  })
}
