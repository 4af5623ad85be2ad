// Owns what every store must do with small documents and evidence.
import assert from 'node:assert/strict'
import { begin, extend, lost, type On, rejectsWith, won } from './steps.ts'

export function documentSpecs(on: On): void {
  describe('documents', () => {
    on('are created once, changed at their version and read back', async (store) => {
      const created = await store.put('lock', 'web-01', { run: 'run_1' }, null)
      assert.deepEqual(await store.get('lock', 'web-01'), created)
      const changed = await store.put('lock', 'web-01', { run: 'run_2' }, created.version)
      assert.notEqual(changed.version, created.version)
      assert.deepEqual((await store.get('lock', 'web-01'))?.value, { run: 'run_2' })
      await rejectsWith(store.put('lock', 'web-01', 1, null), 'conflict')
      await rejectsWith(store.put('lock', 'web-01', 1, created.version), 'conflict')
      await rejectsWith(store.put('lock', 'web-02', 1, 1), 'conflict')
      assert.equal(await store.get('lock', 'web-02'), undefined)
    })

    on('lets one of many takers have a lock (P7)', async (store) => {
      const takers = ['a', 'b', 'c'].map((run) => store.put('lock', 'web-01', { run }, null))
      const results = await Promise.allSettled(takers)
      assert.deepEqual([won(results), lost(results, 'conflict')], [1, 2])
    })

    on('are removed at their version; one that is absent is fine', async (store) => {
      const { version } = await store.put('lock', 'web-01', 1, null)
      await rejectsWith(store.remove('lock', 'web-01', version + 1), 'conflict')
      await store.remove('lock', 'web-01', version)
      await store.remove('lock', 'web-01', version)
      assert.equal(await store.get('lock', 'web-01'), undefined)
    })

    on('a lock that somebody else took meanwhile cannot be removed by its earlier holder (P7)', async (store) => {
      const mine = await store.put('lock', 'web-01', { run: 'run_1' }, null)
      await store.remove('lock', 'web-01', mine.version)
      const theirs = await store.put('lock', 'web-01', { run: 'run_2' }, null)
      await rejectsWith(store.remove('lock', 'web-01', mine.version), 'conflict')
      await rejectsWith(store.put('lock', 'web-01', { run: 'run_1' }, mine.version), 'conflict')
      assert.deepEqual(await store.get('lock', 'web-01'), theirs)
    })

    on('of one kind come all, by key', async (store) => {
      await store.put('watch', 'b', 2, null)
      await store.put('watch', 'a', 1, null)
      await store.put('lock', 'c', 3, null)
      assert.deepEqual(
        (await store.all('watch')).map(({ key, value }) => [key, value]),
        [
          ['a', 1],
          ['b', 2],
        ],
      )
      assert.deepEqual(await store.all('none'), [])
    })
  })

  describe('evidence', () => {
    on('of any size comes back byte for byte', async (store) => {
      let record = await begin(store, 'run_1')
      for (const size of [0, 1, 1024 * 1024, 1024 * 1024 + 1, 2_500_000]) {
        const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 31) % 256)
        record = await extend(store, record, size, { evidence: [{ id: `log-${size}`, bytes }] })
        const read = await store.evidence('run_1', `log-${size}`)
        assert.ok(read && Buffer.compare(read, bytes) === 0, `${size} bytes`)
      }
      assert.equal(await store.evidence('run_1', 'none'), undefined)
      assert.equal(await store.evidence('run_2', 'log-1'), undefined)
    })

    on('that is captured again replaces the earlier bytes whole', async (store) => {
      const record = await begin(store, 'run_1', { evidence: [{ id: 'log', bytes: new Uint8Array(1_500_000) }] })
      await extend(store, record, 'again', { evidence: [{ id: 'log', bytes: Uint8Array.of(1, 2, 3) }] })
      assert.deepEqual([...((await store.evidence('run_1', 'log')) ?? [])], [1, 2, 3])
    })
  })
}
