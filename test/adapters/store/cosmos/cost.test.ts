// Owns what the store costs: requests and request units of each operation, so that neither can grow unseen.
import assert from 'node:assert/strict'
import type { Store } from '../../../../src/ports/store.ts'
import { begin, event, extend } from '../../../contracts/store/steps.ts'
import type { Meter } from '../../../sandbox/cosmos/meter.ts'
import { cosmosAccount } from './account.ts'

const labels = { incident: 'INC0010001', sysId: '0'.repeat(32), runbook: 'restart-iis', ci: 'web-01' }

/** Requests that are charged: the SDK's own questions about containers and plans cost nothing. */
const charged = ({ kinds }: Meter): { [kind: string]: number } =>
  Object.fromEntries(
    Object.entries(kinds)
      .filter(([, { units }]) => units > 0)
      .map(([kind, { requests }]) => [kind, requests]),
  )

describe('the cost of a Cosmos store', () => {
  const account = cosmosAccount()
  /** Measured after one of each, for the SDK asks once about each container. */
  const costs = (
    title: string,
    expected: { [kind: string]: number },
    mostUnits: number,
    prepare: (store: Store) => Promise<unknown>,
    act: (store: Store) => Promise<unknown>,
  ) =>
    it(`${title}: ${JSON.stringify(expected)}, at most ${mostUnits} RU`, async () => {
      const { store } = await account.open(account.database())
      await begin(store, 'warm', { dueAt: null })
      await store.accept(event('warm'), 0)
      await store.put('lock', 'warm', 1, null)
      await prepare(store)
      account.sandbox().reset()
      await act(store)
      const meter = account.sandbox().meter()
      assert.deepEqual(charged(meter), expected)
      assert.ok(meter.units <= mostUnits, `${meter.units} RU`)
    })
  const nothing = async () => {}
  const run = (store: Store) => begin(store, 'run_1', { labels, dueAt: 5 })

  costs('accepting an event', { create: 1 }, 7.5, nothing, (store) => store.accept(event('a'), 9))
  costs(
    'a repeat of it',
    { create: 1, read: 1 },
    7.5,
    (store) => store.accept(event('a'), 9),
    (store) => store.accept(event('a'), 9),
  )
  costs(
    'finishing it',
    { patch: 1 },
    14,
    (store) => store.accept(event('a'), 9),
    (store) => store.done('evt_a'),
  )
  costs('creating a run with an entry', { batch: 1 }, 17, nothing, run)
  costs('a record', { read: 1 }, 2.1, run, (store) => store.record('run_1'))
  costs('an append after the record was read: that read', { read: 1, batch: 1 }, 25, run, async (store) =>
    extend(store, await recordOf(store), 'next'),
  )
  costs('claiming what due work showed', { crossPartitionQuery: 2, replace: 1 }, 22, run, async (store) => {
    const [due] = await store.due(10, 5)
    await store.claim('run_1', due?.version ?? 0, 'worker-a', 10, 50)
  })
  costs('a wake-up of a run that this replica knows', { replace: 1 }, 16, run, (store) => store.wake('run_1', 1))
  costs('taking a lock', { create: 1 }, 7, nothing, (store) => store.put('lock', 'ci', { run: 'run_1' }, null))
  costs(
    'reading a log of 50 entries',
    { query: 1 },
    22,
    async (store) => {
      let record = await run(store)
      for (let i = 0; i < 49; i += 1) record = await extend(store, record, { type: 'stepEnded', i })
    },
    (store) => store.entries('run_1'),
  )
})

const recordOf = async (store: Store) => {
  const record = await store.record('run_1')
  assert.ok(record)
  return record
}
