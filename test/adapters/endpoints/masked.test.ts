// Owns the specification of the edge: whatever an endpoint answers, over real HTTP, it goes on without a secret.
import assert from 'node:assert/strict'
import { endpoints } from '../../../src/adapters/endpoints/endpoints.ts'
import type { Secrets } from '../../../src/adapters/endpoints/mask.ts'
import { maskOf } from '../../../src/adapters/endpoints/mask.ts'
import { masked } from '../../../src/adapters/endpoints/masked.ts'
import type { FindSpans } from '../../../src/ports/catalog.ts'
import { systemClock } from '../../../src/ports/clock.ts'
import type { Endpoint } from '../../../src/ports/endpoint.ts'
import { PortError } from '../../../src/ports/errors.ts'
import { failure, followed, launchOf } from '../../contracts/endpoint.suite.ts'
import { type OpsApi, startOpsApi } from '../../sandbox/ops-api.ts'
import { requestOf, settingsOf } from './settings.ts'

const token = 'ops-token-that-is-secret'
const pin: FindSpans = (text) => [...text.matchAll(/PIN \d+/g)].map(({ index }) => [index + 4, index + 8] as const)

describe('an endpoint behind the mask', () => {
  let ops: OpsApi
  let secrets: Secrets
  before(async () => {
    ops = await startOpsApi({
      tokens: [token],
      retryAfterS: 0,
      runbooks: {
        tell: (_, { log }) => {
          log(`curl -H 'Authorization: Bearer ${token}'`)
          log('PIN 1234')
          return {
            seen: `the token is ${token}`,
            password: 'hunter2',
            encoded: Buffer.from(token).toString('base64'),
            n: 7,
          }
        },
        fail: () => {
          throw new Error(`no entry for ${token}`)
        },
      },
    })
  })
  after(() => ops.stop())
  beforeEach(() => {
    secrets = { values: [token], patterns: [pin] }
  })

  const endpointFor = (runbook: string, bearer = token) => {
    const settings = settingsOf({ url: ops.url, auth: { bearer } })
    const request = requestOf(settings, { detail: { runbook } })
    const choose = endpoints({ systems: () => ({ ops: settings }), clock: systemClock, secrets: () => secrets })
    const endpoint = choose(request)
    assert.ok(endpoint)
    return { endpoint, request }
  }
  let count = 0
  const end = async (runbook: string) => {
    const { endpoint, request } = endpointFor(runbook)
    const key = `masked-${count++}`
    const ended = await followed(endpoint, request, await endpoint.launch(launchOf(request, { key })))
    assert.deepEqual(await endpoint.find(request, key), ended)
    return ended
  }

  it('hands on a result and a log with the secrets masked, found by its key too', async () => {
    const { result, log } = await end('tell')
    assert.deepEqual(result, { seen: 'the token is •••', password: '•••', encoded: '•••', n: 7 })
    assert.match(log ?? '', /curl -H 'Authorization: •••'/)
    assert.match(log ?? '', /PIN •••/)
  })

  it('hands on a reason with the secrets masked', async () => {
    const { outcome, reason } = await end('fail')
    assert.deepEqual([outcome, reason], ['failed', 'failed (exit code 1): no entry for •••'])
  })

  it('hands on an error with the secrets masked, and with all that drives behaviour', async () => {
    const { endpoint, request } = endpointFor('tell')
    const body = { detail: `the caller ${token} must wait`, title: 'x' }
    const headers = { 'content-type': 'application/problem+json', 'retry-after': '7' }
    ops.faults.add({ fault: { status: 503, headers, body } })
    const error = await failure(endpoint.launch(launchOf(request, { key: 'lost' })))
    assert.deepEqual([error.kind, error.retryAfterMs, error.mayHaveHappened], ['unavailable', 7000, true])
    assert.match(error.message, /the caller ••• must wait/)
    assert.ok(!`${error.stack} ${JSON.stringify(error)}`.includes(token))
  })

  it('goes by the secrets as they are now', async () => {
    secrets = { values: [], patterns: [] }
    assert.match(JSON.stringify((await end('tell')).result), new RegExp(token))
    secrets = { values: [token], patterns: [] }
    assert.doesNotMatch(JSON.stringify((await end('tell')).result), new RegExp(token))
  })

  it('says the same request to a person: that is the plan’s', () => {
    const { endpoint, request } = endpointFor('tell')
    assert.match(endpoint.describe({ ...request, with: { a: token } }), new RegExp(token))
  })
})

describe('what the mask covers of an endpoint', () => {
  const mask = maskOf({ values: [token], patterns: [] })
  const failing = (error: unknown): Endpoint => {
    const fails = async () => {
      throw error
    }
    return { idempotent: false, describe: () => '', launch: fails, progress: fails, find: fails, cancel: fails }
  }
  const settings = settingsOf({})
  const request = requestOf(settings, {})

  it('is a note, and the handle is left for its job to be found again', async () => {
    const progress = async () => ({ state: 'running', handle: token, note: `waits for ${token}` }) as const
    const endpoint = masked({ ...failing(null), progress }, () => mask)
    assert.deepEqual(await endpoint.progress(request, token), {
      state: 'running',
      handle: token,
      note: 'waits for •••',
    })
  })

  it('is the error of everything that is asked of it, a bug’s too', async () => {
    for (const error of [new PortError('denied', `no ${token}`, { cause: token }), new TypeError(`no ${token}`)]) {
      const endpoint = masked(failing(error), () => mask)
      const asked = [
        endpoint.launch(launchOf(request)),
        endpoint.progress(request, 'h'),
        endpoint.find(request, 'k'),
        endpoint.cancel(request, 'h'),
      ]
      for (const answer of asked) {
        const thrown = await answer.then(
          () => assert.fail('it should have failed'),
          (reason: unknown) => reason as Error,
        )
        assert.equal(thrown.constructor, error.constructor)
        assert.equal(thrown.message, 'no •••')
        assert.ok(!`${thrown.stack} ${String(thrown.cause)}`.includes(token))
      }
    }
  })

  it('is nothing where a key is not known', async () => {
    const endpoint = masked({ ...failing(null), find: async () => undefined }, () => mask)
    assert.equal(await endpoint.find(request, 'k'), undefined)
  })
})
