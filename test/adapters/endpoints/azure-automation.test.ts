import assert from 'node:assert/strict'
import { azureAutomation } from '../../../src/adapters/endpoints/azure-automation/endpoint.ts'
import { jobNameOf } from '../../../src/adapters/endpoints/azure-automation/job-name.ts'
import { systemOf } from '../../../src/adapters/endpoints/system.ts'
import type { Json } from '../../../src/core/values.ts'
import { systemClock } from '../../../src/ports/clock.ts'
import { endpointContract, failure, launchOf } from '../../contracts/endpoint.suite.ts'
import { AZURE_ACCOUNT, AZURE_TOKEN } from '../../sandbox/azure-automation.ts'
import { creates, held, makeWorld, nameOfKey1, readsJob } from './azure-automation-setup.ts'

endpointContract(
  'azure-automation',
  async () => {
    const { system, endpoint, request } = await makeWorld({ durationMs: 5 })
    const effects = async () => {
      await system.idle()
      return system.effects.length
    }
    return {
      endpoint,
      request,
      faults: system.faults,
      launches: creates,
      effects,
      down: system.down,
      stop: system.stop,
    }
  },
  { findsByKey: true },
)

held('the azure-automation endpoint, launching', (current) => {
  it('puts a job whose name is the UUIDv5 of the key (CONTRACTS §5)', async () => {
    const { endpoint, request, system } = current()
    const { handle } = await endpoint.launch(launchOf(request))
    const { path, query, body, headers } = system.requests.find(creates) ?? assert.fail()
    assert.equal(handle, nameOfKey1)
    assert.equal(path, `${AZURE_ACCOUNT}/jobs/${nameOfKey1}`)
    assert.deepEqual(query, { 'api-version': '2023-11-01' })
    assert.equal(headers.authorization, `Bearer ${AZURE_TOKEN}`)
    const properties = { runbook: { name: 'Restart-Worker' }, parameters: { worker: 'w1' }, runOn: '' }
    assert.deepEqual(body, { properties })
    assert.equal(jobNameOf('run-1/plan/step'), '131c67b3-9b39-5ca8-b6bd-65242e3631f1')
  })

  for (const [value, sent] of [
    ['w1', 'w1'],
    ['two words', 'two words'],
    ['', ''],
    [7, '7'],
    [true, 'true'],
    [null, 'null'],
    [['a', 1], '["a",1]'],
    [{ a: 'b' }, '{"a":"b"}'],
    ['7', '"7"'],
    ['007', '"007"'],
    ['true', '"true"'],
    ['{"a":1}', '"{\\"a\\":1}"'],
    ['"w1"', '"\\"w1\\""'],
  ] as [Json, string][])
    it(`sends ${JSON.stringify(value)} as the text ${sent}, so that it arrives as what it is`, async () => {
      const { endpoint, request, system } = current()
      const asked = { ...request, with: { worker: value } }
      await endpoint.launch(launchOf(asked))
      assert.deepEqual(system.effects[0]?.parameters, { worker: sent })
      assert.equal((await endpoint.find(asked, 'key-1'))?.handle, nameOfKey1)
    })

  it('runs on a hybrid worker group where the operation says so', async () => {
    const { endpoint, request, system } = current()
    const asked = { ...request, detail: { runbook: 'Restart-Worker', runOn: 'on-premises' } }
    await endpoint.launch(launchOf(asked))
    assert.equal(system.effects[0]?.runOn, 'on-premises')
    assert.match(endpoint.describe(asked), / on on-premises /)
  })

  it('is idempotent, and describes the request in one line (P12)', () => {
    const { endpoint, request, system } = current()
    assert.equal(endpoint.idempotent, true)
    assert.equal(endpoint.describe(request), `PUT ${system.url}${AZURE_ACCOUNT}/jobs Restart-Worker {"worker":"w1"}`)
  })

  for (const [what, base, fields] of [
    ['without an account', null, {}],
    ['with a base that is no account', '/subscriptions/x', {}],
    ['with a base that leads elsewhere', AZURE_ACCOUNT.replace('ops-rg', '..'), {}],
    ['without a runbook', AZURE_ACCOUNT, { detail: {} }],
    ['with a list for parameters', AZURE_ACCOUNT, { with: ['w1'] }],
  ] as const)
    it(`sends nothing ${what}`, async () => {
      const { request, settings, system } = current()
      const endpoint = azureAutomation(systemOf({ ...settings, base }, systemClock, { proxyFromEnv: false }))
      const error = await failure(endpoint.launch(launchOf({ ...request, ...fields })))
      assert.deepEqual([error.kind, error.mayHaveHappened, system.requests.length], ['malformed', false, 0])
    })

  it('takes a 409 for its own first request, after a look at the job (P3)', async () => {
    const { endpoint, request, system } = current()
    const first = await endpoint.launch(launchOf(request))
    const again = await endpoint.launch(launchOf(request))
    assert.deepEqual([again.handle, system.effects.length], [first.handle, 1])
    assert.equal(system.requests.filter(readsJob).length, 1)
  })

  for (const [what, fields, message] of [
    ['another runbook', { runbook: 'Stop-Worker' }, /it runs Stop-Worker/],
    ['another value', { parameters: { worker: 'w2' } }, /its parameter worker is another/],
    ['no parameters', { parameters: {} }, /its parameter worker is another/],
  ] as const)
    it(`does not take a job of its name with ${what} for its own (P1)`, async () => {
      const { endpoint, request, system } = current()
      await endpoint.launch(launchOf(request))
      system.amend(fields)
      const again = await failure(endpoint.launch(launchOf(request)))
      assert.deepEqual([again.kind, again.mayHaveHappened], ['conflict', true])
      assert.match(again.message, message)
      assert.equal((await failure(endpoint.find(request, 'key-1'))).kind, 'conflict')
    })

  it('knows its job by names in another case, beside parameters of the service itself', async () => {
    const { endpoint, request, system } = current()
    await endpoint.launch(launchOf(request))
    const parameters = { WORKER: '"w1"', MicrosoftApplicationManagementStartedBy: '{}' }
    system.amend({ runbook: 'RESTART-WORKER', name: nameOfKey1.toUpperCase(), parameters })
    assert.equal((await endpoint.find(request, 'key-1'))?.handle, nameOfKey1)
  })

  it('leaves it open where a 409 is not followed by a job that can be read (P3)', async () => {
    const { endpoint, request, system } = current()
    for (const fault of [undefined, 'html', { status: 500 }] as const) {
      system.faults.clear()
      system.faults.add({ fault: { status: 409, body: { code: 'Conflict', message: 'taken' } }, match: creates })
      if (fault) system.faults.add({ fault, match: readsJob, times: 3 })
      assert.equal((await failure(endpoint.launch(launchOf(request)))).mayHaveHappened, true)
    }
    assert.equal(system.effects.length, 0)
  })

  for (const body of ['{"name":"other","properties":{"status":"New"}}', '{"properties":{}}', '[]'])
    it(`does not believe ${body} as an accepted job (P3)`, async () => {
      const { endpoint, request, system } = current()
      const headers = { 'content-type': 'application/json' }
      system.faults.add({ fault: { status: 201, headers, body }, match: creates })
      assert.equal((await failure(endpoint.launch(launchOf(request)))).mayHaveHappened, true)
    })

  for (const [shape, body] of [
    ['flat', { code: 'BadRequest', message: 'The runbook is\u0000 not published.' }],
    ['nested', { error: { code: 'BadRequest', message: 'The runbook is not published.' } }],
  ] as const)
    it(`tells Azure's own sentence from a ${shape} error (P12)`, async () => {
      const { endpoint, request, system } = current()
      system.faults.add({ fault: { status: 400, body }, match: creates })
      const { message } = await failure(endpoint.launch(launchOf(request)))
      assert.match(message, /status 400, BadRequest: The runbook is not published\.$/)
    })
})
