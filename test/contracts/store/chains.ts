// Owns what every store must do with run logs: atomic appends at a version, entries in order, lists.
import assert from 'node:assert/strict'
import { canonicalJson, sha256Hex } from '../../../src/adapters/store/hashing.ts'
import { emptyHead, verifyChain } from '../../../src/core/audit.ts'
import type { Instant } from '../../../src/core/values.ts'
import type { ChainRecord, Entry } from '../../../src/ports/store.ts'
import { begin, event, extend, linked, lost, names, type On, rejectsWith, won } from './steps.ts'

export function chainSpecs(on: On): void {
  describe('append', () => {
    on('creates a chain with its record (P4)', async (store) => {
      const entries = linked('run_1', [{ type: 'proposed' }, { type: 'planned' }], emptyHead, 5000)
      const labels = { incident: 'INC0010001' }
      const record = await store.append({
        chain: 'run_1',
        version: null,
        entries,
        status: 'open',
        dueAt: 7000,
        labels,
      })
      assert.deepEqual(record, {
        chain: 'run_1',
        status: 'open',
        seq: 2,
        head: entries[1]?.hash,
        fence: 0,
        lease: null,
        dueAt: 7000,
        createdAt: 5000,
        wakes: 0,
        labels,
        version: 1,
      })
      assert.deepEqual(await store.record('run_1'), record)
      assert.deepEqual(await store.entries('run_1'), entries)
    })

    on('knows nothing of a chain that was never written', async (store) => {
      assert.equal(await store.record('run_0'), undefined)
      assert.deepEqual(await store.entries('run_0'), [])
    })

    on('creates a chain without entries', async (store) => {
      const record = await begin(store, 'run_1', { entries: [] })
      assert.deepEqual([record.seq, record.head], [0, ''])
      assert.equal((await extend(store, record, 'first')).seq, 1)
    })

    on('bumps the version and keeps what was not given', async (store) => {
      const first = await begin(store, 'run_1', { labels: { runbook: 'restart-iis' } })
      const second = await extend(store, first, { type: 'planned' }, { status: 'executing', dueAt: 42 })
      assert.equal(second.version, first.version + 1)
      assert.deepEqual(second.labels, { runbook: 'restart-iis' })
      assert.deepEqual([second.status, second.dueAt, second.createdAt], ['executing', 42, first.createdAt])
    })

    on('keeps a chain that verifies from its first entry to its head (P4)', async (store) => {
      let record = await begin(store, 'run_1')
      for (let i = 0; i < 5; i += 1) record = await extend(store, record, { i })
      const verdict = verifyChain(
        await store.entries('run_1'),
        { canonicalize: canonicalJson, digest: sha256Hex },
        { seq: record.seq, hash: record.head },
      )
      assert.deepEqual(verdict, { ok: true, head: record.head, length: 6 })
    })

    on('refuses to create a chain twice', async (store) => {
      await begin(store, 'run_1')
      await rejectsWith(begin(store, 'run_1'), 'conflict')
    })

    on('refuses another version than the stored one and writes nothing (P3)', async (store) => {
      const first = await begin(store, 'run_1')
      const second = await extend(store, first, 'second')
      await rejectsWith(extend(store, first, 'other'), 'conflict')
      await rejectsWith(extend(store, { ...second, version: second.version + 1 }, 'other'), 'conflict')
      await rejectsWith(extend(store, { ...first, chain: 'run_9' }, 'other'), 'conflict')
      assert.deepEqual(await store.record('run_1'), second)
      assert.equal((await store.entries('run_1')).length, 2)
    })

    on('refuses an entry whose place is taken', async (store) => {
      const first = await begin(store, 'run_1')
      await rejectsWith(extend(store, { ...first, seq: 0, head: '' }, 'again'), 'conflict')
      assert.equal((await store.entries('run_1')).length, 1)
    })

    on('refuses entries that do not continue the chain (P4)', async (store) => {
      const first = await begin(store, 'run_1')
      const entries = linked('run_1', ['a', 'b'], { seq: 1, hash: first.head }) as [Entry, Entry]
      const given = { chain: 'run_1', version: 1, status: 'open', dueAt: null }
      await rejectsWith(store.append({ ...given, entries: [entries[1]] }), 'malformed')
      await rejectsWith(store.append({ ...given, entries: [{ ...entries[0], prev: 'x' }] }), 'malformed')
      await rejectsWith(store.append({ ...given, entries: linked('run_2', ['a']) }), 'malformed')
      assert.deepEqual(await store.record('run_1'), first)
    })

    on('lets one of many writers at the same version win (P3)', async (store) => {
      const first = await begin(store, 'run_1')
      const results = await Promise.allSettled([1, 2, 3, 4, 5].map((i) => extend(store, first, { i })))
      assert.deepEqual([won(results), lost(results, 'conflict')], [1, 4])
      assert.equal((await store.entries('run_1')).length, 2)
    })

    on('lets one of many creators win (P8)', async (store) => {
      const results = await Promise.allSettled([1, 2, 3].map(() => begin(store, 'run_1')))
      assert.deepEqual([won(results), lost(results, 'conflict')], [1, 2])
    })

    on('stores what was given when it was asked for, not what became of it', async (store) => {
      const body: { text: string } = { text: 'as asked' }
      const writing = store.accept(event('k', { body }), 0)
      const putting = store.put('note', 'n', body, null)
      body.text = 'changed'
      await Promise.all([writing, putting])
      assert.deepEqual((await store.pending(2000, 1))[0]?.body, { text: 'as asked' })
      assert.deepEqual((await store.get('note', 'n'))?.value, { text: 'as asked' })
    })
  })

  describe('entries', () => {
    on('come in order, from a place, up to a limit', async (store) => {
      const entries = linked('run_1', ['a', 'b', 'c', 'd'])
      await begin(store, 'run_1', { entries })
      assert.deepEqual(await store.entries('run_1', 3), entries.slice(2))
      assert.deepEqual(await store.entries('run_1', 2, 2), entries.slice(1, 3))
      assert.deepEqual(await store.entries('run_1', 9), [])
    })

    on('of a long log come all, and right after they were written', async (store) => {
      const entries = linked(
        'control',
        Array.from({ length: 700 }, (_, i) => ({ i })),
      )
      await begin(store, 'control', { entries })
      assert.deepEqual(await store.entries('control'), entries)
      assert.deepEqual(await store.entries('control', 400, 250), entries.slice(399, 649))
    })
  })

  describe('list', () => {
    const at = (chain: string, createdAt: Instant) => ({ entries: linked(chain, ['begun'], emptyHead, createdAt) })

    on('answers chains newest first and pages by key', async (store) => {
      for (const [i, chain] of ['a', 'b', 'c', 'd', 'e'].entries())
        await begin(store, chain, at(chain, 1000 + (i >> 1)))
      const page = await store.list({ limit: 2 })
      assert.deepEqual(names(page), ['e', 'd'])
      const next = await store.list({ limit: 2, before: page[1] as ChainRecord })
      assert.deepEqual(names(next), ['c', 'b'])
      assert.deepEqual(names(await store.list({ limit: 2, before: next[1] as ChainRecord })), ['a'])
    })

    on('narrows by a label and by statuses', async (store) => {
      const labels = { incident: 'INC1' }
      await begin(store, 'a', { ...at('a', 1), labels, status: 'executing' })
      await begin(store, 'b', { ...at('b', 2), labels, status: 'succeeded' })
      await begin(store, 'c', { ...at('c', 3), labels: { runbook: 'INC1' }, status: 'executing' })
      const label = { name: 'incident', value: 'INC1' }
      assert.deepEqual(names(await store.list({ limit: 9, label })), ['b', 'a'])
      assert.deepEqual(names(await store.list({ limit: 9, statuses: ['executing', 'failed'] })), ['c', 'a'])
      assert.deepEqual(names(await store.list({ limit: 9, label, statuses: ['executing'] })), ['a'])
      assert.deepEqual(names(await store.list({ limit: 9, label, before: { createdAt: 2, chain: 'b' } })), ['a'])
      assert.deepEqual(await store.list({ limit: 9, statuses: [] }), [])
    })

    on('finds a chain by its newest labels only', async (store) => {
      const first = await begin(store, 'a', { labels: { runbook: 'old', ci: 'web-01' } })
      await extend(store, first, 'planned', { labels: { runbook: 'new' } })
      assert.deepEqual(await store.list({ limit: 9, label: { name: 'runbook', value: 'old' } }), [])
      assert.deepEqual(await store.list({ limit: 9, label: { name: 'ci', value: 'web-01' } }), [])
      assert.deepEqual(names(await store.list({ limit: 9, label: { name: 'runbook', value: 'new' } })), ['a'])
    })
  })
}
