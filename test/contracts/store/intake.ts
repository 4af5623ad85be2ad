// Owns what every store must do with intake events: once under their key, pending until done (P8).
import assert from 'node:assert/strict'
import type { Instant } from '../../../src/core/values.ts'
import type { IntakeEvent } from '../../../src/ports/store.ts'
import { event, lost, type On, rejectsWith, won } from './steps.ts'

export function intakeSpecs(on: On): void {
  describe('intake', () => {
    on('stores an event once and answers the first id to a repeat (P8)', async (store) => {
      assert.deepEqual(await store.accept(event('msg_1'), 0), { id: 'evt_msg_1', fresh: true })
      const repeat = event('msg_1', { id: 'evt_other', body: { changed: true } })
      assert.deepEqual(await store.accept(repeat, 0), { id: 'evt_msg_1', fresh: false })
      assert.deepEqual(await store.pending(2000, 10), [{ ...event('msg_1'), heldUntil: 0 }])
    })

    on('answers one id to many deliveries at once (P8)', async (store) => {
      const ids = ['x', 'y', 'z', 'u', 'v'].map((id) => event('msg_1', { id }))
      const answers = await Promise.all(ids.map((delivery) => store.accept(delivery, 0)))
      assert.equal(answers.filter(({ fresh }) => fresh).length, 1)
      assert.equal(new Set(answers.map(({ id }) => id)).size, 1)
      assert.equal(await store.backlog(), 1)
    })

    on('still knows the key when the event is done (P8)', async (store) => {
      await store.accept(event('msg_1'), 0)
      await store.done('evt_msg_1')
      assert.deepEqual(await store.accept(event('msg_1'), 0), { id: 'evt_msg_1', fresh: false })
      assert.deepEqual([await store.backlog(), await store.pending(9000, 10)], [0, []])
    })

    on('answers what waits oldest first, in order of arrival within one moment', async (store) => {
      const arrivals: readonly [string, Instant][] = [
        ['c', 30],
        ['a', 10],
        ['b2', 20],
        ['b1', 20],
      ]
      for (const [key, receivedAt] of arrivals) await store.accept(event(key, { receivedAt }), 0)
      const keys = (events: readonly IntakeEvent[]) => events.map(({ key }) => key)
      assert.deepEqual(keys(await store.pending(100, 10)), ['a', 'b2', 'b1', 'c'])
      assert.deepEqual(keys(await store.pending(100, 2)), ['a', 'b2'])
    })

    on('holds a postponed event back until its moment, and lets the others pass', async (store) => {
      await store.accept(event('a', { receivedAt: 10 }), 0)
      await store.accept(event('b', { receivedAt: 20 }), 0)
      await store.postpone('evt_a', 500)
      assert.deepEqual(
        (await store.pending(499, 10)).map(({ key }) => key),
        ['b'],
      )
      assert.deepEqual(
        (await store.pending(500, 10)).map(({ key }) => key),
        ['a', 'b'],
      )
      assert.equal(await store.backlog(), 2)
    })

    on('keeps an event for whoever accepted it, and shows it to others when that time is over (P8)', async (store) => {
      await store.accept(event('a'), 500)
      assert.deepEqual(await store.pending(499, 10), [])
      assert.deepEqual(await store.pending(500, 10), [{ ...event('a'), heldUntil: 500 }])
      assert.equal(await store.backlog(), 1)
      assert.equal((await store.accept(event('a'), 9000)).fresh, false)
      assert.equal((await store.pending(500, 10)).length, 1)
    })

    on('lets exactly one of many take an event in hand (P8)', async (store) => {
      await store.accept(event('a'), 500)
      const taken = await Promise.allSettled([700, 701, 702, 703].map((until) => store.hold('evt_a', 500, until)))
      assert.deepEqual([won(taken), lost(taken, 'conflict')], [1, 3])
      assert.deepEqual(await store.pending(699, 10), [])
      assert.equal((await store.pending(703, 10)).length, 1)
    })

    on('lets nobody take what is done, and knows what never came', async (store) => {
      await store.accept(event('a'), 500)
      await store.done('evt_a')
      await rejectsWith(store.hold('evt_a', 500, 900), 'conflict')
      await rejectsWith(store.hold('evt_0', 0, 1), 'notFound')
    })

    on('a postponement does not bring back what is done', async (store) => {
      await store.accept(event('a'), 0)
      await store.done('evt_a')
      await store.postpone('evt_a', 1)
      assert.deepEqual(await store.pending(9000, 10), [])
      await store.done('evt_a')
    })

    on('refuses to finish or postpone what never came, and two events with one id', async (store) => {
      await rejectsWith(store.done('evt_0'), 'notFound')
      await rejectsWith(store.postpone('evt_0', 1), 'notFound')
      await store.accept(event('a', { id: 'evt_same' }), 0)
      await rejectsWith(store.accept(event('b', { id: 'evt_same' }), 0), 'conflict')
    })
  })
}
