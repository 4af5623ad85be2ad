// Owns the proof that a batch of the sandbox Cosmos DB is all or nothing, and answers as the service does. (P3 and P4 stand on it)
import assert from 'node:assert/strict'
import type { Container, CosmosClient, OperationInput } from '@azure/cosmos'
import { signatureOf } from '../../sandbox/cosmos/auth.ts'
import { clientOf, runsOf } from '../../sandbox/cosmos/client.ts'
import { type SandboxCosmos, sandboxCosmos } from '../../sandbox/cosmos.ts'

describe('sandbox Cosmos DB: batches', () => {
  let cosmos: SandboxCosmos
  let client: CosmosClient
  let runs: Container
  const start = async (mode: 'raw' | 'strict') => {
    cosmos = await sandboxCosmos({ mode })
    client = clientOf(cosmos)
    runs = runsOf(cosmos, client)
    await runs.items.create({ id: 'run', pk: 'A', seq: 0 })
  }
  afterEach(async () => {
    client.dispose()
    await cosmos.stop()
  })
  const batch = async (operations: OperationInput[]) => {
    const { code, result } = await runs.items.batch(operations, 'A')
    return { code, statuses: result?.map(({ statusCode }) => statusCode), result }
  }
  const held = () =>
    cosmos
      .look('runbot', 'runs')
      .all()
      .map(({ id, seq, _etag }) => `${id} ${seq} ${_etag}`)
      .toSorted()
  const etagOf = async () => (await runs.item('run', 'A').read()).etag
  const create = (id: string, seq = 0): OperationInput => ({
    operationType: 'Create',
    resourceBody: { id, pk: 'A', seq },
  })

  it('does every kind of operation, in order, and answers 200 with each result', async () => {
    await start('strict')
    const { code, statuses, result } = await batch([
      { operationType: 'Replace', id: 'run', ifMatch: await etagOf(), resourceBody: { id: 'run', pk: 'A', seq: 1 } },
      create('e1', 1),
      { operationType: 'Patch', id: 'e1', resourceBody: { operations: [{ op: 'set', path: '/seq', value: 5 }] } },
      { operationType: 'Upsert', resourceBody: { id: 'e2', pk: 'A', seq: 2 } },
      { operationType: 'Read', id: 'e1' },
      { operationType: 'Delete', id: 'e2' },
    ])
    assert.deepEqual([code, statuses], [200, [200, 201, 200, 201, 200, 204]])
    assert.equal(result?.[4]?.resourceBody?.['seq'], 5)
    assert.equal(result?.[0]?.eTag, await etagOf())
    assert.deepEqual(
      held().map((each) => each.split(' ').slice(0, 2)),
      [
        ['e1', '5'],
        ['run', '1'],
      ],
    )
  })

  const failures: [string, OperationInput, number][] = [
    ['a create of what is there', create('run'), 409],
    [
      'a replace with an old etag',
      { operationType: 'Replace', id: 'run', ifMatch: 'old', resourceBody: { id: 'run', pk: 'A' } },
      412,
    ],
    ['a delete of what is absent', { operationType: 'Delete', id: 'none' }, 404],
    ['a document of another partition', { operationType: 'Create', resourceBody: { id: 'x', pk: 'B' } }, 400],
  ]
  for (const [what, failing, status] of failures)
    it(`takes everything back for ${what}: 207, its own ${status}, 424 for the others`, async () => {
      await start('strict')
      await runs.items.create({ id: 'gone', pk: 'A', seq: 7 })
      const before = held()
      const { code, statuses } = await batch([
        create('e1'),
        { operationType: 'Replace', id: 'run', resourceBody: { id: 'run', pk: 'A', seq: 9 } },
        { operationType: 'Delete', id: 'gone' },
        failing,
        create('e2'),
      ])
      assert.deepEqual([code, statuses], [207, [424, 424, 424, status, 424]])
      assert.deepEqual(held(), before)
      assert.equal((await runs.item('e1', 'A').read()).statusCode, 404)
      const { resources } = await runs.items.query('SELECT * FROM c', { partitionKey: 'A' }).fetchAll()
      assert.equal(resources.length, 2)
    })

  it('is not atomic without the layer, which is why there is one', async () => {
    await start('raw')
    const { statuses } = await batch(
      [create('e1'), create('run'), create('e2')].map((each) => ({ ...each, partitionKey: 'A' })),
    )
    assert.deepEqual(statuses, [201, 409, 424])
    assert.equal((await runs.item('e1', 'A').read()).statusCode, 200)
  })

  it('never shows the middle of a batch to a reader beside it', async () => {
    await start('strict')
    const writer = async () => {
      for (let seq = 1; seq <= 20; seq += 1)
        await batch([
          { operationType: 'Replace', id: 'run', resourceBody: { id: 'run', pk: 'A', seq } },
          create(`e${seq}`, seq),
        ])
    }
    let done = false
    const readings: number[] = []
    const reader = async () => {
      while (!done) {
        const { resources } = await runs.items
          .query<{ id: string; seq: number }>('SELECT c.id, c.seq FROM c', { partitionKey: 'A', maxItemCount: 100 })
          .fetchAll()
        assert.equal(resources.find(({ id }) => id === 'run')?.seq, resources.length - 1)
        readings.push(resources.length)
      }
    }
    const reading = reader()
    await writer()
    done = true
    await reading
    assert.ok(readings.length > 1)
  })

  it('refuses more than 100 operations, more than 2 MB, no operation and another partition', async () => {
    await start('strict')
    const many = Array.from({ length: 101 }, (_, at) => create(`e${at}`))
    // The SDK refuses that by itself, so it is sent by hand.
    const date = new Date().toUTCString()
    const resource = { type: 'docs', link: 'dbs/runbot/colls/runs' }
    const signed = `type=master&ver=1.0&sig=${signatureOf(cosmos.key, 'POST', resource, date)}`
    const { status } = await fetch(`${cosmos.endpoint}/${resource.link}/docs`, {
      method: 'POST',
      headers: {
        authorization: encodeURIComponent(signed),
        'content-type': 'application/json',
        'x-ms-date': date,
        'x-ms-documentdb-partitionkey': '["A"]',
        'x-ms-cosmos-is-batch-request': 'true',
        'x-ms-cosmos-batch-atomic': 'true',
      },
      body: JSON.stringify(many),
    })
    assert.equal(status, 400)
    const codeOf = (doing: Promise<unknown>) =>
      doing.then(
        () => assert.fail('it was not refused'),
        (error: { cause: { code: number } }) => error.cause.code,
      )
    const large = 'x'.repeat(1_100_000)
    const two = ['a', 'b'].map(
      (id): OperationInput => ({ operationType: 'Create', resourceBody: { id, pk: 'A', large } }),
    )
    assert.equal(await codeOf(runs.items.batch(two, 'A')), 413)
    assert.equal(await codeOf(runs.items.batch([], 'A')), 400)
    assert.equal(await codeOf(runs.items.batch([{ ...create('a'), partitionKey: 'B' }], 'A')), 400)
    assert.equal(held().length, 1)
  })
})
