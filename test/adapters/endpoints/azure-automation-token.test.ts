import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AccessToken } from '@azure/identity'
import { PortError } from '../../../src/ports/errors.ts'
import { failure, launchOf } from '../../contracts/endpoint.suite.ts'
import { AZURE_TOKEN } from '../../sandbox/azure-automation.ts'
import { anHour, closeAll, makeWorld, nameOfKey1 } from './azure-automation-setup.ts'
import { endpointOf } from './settings.ts'

describe('the azure-automation endpoint, getting a token', () => {
  afterEach(closeAll)
  const world = async (answer: () => Promise<AccessToken | null>) => makeWorld({}, answer)

  it("asks for the origin's own scope, once for many requests (CONTRACTS §5)", async () => {
    const { endpoint, request, asked, system } = await world(async () => anHour())
    await Promise.all([endpoint.find(request, 'a'), endpoint.find(request, 'b')])
    await endpoint.find(request, 'c')
    assert.deepEqual(asked, [`${system.url}/.default`])
  })

  it('asks anew before its end, and after it was refused', async () => {
    let expiresOnTimestamp = Date.now() + 60_000
    const { endpoint, request, asked, system } = await world(async () => ({ token: AZURE_TOKEN, expiresOnTimestamp }))
    await endpoint.find(request, 'a')
    assert.equal(asked.length, 2)
    expiresOnTimestamp = Date.now() + 3_600_000
    await endpoint.find(request, 'a')
    system.setToken('another')
    const error = await failure(endpoint.launch(launchOf(request)))
    assert.deepEqual([error.kind, error.mayHaveHappened, asked.length], ['denied', false, 3])
    system.setToken(AZURE_TOKEN)
    await endpoint.launch(launchOf(request))
    assert.equal(asked.length, 4)
  })

  for (const [what, message, kind, said] of [
    ['a wrong secret', 'AADSTS7000215: Invalid client secret s3cr3t-value provided', 'denied', /AADSTS7000215/],
    ['no identity', 'ChainedTokenCredential failed. s3cr3t-value', 'unavailable', /managed identity, or set AZURE_/],
  ] as const)
    it(`sends nothing after ${what}, and tells neither the answer nor the secret (P12)`, async () => {
      const { endpoint, request, system } = await world(async () => {
        throw new Error(message)
      })
      const error = await failure(endpoint.launch(launchOf(request)))
      assert.deepEqual([error.kind, error.mayHaveHappened, system.requests.length], [kind, false, 0])
      assert.match(error.message, said)
      assert.ok(![error.message, error.stack, String(error.cause)].join().includes('s3cr3t'))
    })

  it('sends nothing with a token that is none', async () => {
    for (const token of [null, anHour(''), anHour('a\nb')]) {
      const { endpoint, request, system } = await world(async () => token)
      assert.equal((await failure(endpoint.launch(launchOf(request)))).kind, 'malformed')
      assert.equal(system.requests.length, 0)
    }
  })

  it('sends nothing where the token comes after the deadline (P2)', async () => {
    const late = Promise.withResolvers<AccessToken>()
    const { endpoint, request, system } = await world(() => late.promise)
    const launching = failure(endpoint.launch(launchOf(request, { deadlineAt: Date.now() + 20 })))
    // Timers fire in the order of their ends.
    await sleep(60)
    late.resolve(anHour())
    const error = await launching
    assert.deepEqual([error.kind, error.mayHaveHappened, system.effects.length], ['timeout', false, 0])
  })

  it('asks whether it may leave when the token is there, and sends nothing where it may not (P11)', async () => {
    let frozen = false
    const { endpoint, request, asked, system } = await world(async () => {
      frozen = true
      return anHour()
    })
    const mayLeave = async () => {
      if (frozen) throw new PortError('denied', 'freeze: all of it')
    }
    const error = await failure(endpoint.launch(launchOf(request, { mayLeave })))
    assert.deepEqual([error.kind, error.message, error.mayHaveHappened], ['denied', 'freeze: all of it', false])
    assert.deepEqual([asked.length, system.requests.length], [1, 0])
  })

  it('keeps its token out of every error', async () => {
    const { endpoint, request, system } = await world(async () => anHour())
    system.faults.add({ fault: 'reset-after-commit' })
    const error = await failure(endpoint.launch(launchOf(request)))
    assert.ok(![error.message, error.stack, String(error.cause)].join().includes(AZURE_TOKEN))
  })

  it('is not asked for where connectors.yaml has its own auth, and the kind can be chosen there', async () => {
    const { request, settings } = await world(async () => assert.fail())
    const own = { ...settings, auth: { bearer: AZURE_TOKEN } }
    assert.equal((await endpointOf(own, request).launch(launchOf(request))).handle, nameOfKey1)
  })
})
