// Owns the proof that queries of the sandbox Cosmos DB see what they may, page whole, and go the way that the SDK takes against the service.
import assert from 'node:assert/strict'
import type { Container, CosmosClient, FeedOptions } from '@azure/cosmos'
import { clientOf, runsOf } from '../../sandbox/cosmos/client.ts'
import { type SandboxCosmos, sandboxCosmos } from '../../sandbox/cosmos.ts'

describe('sandbox Cosmos DB: queries', () => {
  let cosmos: SandboxCosmos
  let client: CosmosClient
  let runs: Container
  beforeEach(async () => {
    cosmos = await sandboxCosmos()
    client = clientOf(cosmos)
    runs = runsOf(cosmos, client)
    for (const [pk, count] of [
      ['A', 3],
      ['B', 2],
    ] as const)
      for (let n = 1; n <= count; n += 1) await runs.items.create({ id: `e${n}`, pk, n, dueAt: 10 - n, what: 'log' })
    cosmos.reset()
  })
  afterEach(async () => {
    client.dispose()
    await cosmos.stop()
  })
  const ask = async (query: string, options: FeedOptions = {}, parameters: { name: string; value: number }[] = []) =>
    (await runs.items.query({ query, parameters }, options).fetchAll()).resources as unknown[]
  const requests = (kind: 'query' | 'crossPartitionQuery') => cosmos.meter().kinds[kind]?.requests

  it('sees one partition where one is named, though the text names none, and counts it so', async () => {
    assert.deepEqual(await ask('SELECT VALUE c.n FROM c WHERE c.n >= 2', { partitionKey: 'A' }), [2, 3])
    assert.deepEqual(await ask('SELECT VALUE c.n FROM c', { partitionKey: 'none' }), [])
    assert.deepEqual([requests('query'), requests('crossPartitionQuery')], [2, undefined])
  })

  it('sees all partitions where none is named, and counts that apart', async () => {
    assert.deepEqual((await ask('SELECT VALUE c.n FROM c WHERE c.n >= 2')).toSorted(), [2, 2, 3])
    assert.deepEqual([requests('query'), requests('crossPartitionQuery')], [undefined, 1])
  })

  it('has TOP and ORDER BY over all partitions merged by the SDK: refused once, planned, then asked', async () => {
    const query = 'SELECT TOP @n c.pk, c.dueAt AS at FROM c WHERE c.what = "log" ORDER BY c.dueAt'
    assert.deepEqual(await ask(query, {}, [{ name: '@n', value: 2 }]), [
      { pk: 'A', at: 7 },
      { pk: 'A', at: 8 },
    ])
    const { kinds, statuses } = cosmos.meter()
    assert.deepEqual([kinds.queryPlan?.requests, kinds.crossPartitionQuery?.requests, statuses[400]], [1, 2, 1])
    assert.deepEqual(await ask('SELECT VALUE c.n FROM c ORDER BY c.n DESC', { maxItemCount: 2 }), [3, 2, 2, 1, 1])
  })

  it('has ORDER BY in one partition served at once', async () => {
    assert.deepEqual(await ask('SELECT TOP 2 VALUE c.n FROM c ORDER BY c.n DESC', { partitionKey: 'A' }), [3, 2])
    assert.deepEqual([requests('query'), cosmos.meter().statuses[400]], [1, undefined])
  })

  it('counts and adds up, in one partition and over all', async () => {
    assert.deepEqual(await ask('SELECT VALUE COUNT(1) FROM c WHERE c.n >= 2', { partitionKey: 'A' }), [2])
    assert.deepEqual(await ask('SELECT VALUE COUNT(1) FROM c WHERE c.n >= 2'), [3])
    assert.deepEqual(await ask('SELECT VALUE COUNT(1) FROM c WHERE c.n >= 9'), [0])
    assert.deepEqual(await ask('SELECT VALUE SUM(c.n) FROM c'), [9])
  })

  it('pages a large partition whole, in any size of page, also after documents were replaced', async () => {
    for (let n = 1; n <= 250; n += 1) await runs.items.create({ id: `p${n}`, pk: 'P', n })
    for (let n = 1; n <= 250; n += 50) await runs.item(`p${n}`, 'P').replace({ id: `p${n}`, pk: 'P', n: n + 0.5 })
    for (const [options, pages] of [
      [{}, 3],
      [{ maxItemCount: 7 }, 36],
      [{ maxItemCount: -1 }, 1],
    ] as const) {
      cosmos.reset()
      const ids = await ask('SELECT VALUE c.id FROM c', { partitionKey: 'P', ...options })
      assert.deepEqual([ids.length, new Set(ids).size, requests('query')], [250, 250, pages])
    }
    const ordered = await ask('SELECT VALUE c.n FROM c ORDER BY c.n', { partitionKey: 'P', maxItemCount: 30 })
    assert.deepEqual(
      ordered,
      (ordered as number[]).toSorted((a, b) => a - b),
    )
    assert.equal(ordered.length, 250)
  })

  it('ends a page before it is larger than 4 MB', async () => {
    const text = 'x'.repeat(1_500_000)
    for (const id of ['l1', 'l2', 'l3', 'l4']) await runs.items.create({ id, pk: 'L', text })
    cosmos.reset()
    assert.equal((await ask('SELECT * FROM c', { partitionKey: 'L' })).length, 4)
    assert.equal(requests('query'), 2)
  })

  it('answers 400 to what does not parse and to what the package cannot do', async () => {
    for (const query of ['SELEC * FROM c', 'SELECT DISTINCT c.n FROM c'])
      await assert.rejects(ask(query, { partitionKey: 'A' }), { code: 400 })
    for (const query of ['SELECT c.n, COUNT(1) FROM c GROUP BY c.n', 'SELECT VALUE MAX(c.n) FROM c'])
      await assert.rejects(ask(query), { code: 400 })
  })

  it('refuses to sort by what the index leaves out', async () => {
    const indexingPolicy = { includedPaths: [{ path: '/n/?' }], excludedPaths: [{ path: '/*' }] }
    const few = { id: 'few', partitionKey: { paths: ['/pk'] }, indexingPolicy }
    cosmos.provision({ database: 'runbot', containers: [few] })
    const items = client.database('runbot').container('few').items
    await items.create({ id: 'a', pk: 'A', n: 1, dueAt: 2 })
    const sorted = (by: string, options: FeedOptions) =>
      items.query(`SELECT VALUE c.id FROM c ORDER BY c.${by}`, options).fetchAll()
    assert.deepEqual((await sorted('n', {})).resources, ['a'])
    for (const options of [{}, { partitionKey: 'A' }]) await assert.rejects(sorted('dueAt', options), { code: 400 })
  })

  it('needs a composite index for an order by two columns, as the service does', async () => {
    cosmos.provision({
      database: 'runbot',
      containers: [
        {
          id: 'indexed',
          partitionKey: { paths: ['/pk'] },
          indexingPolicy: { compositeIndexes: [[{ path: '/n' }, { path: '/dueAt', order: 'descending' }]] },
        },
      ],
    })
    const indexed = client.database('runbot').container('indexed')
    const query = 'SELECT VALUE c.n FROM c ORDER BY c.n ASC, c.dueAt DESC'
    await indexed.items.create({ id: 'a', pk: 'A', n: 1, dueAt: 2 })
    assert.deepEqual((await indexed.items.query(query, { partitionKey: 'A' }).fetchAll()).resources, [1])
    await assert.rejects(ask(query, { partitionKey: 'A' }), { code: 400 })
  })
})
