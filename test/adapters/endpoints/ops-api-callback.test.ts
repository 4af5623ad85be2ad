// Owns the specification of where an ops-runbook API is told to call back.
import assert from 'node:assert/strict'
import { endpoints } from '../../../src/adapters/endpoints/endpoints.ts'
import type { SystemSettings } from '../../../src/ports/catalog.ts'
import { systemClock } from '../../../src/ports/clock.ts'
import { launchOf } from '../../contracts/endpoint.suite.ts'
import { OPS_TOKEN, type OpsApi, startOpsApi } from '../../sandbox/ops-api.ts'
import { requestOf, settingsOf } from './settings.ts'

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`

describe('the callback of an ops-runbook API', () => {
  let ops: OpsApi
  before(async () => {
    ops = await startOpsApi({ runbooks: { mend: () => null } })
  })
  after(() => ops.stop())

  /** What a launch carries besides what it always does. */
  async function callbackOf(publicUrl: string | undefined, fields: Partial<SystemSettings>) {
    const settings = settingsOf({ url: ops.url, auth: { bearer: OPS_TOKEN }, ...fields })
    const request = requestOf(settings, { detail: { runbook: 'mend' } })
    const choose = endpoints({ systems: () => ({ [settings.name]: settings }), clock: systemClock, publicUrl })
    await choose(request)?.launch(launchOf(request, { key: `k-${ops.requests.length}` }))
    return (ops.requests.at(-1)?.body as { callback?: unknown } | undefined)?.callback
  }

  it('is asked for where runbot can be reached and the system signs', async () => {
    const callback = await callbackOf('https://runbot.example.com', { callbackSecrets: [secret] })
    assert.deepEqual(callback, { url: 'https://runbot.example.com/api/callbacks/ops' })
    const behind = await callbackOf('https://example.com/runbot', { name: 'ops-2', callbackSecrets: [secret] })
    assert.deepEqual(behind, { url: 'https://example.com/runbot/api/callbacks/ops-2' })
  })

  it('is not asked for where runbot does not know how it is reached, or the system does not sign', async () => {
    assert.equal(await callbackOf(undefined, { callbackSecrets: [secret] }), undefined)
    assert.equal(await callbackOf('https://runbot.example.com', { callbackTokens: ['a-token-of-its-own'] }), undefined)
  })
})
