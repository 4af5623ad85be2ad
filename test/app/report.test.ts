// Owns the proof that a report counts each run of its time once, page by page, and says where it stopped reading (P5).
import assert from 'node:assert/strict'
import { canonicalJson, sha256Hex } from '../../src/adapters/store/hashing.ts'
import { memoryStore } from '../../src/adapters/store/memory.ts'
import { journal as journalOf } from '../../src/app/journal.ts'
import { periodOf, reportOf } from '../../src/app/report.ts'
import { allRecords, keepCase, recordFor } from '../../src/app/shadow-records.ts'
import { linkEntries } from '../../src/core/audit.ts'
import { CONTROL_CHAIN } from '../../src/core/control.ts'
import { emptyRun } from '../../src/core/evolve.ts'
import type { Json } from '../../src/core/values.ts'
import { after, decided, decision, finished, minute, planned, proposed, t0 } from '../core/given.ts'

const hash = { canonicalize: canonicalJson, digest: sha256Hex }

describe('a report', () => {
  let now = t0
  const clock = { now: () => now, sleep: () => Promise.resolve() }
  const begun = () => {
    now = t0
    const store = memoryStore({ clock })
    const journal = journalOf({ store, clock, hash, settings: { leaseMs: minute } })
    const events = [proposed, planned(), decided(decision({ effect: 'allow', rule: null })), finished('succeeded')]
    /** So many runs, a minute apart; the last one begins now. */
    const runs = async (count: number) => {
      for (let n = 0; n < count; n += 1) {
        now += minute
        await journal.create(`R${n}`, events, {})
      }
    }
    return { store, journal, runs }
  }

  it('counts each run that began in its time once, over many pages, and nothing of the control chain', async () => {
    const { store, journal, runs } = begun()
    await journal.control({ type: 'contentLoaded', version: 'v', runbooks: 1, problems: 0 })
    await runs(250)
    assert.equal((await store.record(CONTROL_CHAIN))?.seq, 1)
    const all = await reportOf(store, now + 1, 24 * 60 * minute)
    assert.deepEqual([all.rows.length, all.rows[0]?.runs, all.isCut, all.unread], [1, 250, false, 0])
    const some = await reportOf(store, now + 1, 120 * minute + 1)
    assert.equal(some.rows[0]?.runs, 121)
  })

  it('reads so many at most, the newest, and says so', async () => {
    const { store, runs } = begun()
    await runs(130)
    const { rows, isCut } = await reportOf(store, now + 1, 24 * 60 * minute, 120)
    assert.deepEqual([rows[0]?.runs, isCut], [120, true])
    assert.equal((await reportOf(store, now + 1, 24 * 60 * minute, 130)).isCut, false)
  })

  it('counts what a newer runbot wrote as unread, not as nothing (P5)', async () => {
    const { store, runs } = begun()
    await runs(2)
    const event: Json = { type: 'dreamt' }
    const entries = linkEntries('R9', { seq: 0, hash: '' }, [{ at: now, event }], hash.canonicalize, hash.digest)
    await store.append({ chain: 'R9', version: null, entries, status: 'proposed', dueAt: null })
    const { rows, unread } = await reportOf(store, now + 1, 24 * 60 * minute)
    assert.deepEqual([rows[0]?.runs, unread], [2, 1])
  })

  it('covers the time that was typed, seven days without one, and a year at most', () => {
    const day = 24 * 60 * minute
    assert.deepEqual(
      [periodOf(null), periodOf('90m'), periodOf('24h'), periodOf('9999d'), periodOf('0d'), periodOf('7')],
      [7 * day, 90 * minute, day, 366 * day, undefined, undefined],
    )
  })
})

describe('the record of a runbook in an environment', () => {
  const compared = (id: string, at: number, agrees: boolean) =>
    after(
      after(
        emptyRun(id),
        at,
        proposed,
        planned(),
        decided(decision({ effect: 'record', rule: null })),
        finished('recorded'),
      ),
      at + minute,
      { type: 'compared', agrees, reason: 'so it is', savedMs: null, actual: {}, by: null },
    )

  it('holds each run once, as it was judged last, in whatever order and however often they are told (P8)', async () => {
    const store = memoryStore()
    const told = [compared('R1', t0, true), compared('R2', t0 + minute, true), compared('R1', t0, false)]
    for (const run of [...told, ...told.slice(2)]) await keepCase({ store }, run)
    const { record, cases } = await recordFor({ store }, 'restart-iis', 'prod')
    assert.deepEqual([record.compared, record.agreed, record.wrong], [2, 1, 1])
    assert.deepEqual(
      cases.map(({ run }) => run),
      ['R2', 'R1'],
    )
    assert.deepEqual(
      (await allRecords({ store })).map(({ runbook, environment }) => [runbook, environment]),
      [['restart-iis', 'prod']],
    )
    assert.equal((await recordFor({ store }, 'restart-iis', 'test')).record.compared, 0)
  })

  it('loses nothing where many are told at once, and keeps the newest 200', async () => {
    const store = memoryStore()
    await Promise.all([1, 2, 3, 4].map((n) => keepCase({ store }, compared(`R${n}`, t0 + n, true))))
    assert.equal((await recordFor({ store }, 'restart-iis', 'prod')).record.compared, 4)
    for (let n = 5; n <= 205; n += 1) await keepCase({ store }, compared(`R${n}`, t0 + n, true))
    const { cases } = await recordFor({ store }, 'restart-iis', 'prod')
    assert.deepEqual([cases.length, cases[0]?.run, cases.at(-1)?.run], [200, 'R205', 'R6'])
  })
})
