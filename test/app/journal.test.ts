// Owns the proof that what a newer runbot wrote is left alone, and that a run as it was seen last is never taken for news.
import assert from 'node:assert/strict'
import { canonicalJson, sha256Hex } from '../../src/adapters/store/hashing.ts'
import { memoryStore } from '../../src/adapters/store/memory.ts'
import { journal as journalOf } from '../../src/app/journal.ts'
import { linkEntries } from '../../src/core/audit.ts'
import type { RunEvent } from '../../src/core/run.ts'
import { isPortError, PortError } from '../../src/ports/errors.ts'
import type { Store } from '../../src/ports/store.ts'

const hash = { canonicalize: canonicalJson, digest: sha256Hex }
const RUN = 'R0123456789'
const joined = (sysId: string): RunEvent => ({ type: 'joined', incident: { sysId, number: `INC${sysId}` } })

describe('the journal', () => {
  let store: Store
  const one = () =>
    journalOf({ store, clock: { now: () => 1, sleep: async () => {} }, hash, settings: { leaseMs: 10 } })
  const joins = (id: string) => () => ({ ok: true as const, events: [joined(id)] })

  beforeEach(async () => {
    store = memoryStore()
    await one().create(RUN, [joined('1')], {})
  })

  it('does not fold an entry that a newer runbot wrote, and says so', async () => {
    const record = await store.record(RUN)
    assert.ok(record)
    const head = { seq: record.seq, hash: record.head }
    const entries = linkEntries(RUN, head, [{ at: 2, event: { type: 'teleported' } }], canonicalJson, sha256Hex)
    await store.append({ chain: RUN, version: record.version, entries, status: 'proposed', dueAt: null })
    const says = (error: unknown) => isPortError(error, 'malformed') && /newer runbot/.test(error.message)
    await assert.rejects(one().load(RUN), says)
    await assert.rejects(one().transact(RUN, joins('2')), says)
    assert.equal((await store.record(RUN))?.seq, 2)
  })

  it('decides anew on what others wrote since, and writes nothing on what it saw last', async () => {
    const [mine, others] = [one(), one()]
    await mine.load(RUN)
    await others.transact(RUN, joins('2'))
    const seen: number[] = []
    const done = await mine.transact(RUN, (run) => {
      seen.push(run.joined.length)
      return { ok: true, events: [joined('3')] }
    })
    assert.deepEqual([done.ok, seen], [true, [1, 2]])
    assert.deepEqual(
      (await mine.load(RUN))?.run.joined.map(({ sysId }) => sysId),
      ['1', '2', '3'],
    )
  })

  it('refuses nothing, and leaves nothing out, because of what it saw last', async () => {
    const [mine, others] = [one(), one()]
    await mine.load(RUN)
    await others.transact(RUN, joins('2'))
    const isThere = (id: string) => (run: { joined: readonly { sysId: string }[] }) =>
      run.joined.some(({ sysId }) => sysId === id)
        ? { ok: true as const, events: [] }
        : { ok: false as const, refusal: { reason: 'not yet' } }
    assert.equal((await mine.transact(RUN, isThere('2'))).ok, true)
    const refused = await mine.transact(RUN, isThere('9'))
    assert.equal(refused.ok, false)
  })

  it('records once what was written although its answer was lost (P6)', async () => {
    let isLost = true
    const lossy: Store = {
      ...store,
      async append(append) {
        const written = await store.append(append)
        if (!isLost) return written
        isLost = false
        throw new PortError('unavailable', 'the answer was lost', { mayHaveHappened: true })
      },
    }
    const mine = journalOf({
      store: lossy,
      clock: { now: () => 1, sleep: async () => {} },
      hash,
      settings: { leaseMs: 10 },
    })
    await mine.load(RUN)
    // As the engine does: what is owed is read off the run as it was seen last.
    const joinOnce = async () => {
      const { run } = (await mine.last(RUN)) ?? assert.fail('no run')
      if (run.joined.length === 1) await mine.transact(RUN, joins('2'))
    }
    await assert.rejects(joinOnce(), { kind: 'unavailable' })
    await joinOnce()
    assert.equal((await store.entries(RUN)).length, 2)
  })

  it('decides nothing on a log that is shorter than its record says (P3)', async () => {
    await one().transact(RUN, joins('2'))
    const short: Store = { ...store, entries: async (chain, from) => (await store.entries(chain, from)).slice(0, 1) }
    const mine = journalOf({
      store: short,
      clock: { now: () => 1, sleep: async () => {} },
      hash,
      settings: { leaseMs: 10 },
    })
    await assert.rejects(mine.transact(RUN, joins('3')), { kind: 'unavailable' })
    assert.equal((await store.entries(RUN)).length, 2)
  })

  it('gives surfaces the entries that it saw, and those before from the store', async () => {
    const mine = one()
    await mine.transact(RUN, joins('2'))
    await mine.transact(RUN, joins('3'))
    const seqs = async (from: number) => (await mine.seenEntries(RUN, from)).map(({ seq }) => seq)
    assert.deepEqual([await seqs(1), await seqs(2), await seqs(3), await seqs(4)], [[1, 2, 3], [2, 3], [3], []])
    const late = one()
    await late.load(RUN)
    assert.deepEqual(
      (await late.seenEntries(RUN, 1)).map(({ seq }) => seq),
      [1, 2, 3],
    )
  })
})
