import assert from 'node:assert/strict'
import { azureAutomation } from '../../../src/adapters/endpoints/azure-automation/endpoint.ts'
import { jobNameOf } from '../../../src/adapters/endpoints/azure-automation/job-name.ts'
import { systemOf } from '../../../src/adapters/endpoints/system.ts'
import type { Json } from '../../../src/core/values.ts'
import { systemClock } from '../../../src/ports/clock.ts'
import { failure, launchOf } from '../../contracts/endpoint.suite.ts'
import type { AzureRunbook } from '../../sandbox/azure-automation/model.ts'
import { AZURE_ACCOUNT } from '../../sandbox/azure-automation.ts'
import { type Fault, requestTo } from '../../sandbox/faults.ts'
import {
  anHour,
  closeAll,
  ended,
  fakeCredential,
  held,
  makeWorld,
  nameOfKey1,
  noted,
  readsJob,
  type World,
} from './azure-automation-setup.ts'

held('the azure-automation endpoint, following', (current) => {
  const launched = async (fields: Parameters<World['system']['amend']>[0]) => {
    const { endpoint, request, system } = current()
    const { handle } = await endpoint.launch(launchOf(request))
    system.amend(fields)
    return endpoint.progress(request, handle)
  }

  it('gives status and output as the result, and the streams as the log (DESIGN §9)', async () => {
    const end = ended(await launched({ status: 'Completed' }))
    assert.deepEqual([end.outcome, end.reason], ['succeeded', 'completed'])
    assert.deepEqual(end.result, { status: 'Completed', output: 'restarted w1\n' })
    assert.match(end.log ?? '', /^2026-11-20T\S+ Output restarted w1$/)
  })

  for (const [fields, reason] of [
    [{ status: 'Failed', exception: 'The worker is\nlocked' }, 'failed: The worker is locked'],
    [{ status: 'Failed', statusDetails: 'RuntimeError' }, 'failed: RuntimeError'],
    [{ status: 'Failed', statusDetails: 'None' }, 'failed'],
    [{ status: 'Stopped' }, 'stopped'],
    [{ status: 'Completed', exception: 'oops' }, 'completed, but with an exception: oops'],
  ] as const)
    it(`reports ${JSON.stringify(fields)} as failed, with a plain reason`, async () => {
      const end = ended(await launched(fields))
      assert.deepEqual([end.outcome, end.reason], ['failed', reason])
    })

  for (const status of ['New', 'Activating', 'Running', 'Stopping', 'Suspending', 'Resuming'])
    it(`goes on at ${status}`, async () => {
      const progress = await launched({ status })
      assert.deepEqual([progress.state, noted(progress)], ['running', undefined])
    })

  for (const [status, note] of [
    ['Suspended', /resume it in Azure, or stop it/],
    ['Blocked', /blocked/],
    ['Disconnected', /worker/],
    ['Removing', /removed/],
    ['Hibernating\u202e', /its status is Hibernating$/],
  ] as const)
    it(`waits visibly at ${status}, which is no end (CONTRACTS §5)`, async () => {
      const progress = await launched({ status })
      assert.equal(progress.state, 'running')
      assert.match(noted(progress) ?? '', note)
    })

  it('follows a status that goes back', async () => {
    const { endpoint, request, system } = current()
    const { handle } = await endpoint.launch(launchOf(request))
    for (const status of ['Running', 'New', 'Suspended', 'Running']) {
      system.amend({ status })
      assert.deepEqual([(await endpoint.progress(request, handle)).state, status], ['running', status])
    }
    system.amend({ status: 'Completed' })
    assert.equal(ended(await endpoint.progress(request, handle)).outcome, 'succeeded')
  })

  it('hands on when it wants to be asked again', async () => {
    const { endpoint, request, system } = current()
    const { handle } = await endpoint.launch(launchOf(request))
    const body = { name: handle, properties: { status: 'Running' } }
    system.faults.add({ fault: { status: 200, headers: { 'retry-after': '15' }, body }, match: readsJob })
    const progress = await endpoint.progress(request, handle)
    assert.equal(progress.state === 'running' && progress.retryAfterMs, 15_000)
    system.faults.add({ fault: { status: 429, headers: { 'retry-after': '60' } }, match: readsJob })
    const { kind, retryAfterMs } = await failure(endpoint.progress(request, handle))
    assert.deepEqual([kind, retryAfterMs], ['throttled', 60_000])
  })

  for (const handle of ['../../admin', '..', '', 'a/b', nameOfKey1.toUpperCase(), `${nameOfKey1}/stop`])
    it(`sends nothing for the handle ${JSON.stringify(handle)}`, async () => {
      const { endpoint, request, system } = current()
      assert.equal((await failure(endpoint.progress(request, handle))).kind, 'malformed')
      assert.equal((await failure(endpoint.cancel(request, handle))).kind, 'malformed')
      assert.equal(system.requests.length, 0)
    })

  it('does not take another job for the one it asked for', async () => {
    const { endpoint, request, system } = current()
    const { handle } = await endpoint.launch(launchOf(request))
    const body = { name: jobNameOf('other'), properties: { status: 'Completed' } }
    system.faults.add({ fault: { status: 200, body }, match: readsJob })
    assert.equal((await failure(endpoint.progress(request, handle))).kind, 'malformed')
  })

  for (const fault of ['html', 'garbage', { status: 301 }, { status: 404 }, { status: 200, body: {} }] as Fault[])
    it(`does not take ${JSON.stringify(fault)} for an end`, async () => {
      const { endpoint, request, system } = current()
      const { handle } = await endpoint.launch(launchOf(request))
      system.faults.add({ fault, match: readsJob })
      await failure(endpoint.progress(request, handle))
    })
})

