// Owns the proof of who may ask the sandbox Cosmos DB: signatures by key, or Entra tokens with data-plane rights.
import assert from 'node:assert/strict'
import type { CosmosClient, CosmosClientOptions, ErrorResponse } from '@azure/cosmos'
import { type Aad, createKey, signatureOf } from '../../sandbox/cosmos/auth.ts'
import { clientOf, runsOf } from '../../sandbox/cosmos/client.ts'
import { type SandboxCosmos, type SandboxCosmosOptions, sandboxCosmos } from '../../sandbox/cosmos.ts'

describe('sandbox Cosmos DB: access', () => {
  let cosmos: SandboxCosmos
  let clients: CosmosClient[] = []
  const start = async (options: SandboxCosmosOptions = {}) => {
    cosmos = await sandboxCosmos(options)
  }
  const connect = (options: Partial<CosmosClientOptions> = {}) => {
    const client = clientOf(cosmos, options)
    clients.push(client)
    return client
  }
  afterEach(async () => {
    for (const client of clients) client.dispose()
    clients = []
    await cosmos.stop()
  })
  const codeOf = (doing: Promise<unknown>) =>
    doing.then(
      () => assert.fail('it was not refused'),
      ({ code, substatus }: ErrorResponse) => [code, substatus],
    )

  it('signs as Microsoft documents it', async () => {
    await start()
    // REST reference, "Access control on Azure Cosmos DB resources", its example.
    const key = 'dsZQi3KtZmCv1ljt3VNWNm7sQUF1y5rJfC6kv5JiwvW0EndXdDku/dkKBp8/ufDToSxLzR4y+O/0H/t4bQtVNw=='
    const resource = { type: 'dbs', link: 'dbs/ToDoList' }
    assert.equal(
      signatureOf(key, 'GET', resource, 'Thu, 27 Apr 2017 00:51:12 GMT'),
      'c09PEVJrgp2uQRkr934kFbTqhByc7TVr3OHyqlu+c+c=',
    )
  })

  it('takes every request that is signed with the key, whatever its names hold, and 401 for another key', async () => {
    await start()
    const runs = runsOf(cosmos, connect())
    const id = 'Ä b%20c+d:{e}'
    await runs.items.create({ id, pk: 'Ä/?#' })
    assert.equal((await runs.item(id, 'Ä/?#').read()).resource?.id, id)
    assert.equal((await runs.items.query('SELECT * FROM c', { partitionKey: 'Ä/?#' }).fetchAll()).resources.length, 1)
    assert.equal((await runs.items.batch([{ operationType: 'Read', id }], 'Ä/?#')).code, 200)
    const stranger = runsOf(cosmos, connect({ key: createKey() }))
    assert.deepEqual(await codeOf(stranger.item(id, 'Ä/?#').read()), [401, undefined])
    assert.equal((await fetch(`${cosmos.endpoint}/dbs/runbot`)).status, 401)
  })

  it('answers 403 to a signature whose date is missing or off by more than 15 minutes', async () => {
    await start()
    const runs = runsOf(cosmos, connect())
    await runs.items.create({ id: 'a', pk: 'A' })
    cosmos.skew(14 * 60_000)
    assert.equal((await runs.item('a', 'A').read()).statusCode, 200)
    for (const minutes of [16, -16]) {
      cosmos.skew(minutes * 60_000)
      assert.deepEqual(await codeOf(runs.item('a', 'A').read()), [403, undefined])
    }
    const authorization = encodeURIComponent('type=master&ver=1.0&sig=AAAA')
    assert.equal((await fetch(cosmos.endpoint, { headers: { authorization } })).status, 403)
  })

  const judge: Aad['judge'] = (token) => (token === 'good' ? 'allowed' : token === 'nobody' ? 'unassigned' : 'invalid')
  const withToken = (token: string): Partial<CosmosClientOptions> => ({
    aadCredentials: { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) },
  })

  it('takes Entra tokens over https for data, and lets them make no database and no container', async () => {
    await start({ aad: { judge } })
    assert.match(cosmos.endpoint, /^https:/)
    const client = connect(withToken('good'))
    const runs = runsOf(cosmos, client)
    assert.equal((await runs.items.create({ id: 'a', pk: 'A' })).statusCode, 201)
    assert.equal((await runs.item('a', 'A').read()).statusCode, 200)
    assert.equal((await runs.read()).statusCode, 200)
    assert.deepEqual(await codeOf(client.databases.create({ id: 'other' })), [403, 5300])
    const container = { id: 'other', partitionKey: { paths: ['/pk'] } }
    assert.deepEqual(await codeOf(client.database('runbot').containers.create(container)), [403, 5300])
    assert.deepEqual(await codeOf(runs.delete()), [403, 5300])
  })

  it('tells a token without a role (403), a bad token (401) and the key, which is switched off (401), apart', async () => {
    await start({ aad: { judge } })
    const read = (client: CosmosClient) => runsOf(cosmos, client).item('a', 'A').read()
    assert.deepEqual(await codeOf(read(connect(withToken('nobody')))), [403, 5301])
    assert.deepEqual(await codeOf(read(connect(withToken('forged')))), [401, undefined])
    assert.deepEqual(await codeOf(read(connect())), [401, 5202])
  })

  it('is refused by the SDK where a token would go over http', async () => {
    await start()
    const client = connect(withToken('good'))
    await assert.rejects(runsOf(cosmos, client).item('a', 'A').read(), /not permitted for non-TLS/)
  })
})
