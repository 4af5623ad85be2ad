// Owns the proof that the sandbox Cosmos DB charges by the formula in charges.ts, counts by kind, and throttles what is over budget.
import assert from 'node:assert/strict'
import type { Container, CosmosClient, ErrorResponse } from '@azure/cosmos'
import { indexTerms } from '../../sandbox/cosmos/charges.ts'
import { clientOf, RUNS, runsOf } from '../../sandbox/cosmos/client.ts'
import { type SandboxCosmos, type SandboxCosmosOptions, sandboxCosmos } from '../../sandbox/cosmos.ts'

describe('sandbox Cosmos DB: request units', () => {
  let cosmos: SandboxCosmos
  let client: CosmosClient
  let runs: Container
  const start = async (options: SandboxCosmosOptions = {}) => {
    cosmos = await sandboxCosmos(options)
    client = clientOf(cosmos)
    runs = runsOf(cosmos, client)
  }
  afterEach(async () => {
    client.dispose()
    await cosmos.stop()
  })

  it('charges as Microsoft publishes: reads by size and twice under Strong, writes by size and index, a replace both', async () => {
    await start()
    // Three values: id, pk and what.
    assert.equal((await runs.items.create({ id: 'a', pk: 'A', what: 1 })).requestCharge, 6.1)
    assert.equal((await runs.item('a', 'A').read()).requestCharge, 2)
    assert.equal((await runs.item('a', 'A').replace({ id: 'a', pk: 'A', what: 2 })).requestCharge, 12.2)
    assert.equal((await runs.item('a', 'A').delete()).requestCharge, 6.1)
    const text = 'x'.repeat(99 * 1024)
    const large = await runs.items.create({ id: 'l', pk: 'A', text })
    assert.equal(large.requestCharge, 51.64)
    assert.equal((await runs.item('l', 'A').read()).requestCharge, 20)
    cosmos.set({ consistency: 'Session' })
    assert.equal((await runs.item('l', 'A').read()).requestCharge, 10)
    assert.equal((await runs.item('none', 'A').read()).requestCharge, 1)
  })

  it('charges only for the index that the policy asks for', () => {
    const document = { id: 'run', pk: 'A', status: 'x', log: { text: 'long', tags: ['a', 'b'] }, _rid: 'r', _ts: 1 }
    assert.equal(indexTerms(document, undefined), 6)
    assert.equal(indexTerms(document, { includedPaths: [], excludedPaths: [{ path: '/*' }] }), 1)
    const few = { includedPaths: [{ path: '/status/?' }, { path: '/log/tags/*' }], excludedPaths: [{ path: '/*' }] }
    assert.equal(indexTerms(document, few), 4)
    const most = { includedPaths: [{ path: '/*' }], excludedPaths: [{ path: '/log/*' }, { path: '/"_etag"/?' }] }
    assert.equal(indexTerms(document, most), 3)
    const both = { ...most, compositeIndexes: [[{ path: '/status' }, { path: '/pk' }], [{ path: '/due' }]] }
    assert.equal(indexTerms(document, both), 4)
  })

  it('charges a batch the sum of its operations, also where it is taken back', async () => {
    await start()
    const { result } = await runs.items.batch(
      [
        { operationType: 'Create', resourceBody: { id: 'a', pk: 'A' } },
        { operationType: 'Create', resourceBody: { id: 'b', pk: 'A' } },
      ],
      'A',
    )
    assert.deepEqual(
      result?.map(({ requestCharge }) => requestCharge),
      [5.9, 5.9],
    )
    assert.deepEqual(cosmos.meter().kinds.batch, { requests: 1, operations: 2, units: 11.8 })
    await runs.items.batch(
      [
        { operationType: 'Create', resourceBody: { id: 'c', pk: 'A' } },
        { operationType: 'Create', resourceBody: { id: 'b', pk: 'A' } },
      ],
      'A',
    )
    assert.deepEqual(cosmos.meter().kinds.batch, { requests: 2, operations: 4, units: 19.7 })
  })

  it('charges a query across partitions once for each physical one', async () => {
    await start({ physicalPartitions: 4, consistency: 'Session' })
    const query = 'SELECT * FROM c WHERE c.n = 1'
    assert.equal((await runs.items.query(query).fetchAll()).requestCharge, 9.2)
    assert.equal((await runs.items.query(query, { partitionKey: 'A' }).fetchAll()).requestCharge, 2.3)
  })

  it('counts requests, operations, units and statuses by kind, and begins anew', async () => {
    await start()
    await runs.items.create({ id: 'a', pk: 'A' })
    await runs.item('a', 'A').read()
    await runs.item('b', 'A').read()
    const { requests, units, kinds, statuses } = cosmos.meter()
    assert.deepEqual([kinds.create?.requests, kinds.read?.requests, kinds.read?.units], [1, 2, 4])
    assert.deepEqual([statuses[201], statuses[404]], [1, 1])
    assert.equal(units, 9.9)
    // The account, and the container whose partition key the SDK looks up once.
    assert.deepEqual([requests, kinds.metadata?.units], [3 + (kinds.metadata?.requests ?? 0), 0])
    cosmos.reset()
    assert.deepEqual(cosmos.meter(), { requests: 0, operations: 0, units: 0, kinds: {}, statuses: {} })
  })

  it('answers 429 with the time to wait once the second is used up, and passes after it', async () => {
    let at = Date.now()
    await start({ unitsPerSecond: 10, now: () => at })
    const create = (id: string) => runs.items.create({ id, pk: 'A' })
    await create('a')
    await create('b')
    const refused = await create('c').then(
      () => assert.fail('it passed'),
      (error: ErrorResponse) => error,
    )
    assert.deepEqual([refused.code, refused.substatus, refused.retryAfterInMs], [429, 3200, 181])
    at += 181
    assert.equal((await create('c')).statusCode, 201)
    assert.equal(cosmos.meter().statuses[429], 1)
    cosmos.set({ unitsPerSecond: 1_000_000 })
    assert.equal((await create('d')).statusCode, 201)
  })

  it('lets the SDK wait out a 429 by itself', async () => {
    await start()
    cosmos.provision({ database: 'runbot', containers: [RUNS] })
    cosmos.faults.add({ fault: { throttledMs: 1 }, on: { kind: 'create' }, times: 3 })
    const patient = clientOf(cosmos, { connectionPolicy: {} })
    const made = await patient.database('runbot').container('runs').items.create({ id: 'a', pk: 'A' })
    patient.dispose()
    assert.deepEqual([made.statusCode, cosmos.faults.struck()], [201, { throttledMs: 3 }])
  })
})