describe('the azure-automation endpoint, reading what a job said', () => {
  afterEach(closeAll)
  const streams = requestTo('GET', /\/streams$/)
  const output = requestTo('GET', /\/output$/)
  const endOf = async (runbook: AzureRunbook, prepare: (world: World) => void = () => {}) => {
    const world = await makeWorld({ runbooks: { 'Restart-Worker': runbook } })
    const { handle } = await world.endpoint.launch(launchOf(world.request))
    world.system.amend({ status: 'Completed' })
    prepare(world)
    return { end: ended(await world.endpoint.progress(world.request, handle)), system: world.system }
  }
  const record = (streamType: string, text: string) => ({ streamType, text })

  it('reports a completed job that wrote errors as failed (CONTRACTS §5)', async () => {
    const { end } = await endOf({ streams: [record('Output', 'fine'), record('Error', 'disk full on w1')] })
    assert.deepEqual([end.outcome, end.reason], ['failed', 'completed, but with errors: disk full on w1'])
  })

  it('finds an error on a later page, also where the filter is not heeded', async () => {
    const many = Array.from({ length: 8 }, (_each, index) => record('Output', `line ${index}`))
    const { end } = await endOf({ streams: [...many, record('error', 'late')] }, ({ system }) => {
      system.set({ pageSize: 3, heedsFilter: false })
    })
    assert.match(end.reason, /with errors: late/)
  })

  it('does not call a job a success while its errors cannot be read (P5)', async () => {
    const { endpoint, request, system } = await makeWorld()
    const { handle } = await endpoint.launch(launchOf(request))
    system.amend({ status: 'Completed' })
    for (const fault of ['html', { status: 403 }, { status: 200, body: { items: [] } }] as Fault[]) {
      system.faults.add({ fault, match: streams })
      await failure(endpoint.progress(request, handle))
    }
  })

  it('follows no next page that lies elsewhere', async () => {
    const { endpoint, request, system } = await makeWorld()
    const { handle } = await endpoint.launch(launchOf(request))
    system.amend({ status: 'Completed' })
    for (const nextLink of ['https://evil.example/streams', `${system.url}/elsewhere`, 'x']) {
      system.faults.add({ fault: { status: 200, body: { value: [], nextLink } }, match: streams })
      assert.match((await failure(endpoint.progress(request, handle))).message, /lies elsewhere/)
    }
    const nextLink = `${system.url}${AZURE_ACCOUNT}/jobs/${handle}/streams?api-version=2023-11-01`
    system.faults.add({ fault: { status: 200, body: { value: [], nextLink } }, match: streams, times: 99 })
    assert.match((await failure(endpoint.progress(request, handle))).message, /more than 20 pages/)
  })

  it('reads the whole text of each record by itself, up to a number of them', async () => {
    const long = 'restarting the worker on w1 and waiting for it'
    const { end } = await endOf({ streams: [record('Progress', '5 %'), record('Verbose', long)] })
    assert.match(end.log ?? '', new RegExp(`^\\S+ Verbose ${long}$`))
    const many = await endOf({ streams: Array.from({ length: 130 }, () => record('Output', 'x')) })
    assert.match(many.end.log ?? '', /cut here$/)
    assert.equal(many.system.requests.filter(requestTo('GET', /\/streams\/./)).length, 100)
  })

  it('cuts a log that is too large, and tells the outcome although it cannot be read further', async () => {
    const { end } = await endOf({ streams: Array.from({ length: 9 }, () => record('Output', 'x'.repeat(60_000))) })
    assert.ok(Buffer.byteLength(end.log ?? '') <= 256 * 1024)
    assert.match(end.log ?? '', /cut here$/)
    const { end: other } = await endOf({ streams: [record('Output', 'x'), record('Output', 'y')] }, ({ system }) => {
      system.faults.add({ fault: { status: 404 }, match: requestTo('GET', /\/streams\/.*1$/) })
    })
    assert.equal(other.outcome, 'succeeded')
    assert.match(other.log ?? '', /^\S+ Output x\n\[the log could not be read: .*404/)
  })

  for (const [what, runbook, fault, kept] of [
    ['none', {}, undefined, ''],
    ['204', {}, { status: 204 }, ''],
    ['too large a text', { output: 'x'.repeat(300_000) }, undefined, { tooLarge: 300_002 }],
    ['a page', {}, 'html', { unreadable: 'reading the output: it is not text' }],
    ['a refusal', {}, { status: 403 }, { unreadable: 'reading the output: status 403' }],
  ] as [string, AzureRunbook, Fault | undefined, Json][])
    it(`keeps ${what} as an output that no "expect" takes for text`, async () => {
      const { end } = await endOf(runbook, ({ system }) => {
        if (fault) system.faults.add({ fault, match: output })
      })
      assert.deepEqual([end.outcome, end.result], ['succeeded', { status: 'Completed', output: kept }])
    })
})

held('the azure-automation endpoint, finding by key', (current) => {
  it('believes "no such job" only of an account that is there (P3)', async () => {
    const { endpoint, request, settings, system } = current()
    assert.equal(await endpoint.find(request, 'key-1'), undefined)
    const gone = { ...settings, base: AZURE_ACCOUNT.replace('ops-automation', 'gone') }
    const { credential } = fakeCredential(async () => anHour())
    const elsewhere = azureAutomation(systemOf(gone, systemClock, { proxyFromEnv: false }), credential)
    assert.equal((await failure(elsewhere.find(request, 'key-1'))).kind, 'notFound')
    for (const body of ['<html>no</html>', {}, { code: 'Forbidden', message: 'x' }]) {
      system.faults.add({ fault: { status: 404, body }, match: readsJob })
      assert.equal((await failure(endpoint.find(request, 'key-1'))).kind, 'notFound')
    }
  })
})

held('the azure-automation endpoint, cancelling', (current) => {
  const stops = requestTo('POST', /\/stop$/)

  it('asks for a stop, which is not yet one (P11)', async () => {
    const { endpoint, request, system } = current()
    const { handle } = await endpoint.launch(launchOf(request))
    await endpoint.cancel(request, handle)
    assert.equal((await endpoint.progress(request, handle)).state, 'running')
    system.amend({ status: 'Stopped' })
    assert.equal(ended(await endpoint.progress(request, handle)).reason, 'stopped')
    await endpoint.cancel(request, handle)
  })

  for (const status of ['Stopping', 'Completed'])
    it(`takes the refusal to stop a job that is ${status} for nothing left to ask`, async () => {
      const { endpoint, request, system } = current()
      const { handle } = await endpoint.launch(launchOf(request))
      system.amend({ status })
      system.faults.add({ fault: { status: 400, body: { code: 'BadRequest', message: 'no' } }, match: stops })
      await endpoint.cancel(request, handle)
    })

  for (const status of [400, 403, 409, 429, 500])
    it(`says that a job that runs on after a ${status} could not be stopped (P11)`, async () => {
      const { endpoint, request, system } = current()
      const { handle } = await endpoint.launch(launchOf(request))
      system.faults.add({ fault: { status, body: { code: 'X', message: 'not now' } }, match: stops })
      assert.match((await failure(endpoint.cancel(request, handle))).message, /not now/)
    })
})
