// Owns the proof that the sandbox ops-runbook API keeps CONTRACTS 8, above all one effect per key.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import { requestTo } from '../../sandbox/faults.ts'
import { runEnded } from '../../sandbox/ops-api/runs.ts'
import { type OpsApi, type OpsApiOptions, startOpsApi } from '../../sandbox/ops-api.ts'
import { serve } from '../../sandbox/server.ts'
import { BEARER, call } from './call.ts'

const SECRET = 'whsec_b3BzLWNhbGxiYWNrLXNlY3JldC0wMTIzNDU2Nzg5YWI='

const runbooks: OpsApiOptions['runbooks'] = {
  'pool-status': (parameters, { log }) => {
    log('looking')
    log('found', 'stderr')
    return { state: 'Started', ...parameters }
  },
  broken: () => {
    throw runEnded('timed_out', 'gave up', 124)
  },
}

describe('sandbox ops-runbook API', () => {
  let ops: OpsApi
  const launch = (key: string, body: object = {}, headers: Record<string, string> = {}) =>
    call(`${ops.url}/v1/runs`, {
      method: 'POST',
      headers: { ...BEARER, 'idempotency-key': `"${key}"`, ...headers },
      body: {
        runbook: 'pool-status',
        parameters: {},
        clientRunId: key,
        requestedBy: 'runbot',
        target: 'web-01',
        ...body,
      },
    })
  const get = (path: string, headers = {}) => call(ops.url + path, { headers: { ...BEARER, ...headers } })
  const post = (path: string) => call(ops.url + path, { method: 'POST', headers: BEARER })
  const start = async (options: Partial<OpsApiOptions> = {}) => {
    ops = await startOpsApi({ runbooks, callbackSecret: SECRET, ...options })
  }
  afterEach(() => ops.stop())

  it('accepts with 202, a Location and Retry-After, and ends with the output', async () => {
    await start({ retryAfterS: 2 })
    const { status, headers, body } = await launch('k1', {}, { prefer: 'respond-async' })
    assert.deepEqual([status, body.status, headers.get('retry-after')], [202, 'queued', '2'])
    assert.equal(headers.get('preference-applied'), 'respond-async')
    await ops.idle()
    const read = await get(headers.get('location') ?? '')
    assert.deepEqual([read.status, read.body.status, read.body.exitCode], [200, 'succeeded', 0])
    assert.deepEqual(read.body.output, { state: 'Started' })
    assert.equal(read.headers.get('retry-after'), null)
    const again = await get(body.links.self, { 'if-none-match': read.headers.get('etag') })
    assert.equal(again.status, 304)
    assert.equal((await get('/v1/runs?clientRunId=k1')).body.items[0].id, body.id)
    assert.deepEqual((await get('/v1/runs?clientRunId=k2')).body, { items: [], next: null })
  })

  it('replays a key with the same payload, quoted or bare, and executes once', async () => {
    await start()
    const first = await launch('k1')
    await ops.idle()
    const replay = await launch('k1', {}, { 'idempotency-key': 'k1' })
    assert.deepEqual([replay.status, replay.body], [202, first.body])
    assert.equal(replay.headers.get('idempotent-replayed'), 'true')
    assert.equal(first.headers.get('idempotent-replayed'), null)
    assert.equal(ops.effects.length, 1)
  })

  it('refuses the key with another payload (422), while accepting (409), and without one (400)', async () => {
    await start({ acceptMs: 50 })
    const first = launch('k1')
    await sleep(20)
    const early = await launch('k1')
    assert.deepEqual([early.status, early.body.retryable], [409, true])
    assert.equal((await first).status, 202)
    const other = await launch('k1', { target: 'web-02' })
    assert.equal(other.status, 422)
    assert.equal(other.headers.get('content-type'), 'application/problem+json')
    assert.equal((await launch('k1', {}, { 'idempotency-key': '' })).status, 400)
    assert.equal(ops.effects.length, 1)
  })

  it('points at everything wrong in a body, and wants a bearer token', async () => {
    await start()
    const { status, body } = await launch('k1', { runbook: 'nothing', parameters: [], requestedBy: '' })
    assert.equal(status, 400)
    assert.deepEqual(
      body.errors.map(({ pointer }: any) => pointer),
      ['/runbook', '/parameters', '/requestedBy'],
    )
    assert.equal((await launch('k1', {}, { authorization: 'Bearer wrong' })).status, 401)
    assert.equal((await get('/v1/runs/none')).status, 404)
  })

  it('counts one effect when the answer is lost after the work was done, and is found by its key', async () => {
    await start()
    ops.faults.add({ match: requestTo('POST', '/v1/runs'), fault: 'reset-after-commit' })
    await assert.rejects(launch('k1'))
    assert.equal((await get('/v1/runs?clientRunId=k1')).body.items.length, 1)
    assert.equal((await launch('k1')).headers.get('idempotent-replayed'), 'true')
    ops.faults.add({ match: requestTo('POST', '/v1/runs'), fault: 'reset-before' })
    await assert.rejects(launch('k2'))
    assert.deepEqual((await get('/v1/runs?clientRunId=k2')).body.items, [])
    assert.equal(ops.effects.length, 1)
  })

  it('cancels once asked, again without harm, and not after the end', async () => {
    await start({ durationsMs: { 'pool-status': 5000 } })
    const { body } = await launch('k1')
    const [first, second] = [await post(body.links.cancel), await post(body.links.cancel)]
    assert.equal(first.status, 202)
    assert.equal(second.status === 202 || second.status === 409, true)
    await ops.idle()
    assert.equal((await get(body.links.self)).body.status, 'cancelled')
    const late = await post(body.links.cancel)
    assert.deepEqual([late.status, late.body.runStatus], [409, 'cancelled'])
    assert.match(late.body.type, /already-terminal$/)
  })

  it('tells the status in the body, and the logs in pages', async () => {
    await start()
    const failed = await launch('k1', { runbook: 'broken' })
    const fine = await launch('k2', { dryRun: true })
    const { body } = await launch('k3')
    await ops.idle()
    const read = await get(failed.body.links.self)
    const { status, statusReason, exitCode } = read.body
    assert.deepEqual([read.status, status, statusReason, exitCode], [200, 'timed_out', 'gave up', 124])
    assert.deepEqual((await get(fine.body.links.self)).body.output, { dryRun: true })
    assert.deepEqual(
      ops.effects.map(({ clientRunId }) => clientRunId),
      ['k1', 'k3'],
    )
    const page = await get(`${body.links.logs}?limit=1`)
    assert.deepEqual([page.body.entries[0].text, page.body.complete], ['looking', false])
    const rest = await get(`${body.links.logs}?after=${page.body.next}`)
    assert.deepEqual([rest.body.entries[0].stream, rest.body.complete], ['stderr', true])
  })

  it('calls back when a run has ended, signed', async () => {
    await start()
    const receiver = await serve({ handler: () => ({ status: 204 }) })
    await launch('k1', { callback: { url: receiver.url } })
    await ops.idle()
    const [event] = receiver.requests
    new Webhook(SECRET).verify(event?.raw ?? '', event?.headers as Record<string, string>)
    assert.equal((event?.body as any)?.type, 'run.succeeded')
    await receiver.stop()
  })

  it('comes back after a restart with its runs, keys and effects', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ops-'))
    const journalPath = join(folder, 'runs.jsonl')
    await start({ journalPath, durationsMs: { broken: 5000 } })
    const done = await launch('k1')
    await sleep(20)
    const cut = await launch('k2', { runbook: 'broken' })
    await sleep(20)
    await ops.stop()
    await start({ journalPath })
    assert.equal((await launch('k1')).headers.get('idempotent-replayed'), 'true')
    assert.equal((await get(done.body.links.self)).body.status, 'succeeded')
    assert.equal((await get(cut.body.links.self)).body.status, 'failed')
    assert.deepEqual(
      ops.effects.map(({ clientRunId }) => clientRunId),
      ['k1', 'k2'],
    )
    rmSync(folder, { recursive: true })
  })
})
