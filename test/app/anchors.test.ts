// Owns the proof that no end of a run is missed by the checkpoints, whatever dies or is down meanwhile (P4).
import assert from 'node:assert/strict'
import { canonicalJson, sha256Hex } from '../../src/adapters/store/hashing.ts'
import { memoryStore } from '../../src/adapters/store/memory.ts'
import { lastCheckpoint } from '../../src/app/anchor-state.ts'
import { type Anchors, anchors } from '../../src/app/anchors.ts'
import { marking, marks } from '../../src/app/marking.ts'
import { checkCheckpoints, readCheckpoint } from '../../src/core/checkpoint.ts'
import type { AnchorPlace } from '../../src/ports/anchors.ts'
import type { Clock } from '../../src/ports/clock.ts'
import { PortError } from '../../src/ports/errors.ts'
import type { ChainRecord, Store } from '../../src/ports/store.ts'
import { begin, extend } from '../contracts/store/steps.ts'

const minute = 60_000
const hash = { canonicalize: canonicalJson, digest: sha256Hex }

/** A clock whose sleepers wake when they are told to, and a way to wait until they sleep again. */
function handClock() {
  let now = 1_000_000_000
  let wake: (() => void) | undefined
  let slept = Promise.withResolvers<void>()
  const clock: Clock = {
    now: () => now,
    sleep: (_ms, signal) =>
      new Promise((resolve) => {
        wake = resolve
        signal?.addEventListener('abort', () => resolve(), { once: true })
        slept.resolve()
      }),
  }
  return {
    clock,
    /** Lets one look happen, `ms` later, and resolves after it. */
    async look(ms = minute) {
      await slept.promise
      now += ms
      slept = Promise.withResolvers<void>()
      wake?.()
      await slept.promise
    },
  }
}

interface Kept extends AnchorPlace {
  readonly texts: Map<number, string>
  isDown: boolean
}

function kept(): Kept {
  const texts = new Map<number, string>()
  const place: Kept = {
    texts,
    isDown: false,
    async write(n, text) {
      if (place.isDown) throw new PortError('unavailable', 'the place is down')
      if (texts.has(n)) return 'taken'
      texts.set(n, text)
      return 'written'
    },
    read: async (n) => texts.get(n),
    async *all() {
      for (const [n, text] of texts) yield { n, text }
    },
  }
  return place
}

