// Owns the specs of several replicas on one account, and of what only a shared store has: races, long logs, one time.
import assert from 'node:assert/strict'
import { CosmosClient } from '@azure/cosmos'
import { isPortError } from '../../../../src/ports/errors.ts'
import type { ChainRecord } from '../../../../src/ports/store.ts'
import { begin, event, extend, linked, lost, rejectsWith, won } from '../../../contracts/store/steps.ts'
import { cosmosAccount } from './account.ts'

describe('replicas on one Cosmos account', () => {
  const account = cosmosAccount()
  let lastDatabase = ''
  const both = async () => {
    const database = account.database()
    lastDatabase = database
    const opened = await Promise.all([1, 2].map(() => account.open(database)))
    const [one, other] = opened.map(({ store }) => store)
    assert.ok(one && other)
    return { one, other }
  }

  it('see what the other wrote, also over what they remember', async () => {
    const { one, other } = await both()
    let record = await begin(one, 'run_1')
    for (const store of [other, one, other, one]) record = await extend(store, record, 'next')
    assert.deepEqual(await other.record('run_1'), record)
    assert.equal((await one.entries('run_1')).length, 5)
  })

  it('race for a claim, and one has it (P7)', async () => {
    const { one, other } = await both()
    for (let round = 0; round < 10; round += 1) {
      const { version } = await begin(one, `run_${round}`)
      const claims = [one, other].map((store, index) =>
        store.claim(`run_${round}`, version, `worker-${index}`, 100, 50),
      )
      const results = await Promise.allSettled(claims)
      assert.deepEqual([won(results), lost(results, 'conflict')], [1, 1])
    }
  })

  it('race for a lock, for an event and with its deliveries, and one has it (P7, P8)', async () => {
    const { one, other } = await both()
    const stores = [one, other]
    const locks = await Promise.allSettled(stores.map((store) => store.put('lock', 'web-01', 1, null)))
    assert.deepEqual([won(locks), lost(locks, 'conflict')], [1, 1])
    const deliveries = await Promise.all(stores.map((store) => store.accept(event('a'), 10)))
    assert.equal(deliveries.filter(({ fresh }) => fresh).length, 1)
    const holds = await Promise.allSettled(stores.map((store) => store.hold('evt_a', 10, 50)))
    assert.deepEqual([won(holds), lost(holds, 'conflict')], [1, 1])
    await other.done('evt_a')
    await rejectsWith(one.hold('evt_a', 50, 90), 'conflict')
  })

  it('find an event that neither has seen before', async () => {
    const { one, other } = await both()
    await one.accept(event('a'), 10)
    await other.done('evt_a')
    await rejectsWith(other.done('evt_b'), 'notFound')
    assert.deepEqual(await one.pending(99, 9), [])
  })

  it('one that was overtaken while it paused writes nothing (P2)', async () => {
    const { one, other } = await both()
    const mine = await one.claim('run_1', (await begin(one, 'run_1')).version, 'one', 100, 50)
    const theirs = await other.claim('run_1', mine.version, 'other', 150, 50)
    const late = [
      () => extend(one, mine, 'late', { fence: mine.fence }),
      () => one.renew('run_1', mine.fence, 160, 50),
      () => one.release('run_1', mine.fence, null),
    ]
    for (const call of late) await rejectsWith(call(), 'conflict')
    assert.deepEqual(await other.record('run_1'), theirs)
  })

  it('wake a run many times at once, and every wake counts', async () => {
    const { one, other } = await both()
    await begin(one, 'run_1')
    await Promise.all(Array.from({ length: 12 }, (_, i) => (i % 2 ? one : other).wake('run_1', 50 - i)))
    const { wakes, dueAt, version } = (await one.record('run_1')) as ChainRecord
    assert.deepEqual([wakes, dueAt, version], [12, 39, 1])
  })

  it('know the same time, whatever their own clocks say', async () => {
    const database = account.database()
    const at = (wrongMs: number) => ({ now: () => Date.now() + wrongMs, sleep: async () => {} })
    const replicas = await Promise.all([-120_000, 0, 120_000].map((ms) => account.open(database, { clock: at(ms) })))
    const times = replicas.map(({ clock }) => clock.now())
    assert.ok(Math.max(...times) - Math.min(...times) < 2_100, times.join())
  })

  it('read a log of 10,000 entries in pages, from its start, its middle and its end', async () => {
    const { one, other } = await both()
    let record = await begin(one, 'control', { entries: [] })
    for (let page = 0; page < 500; page += 1) {
      const events = Array.from({ length: 20 }, (_, i) => ({ page, i }))
      const entries = linked('control', events, { seq: record.seq, hash: record.head })
      record = await one.append({ chain: 'control', version: record.version, entries, status: 'open', dueAt: null })
    }
    account.sandbox().reset()
    const all = await other.entries('control')
    assert.deepEqual([all.length, all[0]?.seq, all.at(-1)?.hash], [10_000, 1, record.head])
    assert.ok((account.sandbox().meter().kinds.query?.requests ?? 0) >= 5, 'it came in pages')
    assert.deepEqual(
      (await other.entries('control', 5_011, 3)).map(({ seq }) => seq),
      [5_011, 5_012, 5_013],
    )
    assert.equal((await other.entries('control', 9_999)).length, 2)
  })

  it('name a chain whose record somebody deleted by hand (P4)', async () => {
    const { one } = await both()
    for (const name of ['run_1', 'run_2']) await begin(one, name)
    assert.deepEqual(await one.orphans(), [])
    const { endpoint, key } = account.sandbox()
    const client = new CosmosClient({ endpoint, key })
    await client.database(lastDatabase).container('runs').item('run', 'run_1').delete()
    client.dispose()
    assert.deepEqual(await one.orphans(), ['run_1'])
  })

  it('refuse more artefacts than one write can carry, and write nothing', async () => {
    const { one } = await both()
    const evidence = Array.from({ length: 91 }, (_, i) => ({ id: `e${i}`, bytes: Uint8Array.of(i) }))
    await assert.rejects(begin(one, 'run_1', { evidence }), (error) => isPortError(error, 'malformed'))
    assert.equal(await one.record('run_1'), undefined)
    await begin(one, 'run_1', { evidence: evidence.slice(1) })
    assert.deepEqual([...((await one.evidence('run_1', 'e90')) ?? [])], [90])
  })
})
