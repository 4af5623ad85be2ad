import assert from 'node:assert/strict'
import { endpointContract, failure, followed, launchOf } from '../../contracts/endpoint.suite.ts'
import { requestTo } from '../../sandbox/faults.ts'
import { runEnded } from '../../sandbox/ops-api/runs.ts'
import { OPS_TOKEN, type OpsApi, startOpsApi } from '../../sandbox/ops-api.ts'
import type { Answer } from '../../sandbox/server.ts'
import { endpointOf, requestOf, settingsOf } from './settings.ts'

async function makeWorld(acceptMs = 0) {
  const api = await startOpsApi({
    retryAfterS: 0,
    acceptMs,
    runbooks: {
      'recycle-pool': (parameters, context) => {
        context.log('recycling')
        context.log('recycled', 'stderr')
        return { state: 'Started', parameters }
      },
      wait: (_parameters, context) => context.sleep(60_000),
      fail: () => {
        throw runEnded('failed', 'the pool is \u001b[31mlocked\n\u202e', 3)
      },
      'time-out': () => {
        throw runEnded('timed_out', 'took too long', null)
      },
      reject: () => {
        throw runEnded('rejected', 'not here')
      },
      chatty: (_parameters, context) => {
        for (let line = 0; line < 3000; line++) context.log(`${line} ${'x'.repeat(100)}`)
      },
    },
  })
  const settings = settingsOf({ url: api.url, auth: { bearer: OPS_TOKEN } })
  const requestFor = (runbook: string) => requestOf(settings, { detail: { runbook }, with: { pool: 'DefaultAppPool' } })
  const request = requestFor('recycle-pool')
  return { api, settings, request, requestFor, endpoint: endpointOf(settings, request) }
}

endpointContract(
  'ops-api',
  async () => {
    const { api, endpoint, request } = await makeWorld()
    const effects = async () => {
      await api.idle()
      return api.effects.length
    }
    return { endpoint, request, faults: api.faults, effects, down: api.down, stop: api.stop }
  },
  { findsByKey: true },
)

