// Owns what every store must do with hostile, odd and large values, and after its end.
import assert from 'node:assert/strict'
import type { Json } from '../../../src/core/values.ts'
import { begin, event, linked, names, type On, rejectsWith } from './steps.ts'

export function valueSpecs(on: On): void {
  describe('values', () => {
    const hostile = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":1},"toString":"x"}') as Json

    on('with keys like __proto__ are data and harm nothing (P9)', async (store) => {
      await begin(store, '__proto__', { entries: linked('__proto__', [hostile]) })
      assert.deepEqual((await store.entries('__proto__'))[0]?.event, hostile)
      await store.put('__proto__', 'constructor', hostile, null)
      assert.equal(JSON.stringify((await store.get('__proto__', 'constructor'))?.value), JSON.stringify(hostile))
      assert.equal(await store.get('__proto__', '__proto__'), undefined)
      const labels = JSON.parse('{"__proto__":"INC1"}') as { [name: string]: string }
      await begin(store, 'run_1', { labels })
      assert.deepEqual(names(await store.list({ limit: 1, label: { name: '__proto__', value: 'INC1' } })), ['run_1'])
      assert.equal(JSON.stringify((await store.record('run_1'))?.labels), JSON.stringify(labels))
      assert.equal(({} as { polluted?: boolean }).polluted, undefined)
    })

    on('of any script, with zero bytes and half characters, come back as they were', async (store) => {
      const text = 'Störung 障害 🚨 \u0000 \u2028 \\ " \ud83d'
      await begin(store, 'run_1', { entries: linked('run_1', [{ text, [text]: 1 }]) })
      assert.deepEqual((await store.entries('run_1'))[0]?.event, { text, [text]: 1 })
      await store.put('障害', 'a\u0000b', null, null)
      assert.equal(await store.get('障害', 'a'), undefined)
      assert.equal((await store.get('障害', 'a\u0000b'))?.value, null)
    })

    on('are kept exactly: numbers, null, nesting, order of lists', async (store) => {
      const value = [0.1, 1e21, -5e-324, 2 ** 53, null, true, '', [], {}, [[{ a: [1] }]]]
      await store.put('note', 'n', value, null)
      assert.deepEqual((await store.get('note', 'n'))?.value, value)
    })

    on('of several megabytes are fine', async (store) => {
      const text = 'ü'.repeat(3_000_000)
      await begin(store, 'run_1', { entries: linked('run_1', [{ text }]) })
      assert.deepEqual((await store.entries('run_1'))[0]?.event, { text })
    })

    on('a key with half a character is refused, for it would equal another one (P8)', async (store) => {
      await rejectsWith(store.accept(event('\ud83d'), 0), 'malformed')
      await rejectsWith(store.put('lock', '\ud83d', 1, null), 'malformed')
      await rejectsWith(begin(store, 'run_1', { labels: { incident: '\ud83d' } }), 'malformed')
    })

    on('that are not JSON are refused, and the store goes on', async (store) => {
      const circular: { self?: unknown } = {}
      circular.self = circular
      await rejectsWith(store.put('note', 'n', circular as Json, null), 'malformed')
      await store.put('note', 'n', 1, null)
    })
  })

  describe('closing', () => {
    on('finishes the writes that were asked for before', async (store) => {
      const writes = Promise.all([begin(store, 'run_1'), store.accept(event('a'), 0)])
      await store.close()
      assert.equal((await writes)[0].seq, 1)
    })

    on('makes every later call unavailable, and may be repeated', async (store) => {
      await store.ping()
      await store.close()
      await store.close()
      const calls = [
        () => begin(store, 'run_1'),
        () => store.record('run_1'),
        () => store.entries('run_1'),
        () => store.due(1, 1),
        () => store.claim('run_1', 1, 'a', 1, 1),
        () => store.renew('run_1', 1, 1, 1),
        () => store.release('run_1', 1, null),
        () => store.wake('run_1', 1),
        () => store.list({ limit: 1 }),
        () => store.accept(event('a'), 0),
        () => store.pending(1, 1),
        () => store.postpone('a', 1),
        () => store.done('a'),
        () => store.backlog(),
        () => store.get('a', 'b'),
        () => store.put('a', 'b', 1, null),
        () => store.remove('a', 'b', 1),
        () => store.all('a'),
        () => store.evidence('a', 'b'),
        () => store.ping(),
      ]
      for (const call of calls) await rejectsWith(call(), 'unavailable')
    })
  })
}
