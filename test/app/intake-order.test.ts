// Owns the proof that different subjects are worked on side by side, and what is of one subject in order.
import assert from 'node:assert/strict'
import { canonicalJson, sha256Hex } from '../../src/adapters/store/hashing.ts'
import { memoryStore } from '../../src/adapters/store/memory.ts'
import type { Deps } from '../../src/app/deps.ts'
import { intake } from '../../src/app/intake.ts'
import type { Journal } from '../../src/app/journal.ts'
import type { Storms } from '../../src/app/storms.ts'
import type { Alert } from '../../src/core/alert.ts'
import { systemClock } from '../../src/ports/clock.ts'
import { PortError } from '../../src/ports/errors.ts'
import type { Store } from '../../src/ports/store.ts'

const alert = (key: string, startsAt: number): Alert => ({
  source: 'cloudevents',
  key,
  status: 'firing',
  title: key,
  text: '',
  severity: null,
  cis: [],
  symptom: 'x',
  labels: {},
  startsAt,
  endsAt: null,
  incident: null,
  link: null,
})

const given = (store: Store): Deps =>
  ({
    store,
    clock: systemClock,
    hash: { canonicalize: canonicalJson, digest: sha256Hex },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    meter: { intake() {} },
    owner: 'one',
    settings: { leaseMs: 60_000, dueEveryMs: 1000, pollMs: 0, backlogLimit: 1000 },
  }) as unknown as Deps

describe('the order of intake', () => {
  it('begins nothing new while a subject is in work, also where the store refuses another one', async () => {
    const stopped = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    const both = Promise.withResolvers<void>()
    const memory = memoryStore()
    const store: Store = {
      ...memory,
      done: async (id) => {
        if (id !== first) return memory.done(id)
        stopped.resolve()
        throw new PortError('unavailable', 'the disk is full')
      },
      postpone: async () => {
        throw new PortError('unavailable', 'the disk is full')
      },
    }
    let inWork = 0
    let most = 0
    let ended = 0
    const work = {
      storms: {} as Storms,
      alert: async (_event: string, { key }: Alert) => {
        if (key !== 'slow') return
        inWork += 1
        most = Math.max(most, inWork)
        await gate.promise
        inWork -= 1
        ended += 1
        if (ended === 2) both.resolve()
      },
    }
    const it = intake(
      given(store),
      {} as Journal,
      work,
      async () => {},
      () => true,
    )
    const send = async (key: string, n: number) =>
      (await it.accept({ source: 'cloudevents', key: `k${n}`, body: { type: 'alert', alert: alert(key, n) } })).id
    const first = await send('refused', 0)
    await send('slow', 1)
    it.start()
    await stopped.promise
    // It is found by the next round, should there be one before this is over.
    await send('slow', 2)
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    gate.resolve()
    await both.promise
    await it.stop()
    assert.equal(most, 1)
  }).timeout(30_000)

  it('works on eight subjects at once, and never on two events of one', async () => {
    const seen: string[] = []
    const inWork = new Set<string>()
    let most = 0
    const all = Promise.withResolvers<void>()
    /** Opens once eight are inside, so that fewer at once would stand still for ever. */
    const gate = Promise.withResolvers<void>()
    const deps = given(memoryStore())
    const work = {
      storms: {} as Storms,
      alert: async (_event: string, { key, startsAt }: Alert) => {
        assert.ok(!inWork.has(key), `two of ${key} at once`)
        inWork.add(key)
        most = Math.max(most, inWork.size)
        if (inWork.size === 8) gate.resolve()
        await gate.promise
        seen.push(`${key}:${startsAt}`)
        inWork.delete(key)
        if (seen.length === 60) all.resolve()
      },
    }
    const it = intake(
      deps,
      {} as Journal,
      work,
      async () => {},
      () => true,
    )
    for (let n = 0; n < 60; n += 1) {
      const one = alert(`a${n % 12}`, n)
      await it.accept({ source: 'cloudevents', key: `k${n}`, body: { type: 'alert', alert: one } })
    }
    it.start()
    await all.promise
    await it.stop()
    assert.equal(most, 8)
    for (let n = 0; n < 12; n += 1) {
      const own = seen.filter((each) => each.startsWith(`a${n}:`)).map((each) => Number(each.split(':')[1]))
      assert.deepEqual(
        own,
        own.toSorted((a, b) => a - b),
      )
    }
  })
})
