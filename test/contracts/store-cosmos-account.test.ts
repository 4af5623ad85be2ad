// Owns the run of the store contract on a real account, where COSMOS_ENDPOINT names one; without it there is nothing here.
// Its database COSMOS_DATABASE is for tests alone: each run leaves its documents there. One store per test would need one
// database each, and an identity may not make them, so each test has a room of names in the one that there is.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { cosmosStore } from '../../src/adapters/store/cosmos/cosmos.ts'
import { begin, event, extend, lost, rejectsWith, won } from './store/steps.ts'
import { storeContract } from './store.suite.ts'
import { roomIn } from './store-room.ts'

const { COSMOS_ENDPOINT: endpoint, COSMOS_DATABASE: database = 'runbot-test', COSMOS_KEY: key } = process.env

if (endpoint) {
  const session = randomUUID().slice(0, 8)
  let rooms = 0
  storeContract('a real Cosmos account', async () => {
    const { store } = await cosmosStore({ endpoint, database, ...(key ? { key } : {}) })
    rooms += 1
    return { store: roomIn(store, `${session}-${rooms}`), dispose: async () => {} }
  })

  describe('a real Cosmos account', () => {
    const mine = randomUUID().slice(0, 8)
    const open = () => cosmosStore({ endpoint, database, ...(key ? { key } : {}) })

    it('is as the store needs it', async () => {
      const { store, diagnose } = await open()
      assert.deepEqual(
        (await diagnose()).filter(({ ok }) => !ok),
        [],
      )
      await store.close()
    })

    it('keeps logs, leases, due work, evidence, lists, documents and events, between two replicas', async () => {
      const [{ store: one }, { store: other }] = await Promise.all([open(), open()])
      const run = `test-${mine}`
      const bytes = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 31 * (i >> 7)) % 256)
      const first = await begin(one, run, { dueAt: 1, labels: { test: mine }, evidence: [{ id: 'log', bytes }] })
      assert.ok((await other.due(Date.now(), 50)).some(({ chain }) => chain === run))
      const claims = await Promise.allSettled(
        [one, other].map((store, i) => store.claim(run, first.version, `${i}`, 100, 50)),
      )
      assert.deepEqual([won(claims), lost(claims, 'conflict')], [1, 1])
      const record = await other.record(run)
      assert.ok(record)
      const text = 'Störung 障害 🚨 \u0000 \u2028 \\ " \ud83d'
      const next = await extend(other, record, { text, [text]: 1e21 }, { dueAt: null })
      await rejectsWith(extend(one, record, 'late'), 'conflict')
      assert.deepEqual((await one.entries(run)).at(-1)?.event, { text, [text]: 1e21 })
      assert.deepEqual(await one.list({ limit: 2, label: { name: 'test', value: mine } }), [next])
      assert.deepEqual(Buffer.compare((await other.evidence(run, 'log')) ?? new Uint8Array(), bytes), 0)
      const lock = await one.put('lock', run, 1, null)
      await rejectsWith(other.put('lock', run, 2, null), 'conflict')
      await other.remove('lock', run, lock.version)
      assert.ok((await one.accept(event(run, { id: run }), 5)).fresh)
      assert.ok(!(await other.accept(event(run, { id: run }), 5)).fresh)
      await other.hold(run, 5, 9)
      assert.ok((await one.pending(9, 100)).some(({ id }) => id === run))
      await one.done(run)
      await Promise.all([one.close(), other.close()])
    })
  })
}