describe('anchoring', () => {
  let store: Store
  let hand: ReturnType<typeof handClock>
  let place: Kept
  let lines: string[]
  let counts: string[]
  const running: Anchors[] = []

  beforeEach(() => {
    hand = handClock()
    store = marking(memoryStore({ clock: hand.clock }), hand.clock)
    place = kept()
    lines = []
    counts = []
  })
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.stop()))
  })

  const start = (owner = 'a', at = hand, on = store): Anchors => {
    const told = (_fields: object, message: string) => void lines.push(message)
    const log = { debug: told, info: told, warn: told, error: told }
    const counted = (result: string) => void counts.push(result)
    const each = anchors({ store: on, clock: at.clock, log, hash, owner }, { place, everyMs: 15 * minute, counted })
    running.push(each)
    each.start()
    return each
  }
  const end = (record: ChainRecord) => extend(store, record, { type: 'finished' }, { status: 'succeeded' })
  /** What each checkpoint holds, as `chain#seq`; they continue each other. */
  const written = () => {
    const files = [...place.texts].map(([n, text]) => ({ n, text }))
    const { checkpoints, problems } = checkCheckpoints(files, { ...hash, keys: new Map() })
    assert.deepEqual(problems, [])
    return checkpoints.map(({ chains }) => chains.map(({ chain, seq }) => `${chain}#${seq}`))
  }

  it('holds what was there before at first, then what changed: open runs, ended ones and control', async () => {
    const run = await begin(store, 'run_1')
    await begin(store, 'control', { status: 'control' })
    await begin(store, 'run_0', { status: 'failed' })
    start()
    await hand.look()
    await end(run)
    await hand.look()
    assert.deepEqual(written(), [['control#1', 'run_0#1', 'run_1#1'], ['run_1#2']])
    assert.deepEqual(await marks(store), [])
  })

  it('comes soon after the end of a run, one for all that ended meanwhile, and no sooner for an open one', async () => {
    start()
    const [one, two, three] = [await begin(store, 'run_1'), await begin(store, 'run_2'), await begin(store, 'run_3')]
    await hand.look()
    await extend(store, three, { type: 'more' })
    await hand.look()
    assert.equal(written().length, 1)
    await end(one)
    await end(two)
    await hand.look()
    assert.deepEqual(written()[1], ['run_1#2', 'run_2#2', 'run_3#2'])
  })

  it('holds a log that grows after its end', async () => {
    start()
    const ended = await end(await begin(store, 'run_1'))
    await hand.look()
    await extend(store, ended, { type: 'clickRefused' })
    await hand.look()
    assert.deepEqual(written(), [['run_1#2'], ['run_1#3']])
  })

  it('writes none while nothing changes, however long', async () => {
    start()
    await end(await begin(store, 'run_1'))
    for (let i = 0; i < 40; i += 1) await hand.look()
    assert.equal(written().length, 1)
  })

  it('keeps the mark of an append that is still to come', async () => {
    const inner = memoryStore({ clock: hand.clock })
    store = marking(inner, hand.clock)
    const record = await begin(store, 'run_1')
    const held = Promise.withResolvers<void>()
    const slow = marking(
      { ...inner, append: async (append) => held.promise.then(() => inner.append(append)) },
      hand.clock,
    )
    start('a', hand, inner)
    const ending = extend(slow, record, { type: 'finished' }, { status: 'succeeded' })
    await hand.look()
    assert.equal((await marks(store)).length, 1)
    held.resolve()
    await ending
    await hand.look()
    assert.deepEqual(written().at(-1), ['run_1#2'])
    assert.deepEqual(await marks(store), [])
  })

  it('waits for a place that is down, says so once, and tells for how long', async () => {
    const each = start()
    await end(await begin(store, 'run_1'))
    place.isDown = true
    for (let i = 0; i < 5; i += 1) await hand.look()
    assert.ok(each.waitingMs() >= 4 * minute)
    assert.equal(lines.filter((line) => /cannot be anchored/.test(line)).length, 1)
    assert.deepEqual(new Set(counts), new Set(['failed']))
    place.isDown = false
    await hand.look()
    assert.deepEqual(written(), [['run_1#2']])
    assert.equal(each.waitingMs(), 0)
    assert.equal(lines.at(-1), 'the audit trail is anchored again')
  })

  it('goes on after a crash between the checkpoint and its memory: what is there is taken over', async () => {
    const inner = memoryStore({ clock: hand.clock })
    store = marking(inner, hand.clock)
    await end(await begin(store, 'run_1'))
    const dying: Store = {
      ...inner,
      put: (kind, ...rest) =>
        kind === 'anchor' ? Promise.reject(new PortError('unavailable', 'it died')) : inner.put(kind, ...rest),
    }
    const first = start('a', hand, dying)
    await hand.look()
    await first.stop()
    assert.equal(place.texts.size, 1)
    assert.equal((await lastCheckpoint(store)).n, 0)
    const next = handClock()
    start('a', next, inner)
    await next.look(2 * minute)
    const all = written()
    assert.ok(all.length >= 1 && all.every((chains) => chains.includes('run_1#2')))
    assert.deepEqual(await marks(store), [])
    assert.equal((await lastCheckpoint(store)).n, all.length)
  })

  it('is done by one replica at a time, and by another when that one is gone', async () => {
    const other = handClock()
    const first = start('a')
    start('b', other)
    const run = await begin(store, 'run_1')
    await hand.look()
    await other.look()
    assert.equal(written().length, 1)
    await first.stop()
    await end(run)
    await other.look(3 * minute)
    assert.deepEqual(written().at(-1), ['run_1#2'])
  })

  it('does not mistake the checkpoints of another store for its own', async () => {
    place.texts.set(1, '{"n":1}')
    start()
    await end(await begin(store, 'run_1'))
    await hand.look()
    assert.deepEqual(counts, ['failed'])
    assert.equal(place.texts.size, 1)
    assert.match(lines.join(), /cannot be anchored/)
  })

  it('walks through all that was there before, and again after nobody anchored for long', async () => {
    for (let i = 0; i < 1_200; i += 1) await begin(store, `run_${i}`, { status: 'failed' })
    start()
    await hand.look()
    const held = new Set(written().flat())
    assert.equal(held.size, 1_200)
    await begin(memoryStoreOf(store), 'run_unmarked', { status: 'failed' })
    await hand.look(2 * 60 * minute)
    assert.ok(written().flat().includes('run_unmarked#1'))
  })

  it('says of itself that nobody signed where there is no key', async () => {
    start()
    await begin(store, 'control', { status: 'control' })
    await hand.look()
    const checkpoint = readCheckpoint(place.texts.get(1) ?? '', canonicalJson)
    assert.deepEqual([checkpoint?.keyId, checkpoint?.signature], [null, null])
  })
})

/** The same store without marks, as a replica has it that does not anchor. */
const memoryStoreOf = (store: Store): Store => ({
  ...store,
  append: async (append) =>
    store
      .append({ ...append, status: 'proposed' })
      .then((record) => store.append({ ...append, entries: [], version: record.version })),
})
