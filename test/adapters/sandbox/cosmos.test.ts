// Owns the proof that the sandbox Cosmos DB keeps documents as the service does: conditions, limits, partitions, expiry, sessions.
import assert from 'node:assert/strict'
import { ConsistencyLevel, type Container, type CosmosClient, type ErrorResponse } from '@azure/cosmos'
import { clientOf, runsOf } from '../../sandbox/cosmos/client.ts'
import { type SandboxCosmos, type SandboxCosmosOptions, sandboxCosmos } from '../../sandbox/cosmos.ts'

describe('sandbox Cosmos DB', () => {
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
  const refusal = async (doing: Promise<unknown>): Promise<[unknown, unknown]> => {
    const error = await doing.then(
      () => assert.fail('it was not refused'),
      (reason: ErrorResponse) => reason,
    )
    return [error.code, error.substatus]
  }

  for (const mode of ['raw', 'strict'] as const)
    it(`creates, reads, replaces, upserts, patches and deletes (${mode})`, async () => {
      await start({ mode })
      const made = await runs.items.create({ id: 'a', pk: 'A', n: 1 })
      assert.deepEqual([made.statusCode, made.etag], [201, made.resource?._etag])
      const item = runs.item('a', 'A')
      assert.equal((await item.read<{ n: number }>()).resource?.n, 1)
      assert.equal((await item.replace({ id: 'a', pk: 'A', n: 2 })).statusCode, 200)
      assert.equal((await runs.items.upsert({ id: 'a', pk: 'A', n: 3 })).statusCode, 200)
      assert.equal((await runs.items.upsert({ id: 'b', pk: 'A', n: 3 })).statusCode, 201)
      assert.equal((await item.patch([{ op: 'incr', path: '/n', value: 4 }])).resource?.['n'], 7)
      assert.equal((await item.delete()).statusCode, 204)
      assert.deepEqual(await refusal(runs.items.create({ id: 'b', pk: 'A' })), [409, undefined])
      const { resources } = await runs.items.query('SELECT * FROM c WHERE c.pk = "A"').fetchAll()
      assert.deepEqual(
        resources.map(({ id }) => id),
        ['b'],
      )
    })

  it('has databases and containers made with the key, once each', async () => {
    await start()
    const { database } = await client.databases.create({ id: 'other' })
    await database.containers.create({ id: 'box', partitionKey: { paths: ['/pk'] } })
    assert.deepEqual(await refusal(database.containers.create({ id: 'box', partitionKey: { paths: ['/pk'] } })), [
      409,
      undefined,
    ])
    assert.deepEqual((await database.container('box').read()).resource?.partitionKey?.paths, ['/pk'])
    const { statusCode, substatus } = await database.container('none').item('a', 'A').read()
    assert.deepEqual([statusCode, substatus], [404, 1003])
    assert.deepEqual(await refusal(database.container('none').read()), [404, undefined])
  })

  it('tells the account: its own address, one write region and Strong, unless set otherwise', async () => {
    await start()
    const { resource } = await client.getDatabaseAccount()
    assert.equal(resource?.consistencyPolicy, 'Strong')
    assert.deepEqual(
      resource?.writableLocations.map(({ databaseAccountEndpoint }) => databaseAccountEndpoint),
      [`${cosmos.endpoint}/`],
    )
    cosmos.set({ consistency: 'Session', writeRegions: ['West Europe', 'North Europe'] })
    const changed = (await client.getDatabaseAccount()).resource
    assert.deepEqual(
      [changed?.consistencyPolicy, changed?.writableLocations.length, changed?.enableMultipleWritableLocations],
      ['Session', 2, true],
    )
  })

  it('answers 412 to an old etag, 304 to one that is known, and 404 to what is absent', async () => {
    await start()
    const { etag } = await runs.items.create({ id: 'a', pk: 'A' })
    const item = runs.item('a', 'A')
    const known = await item.read({ accessCondition: { type: 'IfNoneMatch', condition: etag } })
    assert.deepEqual([known.statusCode, known.resource], [304, null])
    const guarded = { accessCondition: { type: 'IfMatch', condition: etag } }
    const next = await item.replace({ id: 'a', pk: 'A', n: 1 }, guarded)
    assert.notEqual(next.etag, etag)
    assert.deepEqual(await refusal(item.replace({ id: 'a', pk: 'A', n: 2 }, guarded)), [412, undefined])
    assert.deepEqual(await refusal(item.delete(guarded)), [412, undefined])
    assert.deepEqual(await refusal(item.patch([{ op: 'set', path: '/n', value: 9 }], guarded)), [412, undefined])
    assert.deepEqual(await refusal(runs.items.upsert({ id: 'a', pk: 'A' }, guarded)), [412, undefined])
    assert.equal((await item.read<{ n: number }>()).resource?.n, 1)
    assert.equal((await runs.item('b', 'A').read()).statusCode, 404)
    assert.deepEqual(await refusal(runs.item('b', 'A').replace({ id: 'b', pk: 'A' })), [404, undefined])
    assert.deepEqual(await refusal(runs.item('b', 'A').delete()), [404, undefined])
  })

  it('keeps the same id in two partitions apart', async () => {
    await start()
    await runs.items.create({ id: 'run', pk: 'A', n: 1 })
    await runs.items.create({ id: 'run', pk: 'B', n: 2 })
    await runs.item('run', 'A').delete()
    assert.equal((await runs.item('run', 'A').read()).statusCode, 404)
    assert.equal((await runs.item('run', 'B').read<{ n: number }>()).resource?.n, 2)
    assert.deepEqual(await refusal(runs.item('run', 'B').replace({ id: 'run', pk: 'A' })), [400, 1001])
    assert.deepEqual(await refusal(runs.items.create({ id: 'a/b', pk: 'A' }, {})), [undefined, undefined])
  })

  it('patches one partition alone, and only where the condition holds, letter by letter', async () => {
    await start()
    await runs.items.create({ id: 'run', pk: 'A', leaseOwner: 'One', status: 'executing', fence: 1 })
    await runs.items.create({ id: 'run', pk: 'B', leaseOwner: 'two', status: 'executing', fence: 1 })
    const operations = [{ op: 'incr' as const, path: '/fence', value: 1 }]
    const patched = (pk: string, condition: string) => runs.item('run', pk).patch({ operations, condition })
    assert.deepEqual(await refusal(patched('B', "FROM c WHERE c.leaseOwner = 'One'")), [412, undefined])
    assert.equal((await patched('A', "FROM c WHERE c.leaseOwner = 'One'")).resource?.['fence'], 2)
    assert.deepEqual(await refusal(patched('A', 'FROM c WHERE')), [400, undefined])
    assert.deepEqual(await refusal(runs.item('run', 'A').patch([{ op: 'set', path: '/pk', value: 'C' }])), [
      400,
      undefined,
    ])
    assert.equal((await runs.item('run', 'A').read<{ fence: number }>()).resource?.fence, 2)
  })

  it('refuses a document over 2 MB with 413 and keeps nothing of it', async () => {
    await start()
    const text = 'x'.repeat(2 * 1024 * 1024)
    assert.deepEqual(await refusal(runs.items.create({ id: 'a', pk: 'A', text })), [413, undefined])
    await runs.items.create({ id: 'a', pk: 'A', text: text.slice(1000) })
    assert.deepEqual(await refusal(runs.item('a', 'A').replace({ id: 'a', pk: 'A', text })), [413, undefined])
    assert.equal(cosmos.look('runbot', 'runs').all().length, 1)
  })

  it('lets a document expire by its ttl, for reads and queries and for a new one of its name', async () => {
    await start()
    await runs.items.create({ id: 'short', pk: 'A', ttl: 60 })
    await runs.items.create({ id: 'never', pk: 'A' })
    await runs.items.create({ id: 'mended', pk: 'A', ttl: 60 })
    await runs.item('mended', 'A').replace({ id: 'mended', pk: 'A', ttl: -1 })
    cosmos.age(59_000)
    assert.equal((await runs.item('short', 'A').read()).statusCode, 200)
    cosmos.age(1000)
    assert.equal((await runs.item('short', 'A').read()).statusCode, 404)
    const { resources } = await runs.items.query('SELECT VALUE c.id FROM c', { partitionKey: 'A' }).fetchAll()
    assert.deepEqual(resources.toSorted(), ['mended', 'never'])
    assert.equal((await runs.items.create({ id: 'short', pk: 'A' })).statusCode, 201)
    assert.deepEqual(await refusal(runs.items.create({ id: 'odd', pk: 'A', ttl: 0 })), [400, undefined])
  })

  it('carries session tokens, and one from the future is 404 with substatus 1002, not absent', async () => {
    await start({ consistency: 'Session' })
    const { headers } = await runs.items.create({ id: 'a', pk: 'A' })
    const token = String(headers['x-ms-session-token'])
    assert.match(token, /^0:-1#\d+$/)
    // Else the SDK forgets the token at that answer and asks again without it.
    client.dispose()
    client = clientOf(cosmos, { connectionPolicy: { enableEndpointDiscovery: false } })
    const read = (sessionToken: string) => runsOf(cosmos, client).item('a', 'A').read({ sessionToken })
    assert.equal((await read(token)).statusCode, 200)
    const behind = await read('0:-1#999')
    assert.deepEqual([behind.statusCode, behind.substatus], [404, 1002])
  })

  it('refuses to read more strictly than the account does', async () => {
    await start({ consistency: 'Session' })
    await runs.items.create({ id: 'a', pk: 'A' })
    const strong = { consistencyLevel: ConsistencyLevel.Strong }
    assert.deepEqual(await refusal(runs.item('a', 'A').read(strong)), [400, undefined])
    assert.equal((await runs.item('a', 'A').read({ consistencyLevel: ConsistencyLevel.Eventual })).statusCode, 200)
  })

  it('tells its own time in each answer', async () => {
    const at = Date.UTC(2026, 10, 21, 6, 0, 0)
    await start({ now: () => at })
    cosmos.skew(120_000)
    // A signature of a real clock would be out of date here: the refusal is dated as well.
    const answer = await fetch(cosmos.endpoint)
    assert.deepEqual([answer.status, answer.headers.get('date')], [401, 'Sat, 21 Nov 2026 06:02:00 GMT'])
  })
})