describe('the ops-api endpoint', () => {
  let world: Awaited<ReturnType<typeof makeWorld>>
  let api: OpsApi
  beforeEach(async () => {
    world = await makeWorld()
    api = world.api
  })
  afterEach(() => api.stop())

  const posts = () => api.requests.filter(({ method, path }) => method === 'POST' && path === '/v1/runs')
  const ended = async (runbook: string) => {
    const request = world.requestFor(runbook)
    return followed(world.endpoint, request, await world.endpoint.launch(launchOf(request)))
  }

  it('sends the quoted key, the parameters verbatim, the target and what approved it (DESIGN §9)', async () => {
    await world.endpoint.launch(launchOf(world.request, { key: 'run-1/plan/step' }))
    const { body, headers } = posts()[0] ?? assert.fail()
    assert.equal(headers['idempotency-key'], '"run-1/plan/step"')
    assert.equal(headers.prefer, 'respond-async')
    assert.deepEqual(body, {
      runbook: 'recycle-pool',
      parameters: { pool: 'DefaultAppPool' },
      target: 'web-01',
      clientRunId: 'run-1/plan/step',
      requestedBy: 'runbot',
      approvalRef: 'run-1',
    })
  })

  it("gives the run's output as the result, with its log", async () => {
    const end = await ended('recycle-pool')
    assert.deepEqual(end.result, { state: 'Started', parameters: { pool: 'DefaultAppPool' } })
    assert.match(end.log ?? '', /stdout recycling\n.*stderr recycled$/)
    assert.equal(end.reason, 'succeeded')
  })

  for (const [runbook, reason] of [
    ['fail', 'failed (exit code 3): the pool is [31mlocked'],
    ['time-out', 'timed out: took too long'],
    ['reject', 'rejected: not here'],
  ] as const)
    it(`reports a run that ended as ${runbook} as failed, with a plain reason`, async () => {
      const end = await ended(runbook)
      assert.equal(end.outcome, 'failed')
      assert.equal(end.reason, reason)
    })

  it('reports a cancelled run as failed (P11)', async () => {
    const request = world.requestFor('wait')
    const launched = await world.endpoint.launch(launchOf(request))
    await world.endpoint.cancel(request, launched.handle)
    const end = await followed(world.endpoint, request, launched)
    assert.equal(end.outcome, 'failed')
    assert.match(end.reason, /^cancelled/)
    await world.endpoint.cancel(request, launched.handle)
  })

  it('keeps waiting at a status that the contract does not know', async () => {
    const { handle } = await world.endpoint.launch(launchOf(world.request))
    await api.idle()
    api.amend(handle, { status: 'hibernating' })
    const progress = await world.endpoint.progress(world.request, handle)
    assert.ok(progress.state === 'running')
    assert.match(progress.note ?? '', /"hibernating"/)
  })

  for (const status of ['queued', 'running', 'waiting', 'cancelling'])
    it(`goes on at ${status}, without a word`, async () => {
      const { handle } = await world.endpoint.launch(launchOf(world.request))
      await api.idle()
      api.amend(handle, { status })
      assert.deepEqual(await world.endpoint.progress(world.request, handle), {
        state: 'running',
        handle,
        retryAfterMs: 0,
      })
    })

  it('takes the replay of a launch for the run as it was accepted, and reads how it stands (CONTRACTS §8.1)', async () => {
    const { endpoint, request } = world
    const first = await endpoint.launch(launchOf(request))
    await api.idle()
    let replayed: string | undefined
    const watch = (answer: Answer) => {
      replayed = answer.headers?.['idempotent-replayed']
      return answer
    }
    api.faults.add({ fault: { rewrite: watch }, match: requestTo('POST', '/v1/runs') })
    const again = await endpoint.launch(launchOf(request))
    assert.deepEqual([again.state, again.handle, replayed], ['running', first.handle, 'true'])
    assert.equal((await followed(endpoint, request, again)).outcome, 'succeeded')
    assert.equal(api.effects.length, 1)
  })

  it('does not take a 409 for an end where the run still runs (P11)', async () => {
    const request = world.requestFor('wait')
    const { handle } = await world.endpoint.launch(launchOf(request))
    api.faults.add({ fault: { status: 409 }, match: requestTo('POST', /\/cancel$/) })
    assert.equal((await failure(world.endpoint.cancel(request, handle))).kind, 'conflict')
    await world.endpoint.cancel(request, handle)
  })

  it('says that a log was not complete', async () => {
    const body = { entries: [{ seq: 1, text: 'half' }], next: null, complete: false }
    api.faults.add({ fault: { status: 200, body }, match: requestTo('GET', /logs$/) })
    assert.equal((await ended('recycle-pool')).log, 'half\n[the log was not complete]')
  })

  it('reads a long log page by page and cuts it', async () => {
    const end = await ended('chatty')
    assert.ok(Buffer.byteLength(end.log ?? '') <= 256 * 1024)
    assert.match(end.log ?? '', /cut here$/)
    assert.ok(api.requests.filter(({ path }) => path.endsWith('/logs')).length > 1)
  })

  it('tells the outcome although the log cannot be read', async () => {
    api.faults.add({ fault: { status: 500 }, match: requestTo('GET', /logs$/), times: 9 })
    const end = await ended('recycle-pool')
    assert.equal(end.outcome, 'succeeded')
    assert.match(end.log ?? '', /could not be read/)
  })

  it('replaces an output too large to keep by its size', async () => {
    const { handle } = await world.endpoint.launch(launchOf(world.request))
    await api.idle()
    api.amend(handle, { output: 'x'.repeat(300_000) })
    const end = await followed(world.endpoint, world.request, { state: 'running', handle })
    assert.deepEqual(end.result, { tooLarge: 300_002 })
  })

  it('finds the run of a first request that is still being accepted, instead of sending a second (P3)', async () => {
    await api.stop()
    world = await makeWorld(300)
    api = world.api
    const { endpoint, request } = world
    const first = endpoint.launch(launchOf(request))
    while (api.runs().length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    const second = await endpoint.launch(launchOf(request))
    assert.equal(second.handle, (await first).handle)
    assert.equal(api.effects.length, 1)
  })

  it('leaves it open where the key is said to be in progress and cannot be found yet (P3)', async () => {
    api.faults.add({ fault: { status: 409 }, match: requestTo('POST', '/v1/runs') })
    const error = await failure(world.endpoint.launch(launchOf(world.request)))
    assert.equal(error.mayHaveHappened, true)
  })

  it('takes a key that came with another payload for certainly not started', async () => {
    await world.endpoint.launch(launchOf(world.request))
    const error = await failure(world.endpoint.launch(launchOf(world.request, { target: 'web-02' })))
    assert.equal(error.kind, 'malformed')
    assert.equal(error.mayHaveHappened, false)
    assert.match(error.message, /another payload/)
  })

  it("tells the server's own sentence, plain and short (P12)", async () => {
    const detail = `pool\u0000 is \u202elocked, token=abcdef123456 ${'y'.repeat(2000)}`
    const headers = { 'content-type': 'application/problem+json' }
    api.faults.add({ fault: { status: 400, headers, body: JSON.stringify({ detail }) } })
    const { message } = await failure(world.endpoint.launch(launchOf(world.request)))
    assert.match(message, /status 400, pool is locked, token=\*\*\* y+…$/)
    assert.ok(message.length < 400)
  })

  for (const body of [
    '{"id":"../../admin","status":"queued"}',
    '{"status":"queued"}',
    '[]',
    '{"id":"r1","status":"queued","clientRunId":"other"}',
  ])
    it(`does not believe ${body} as an accepted run (P3)`, async () => {
      api.faults.add({ fault: { status: 202, headers: { 'content-type': 'application/json' }, body } })
      const error = await failure(world.endpoint.launch(launchOf(world.request)))
      assert.equal(error.kind, 'malformed')
      assert.equal(error.mayHaveHappened, true)
    })

  for (const handle of ['../../admin', '..', '', 'a/b', 'a?b', 'a%2fb', 'x'.repeat(300)])
    it(`sends nothing for the handle ${JSON.stringify(handle.slice(0, 12))}`, async () => {
      assert.equal((await failure(world.endpoint.progress(world.request, handle))).kind, 'malformed')
      assert.equal((await failure(world.endpoint.cancel(world.request, handle))).kind, 'malformed')
      assert.equal(api.requests.length, 0)
    })

  it('does not take the runs of other keys for its own where the filter was ignored (P3)', async () => {
    const item = { id: 'r1', clientRunId: 'other', status: 'succeeded' }
    const lists = [
      { items: [item], next: null },
      { items: [item, { ...item, clientRunId: 'key-1' }], next: null },
      { items: [], next: '/v1/runs?page=2' },
    ]
    for (const body of lists) {
      api.faults.add({ fault: { status: 200, body } })
      assert.equal((await failure(world.endpoint.find(world.request, 'key-1'))).kind, 'malformed')
    }
  })

  it('does not take the run of another id for the one it asked for', async () => {
    const headers = { 'content-type': 'application/json' }
    api.faults.add({ fault: { status: 200, headers, body: JSON.stringify({ id: 'r2', status: 'succeeded' }) } })
    assert.equal((await failure(world.endpoint.progress(world.request, 'r1'))).kind, 'malformed')
  })

  it('sends nothing to a host that the settings no longer name (P1)', async () => {
    const moved = { ...world.settings, url: 'https://ops.example.com' }
    const error = await failure(endpointOf(moved, world.request).launch(launchOf(world.request)))
    assert.equal(error.kind, 'denied')
    assert.equal(error.mayHaveHappened, false)
    assert.equal(api.requests.length, 0)
  })

  it('keeps its token out of every description and error', async () => {
    const { endpoint, request } = world
    api.faults.add({ fault: 'reset-after-commit' })
    const error = await failure(endpoint.launch(launchOf(request)))
    const said = [endpoint.describe(request), error.message, error.stack, String(error.cause)].join()
    assert.ok(!said.includes(OPS_TOKEN))
    assert.equal(endpoint.describe(request), `POST ${api.url}/v1/runs recycle-pool {"pool":"DefaultAppPool"}`)
  })
})
