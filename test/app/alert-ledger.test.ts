// Owns the proof that each alert is counted once, in one result, however often and wherever it is told (P8).
import assert from 'node:assert/strict'
import { canonicalJson, sha256Hex } from '../../src/adapters/store/hashing.ts'
import { memoryStore } from '../../src/adapters/store/memory.ts'
import { alertLedger, type Ledger, NOTHING, since, totalOf } from '../../src/app/alert-ledger.ts'

const day = 86_400_000

describe('the ledger of alerts', () => {
  let now = 0
  let one: Ledger
  /** Another replica at the same store. */
  let other: Ledger
  const firing = (storm: string, startsAt = 1) => ({ storm, startsAt, resolved: false })
  const joined = { result: 'joined' } as const

  beforeEach(() => {
    now = 100 * day
    const deps = {
      store: memoryStore(),
      hash: { digest: sha256Hex, canonicalize: canonicalJson },
      clock: { now: () => now, sleep: async () => {} },
    }
    one = alertLedger(deps)
    other = alertLedger(deps)
  })

  it('counts an event once, however often and wherever it is repeated', async () => {
    const all = Array.from({ length: 300 }, (_, n) => n)
    const enter = (ledger: Ledger) => all.map((n) => ledger.enter(`a${n}`, `E${n}`, firing('S1'), joined))
    await Promise.all([...enter(one), ...enter(other), ...enter(one)])
    const { counts, sums } = await other.tally()
    assert.deepEqual(counts.get('S1'), { members: 300, resolved: 0 })
    assert.equal(totalOf(sums), 300)
  })

  it('counts an alert that fires and is resolved as one member and two events', async () => {
    await one.enter('a', 'E1', firing('S1'), { result: 'proposed' })
    await one.enter('a', 'E2', { ...firing('S1'), resolved: true }, { result: 'resolved' })
    const { counts, sums } = await one.tally()
    assert.deepEqual(counts.get('S1'), { members: 1, resolved: 1 })
    assert.deepEqual(sums, { ...NOTHING, proposed: 1, resolved: 1 })
  })

  it('knows its repeats from what it has counted', async () => {
    await one.enter('a', 'E1', firing('S1'), joined)
    assert.deepEqual([await other.has('a', 'E1'), await other.has('a', 'E2')], [true, false])
    assert.equal(await other.enter('a', 'E1', firing('S9'), joined), undefined)
    assert.deepEqual(await one.find('a'), firing('S1'))
  })

  it('keeps the reasons of what was declined apart, up to an end', async () => {
    for (let n = 0; n < 9000; n += 1)
      await one.enter(`a${n}`, `E${n}`, firing(''), { result: 'declined', reason: `reason ${n}` })
    const { sums } = await one.tally()
    assert.equal(totalOf(sums), 9000)
    assert.ok((sums.declined['for other reasons'] ?? 0) > 0)
    assert.equal(since(NOTHING, sums).declined['reason 1'], 1)
  }).timeout(20_000)

  it('forgets what was resolved after a day and what fires after a week, but never what it counted', async () => {
    await one.enter('a', 'E1', { ...firing('S1'), resolved: true }, { result: 'resolved' })
    await one.enter('b', 'E2', firing('S1'), joined)
    now += 8 * day
    for (let n = 0; n < 2000; n += 1) await one.enter(`c${n}`, `F${n}`, firing('S2'), null)
    const { counts, sums } = await one.tally()
    assert.equal(counts.get('S1'), undefined)
    assert.equal(totalOf(sums), 2)
  })
})
