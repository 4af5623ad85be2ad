// Owns the proof that each fault of the sandbox Cosmos DB strikes what it should, once, with or without the work done. (P3: what was lost is asked for)
import assert from 'node:assert/strict'
import type { Container, CosmosClient } from '@azure/cosmos'
import { clientOf, runsOf } from '../../sandbox/cosmos/client.ts'
import type { CosmosFault } from '../../sandbox/cosmos/faults.ts'
import { type SandboxCosmos, sandboxCosmos } from '../../sandbox/cosmos.ts'

/** What the SDK throws; a batch hides it in `cause`. */
type Thrown = { code?: unknown; substatus?: number; cause?: Thrown }

describe('sandbox Cosmos DB: faults', () => {
  let cosmos: SandboxCosmos
  let client: CosmosClient
  let runs: Container
  const start = async (mode: 'strict' | 'raw' = 'strict') => {
    cosmos = await sandboxCosmos({ mode })
    client = clientOf(cosmos)
    runs = runsOf(cosmos, client)
  }
  afterEach(async () => {
    client.dispose()
    await cosmos.stop()
  })
  const create = (id: string) => runs.items.create({ id, pk: 'A', n: 1 })
  const thrownBy = (doing: Promise<unknown>): Promise<Thrown> =>
    doing.then(
      () => assert.fail('it went through'),
      (error: Thrown) => error,
    )
  const held = () =>
    cosmos
      .look('runbot', 'runs')
      .all()
      .map(({ id }) => id)
      .toSorted()

  const statuses: [CosmosFault, number, number | undefined][] = [
    ['unavailable', 503, undefined],
    ['timed-out', 408, undefined],
    ['retry-with', 449, undefined],
    ['gone', 410, undefined],
    ['session-not-available', 404, 1002],
    [{ throttledMs: 5 }, 429, 3200],
    [{ answer: { status: 500, body: { message: 'broken' } } }, 500, undefined],
  ]
  for (const [fault, code, substatus] of statuses)
    for (const commit of [false, true])
      it(`answers ${code} to a write that was ${commit ? '' : 'not '}committed (${JSON.stringify(fault)})`, async () => {
        await start()
        // The SDK asks again once by itself after 404/1002.
        cosmos.faults.add({ fault, on: { kind: 'create' }, commit, times: 3 })
        const error = await thrownBy(create('a'))
        assert.deepEqual([error.code, error.substatus], [code, substatus])
        assert.deepEqual(held(), commit ? ['a'] : [])
      })

  it('drops the connection before the work or after it', async () => {
    await start()
    cosmos.faults.add({ fault: 'drop-before', on: { kind: 'create' } })
    assert.equal((await thrownBy(create('a'))).code, 'ECONNRESET')
    cosmos.faults.add({ fault: 'drop-after-commit', on: { kind: 'batch' } })
    const batch = runs.items.batch([{ operationType: 'Create', resourceBody: { id: 'b', pk: 'A' } }], 'A')
    assert.equal((await thrownBy(batch)).cause?.code, 'ECONNRESET')
    assert.deepEqual(held(), ['b'])
    assert.deepEqual(cosmos.faults.struck(), { 'drop-before': 1, 'drop-after-commit': 1 })
  })

  it('works without the layer too', async () => {
    await start('raw')
    cosmos.faults.add({ fault: 'drop-after-commit', on: { kind: 'create' } })
    assert.equal((await thrownBy(create('a'))).code, 'ECONNRESET')
    assert.deepEqual(held(), ['a'])
  })

  it('answers with a page of HTML, which is no JSON', async () => {
    await start()
    cosmos.faults.add({ fault: 'html', on: { kind: 'read' } })
    await assert.rejects(runs.item('a', 'A').read(), SyntaxError)
  })

  it('loses a race to another writer: 412, alone and in a batch', async () => {
    await start()
    const { etag } = await create('run')
    const guarded = { accessCondition: { type: 'IfMatch', condition: etag } }
    const next = { id: 'run', pk: 'A', n: 2 }
    cosmos.faults.add({ fault: 'race', on: { kind: ['replace', 'batch'] }, times: 2 })
    assert.equal((await thrownBy(runs.item('run', 'A').replace(next, guarded))).code, 412)
    const { resource, etag: newer } = await runs.item('run', 'A').read<{ n: number }>()
    assert.equal(resource?.n, 1)
    const { result } = await runs.items.batch(
      [
        { operationType: 'Replace', id: 'run', ifMatch: newer, resourceBody: next },
        { operationType: 'Create', resourceBody: { id: 'e1', pk: 'A' } },
      ],
      'A',
    )
    assert.deepEqual(
      result?.map(({ statusCode }) => statusCode),
      [412, 424],
    )
  })

  it('lets the test do anything right before the work', async () => {
    await start()
    await create('run')
    cosmos.faults.add({
      fault: { before: () => cosmos.look('runbot', 'runs').touch('run', 'A', { n: 7 }) },
      on: { kind: 'read', id: 'run' },
    })
    assert.equal((await runs.item('run', 'A').read<{ n: number }>()).resource?.n, 7)
  })

  it('strikes the nth request of a kind, a container, a partition, a document, or what a function tells', async () => {
    await start()
    const gone = cosmos.faults.add({ fault: 'unavailable', on: { kind: 'create', container: 'runs' }, skip: 2 })
    await create('1')
    await runs.items.create({ id: '2', pk: 'B' })
    assert.equal((await thrownBy(create('3'))).code, 503)
    await create('4')
    gone()
    cosmos.faults.add({ fault: 'timed-out', on: { partition: 'B' } })
    await create('5')
    assert.equal((await thrownBy(runs.item('2', 'B').delete())).code, 408)
    cosmos.faults.add({ fault: 'gone', on: { where: ({ call }) => call.method === 'DELETE' }, times: 2 })
    assert.equal((await thrownBy(runs.item('1', 'A').delete())).code, 410)
    const never = cosmos.faults.add({ fault: 'gone', on: { container: 'intake' } })
    never()
    cosmos.faults.clear()
    assert.equal((await runs.item('1', 'A').delete()).statusCode, 204)
  })

  it('strikes by a seed: the same requests the same way, about as often as asked', async () => {
    const strikes = async (seed: number): Promise<string> => {
      await start()
      const end = cosmos.faults.plan({
        seed,
        rate: 0.3,
        faults: ['unavailable', 'timed-out', { fault: 'gone', commit: true }],
        on: { kind: 'create' },
      })
      const codes: unknown[] = []
      for (let n = 0; n < 100; n += 1)
        codes.push(
          await create(`${n}`).then(
            () => 201,
            ({ code }: Thrown) => code,
          ),
        )
      end()
      assert.equal((await create('calm')).statusCode, 201)
      const struck = codes.filter((code) => code !== 201).length
      assert.ok(struck >= 15 && struck <= 45, `${struck} of 100`)
      assert.deepEqual(new Set(codes), new Set([201, 503, 408, 410]))
      assert.equal(held().length, 101 - codes.filter((code) => code === 503 || code === 408).length)
      client.dispose()
      await cosmos.stop()
      return codes.join(' ')
    }
    const first = await strikes(1)
    assert.equal(await strikes(1), first)
    assert.notEqual(await strikes(2), first)
  })

  it('delays the work, or the answer to work that is done', async () => {
    await start()
    const deleted = async (id: string, commit: boolean) => {
      await create(id)
      let workedAt = 0
      const noted = () => {
        workedAt = performance.now()
      }
      cosmos.faults.add({ fault: { delayMs: 50 }, on: { id }, commit })
      cosmos.faults.add({ fault: { before: noted }, on: { id } })
      const askedAt = performance.now()
      await runs.item(id, 'A').delete()
      return { before: workedAt - askedAt, after: performance.now() - workedAt }
    }
    // Lower bounds alone: a slow machine only adds to them. Timers may fire one millisecond early.
    assert.ok((await deleted('a', false)).before >= 49)
    assert.ok((await deleted('b', true)).after >= 49)
  })

  it('refuses connections while it is down and holds what it held', async () => {
    await start()
    await create('a')
    await cosmos.down()
    client.dispose()
    await assert.rejects(fetch(cosmos.endpoint))
    await cosmos.up()
    client = clientOf(cosmos)
    assert.equal((await runsOf(cosmos, client).item('a', 'A').read()).statusCode, 200)
  })
})
