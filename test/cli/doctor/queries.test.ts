// Owns the proof that the doctor asks systems of vetted queries something that they always answer, and says what is wrong.
import assert from 'node:assert/strict'
import { endpoints } from '../../../src/cli/doctor/endpoints.ts'
import type { Operation } from '../../../src/core/runbook.ts'
import type { JsonObject } from '../../../src/core/values.ts'
import type { Content, SystemSettings } from '../../../src/ports/catalog.ts'
import { settingsOf } from '../../adapters/endpoints/settings.ts'
import { LOGS_TOKEN, startAzureLogs, WORKSPACE } from '../../sandbox/azure-logs.ts'
import { startJaeger } from '../../sandbox/jaeger.ts'
import type { Server } from '../../sandbox/server.ts'

const parameters = { host: '^a$' }

async function findings(settings: SystemSettings, detail: JsonObject) {
  const { name: system, kind, url } = settings
  const operation: Operation = { name: `${system}.ask`, system, kind, url, tier: 0, detail }
  const catalog = { operations: new Map([[operation.name, operation]]) }
  const [check] = endpoints({ systems: { [system]: settings }, catalog } as unknown as Content)
  return (await check?.look()) ?? []
}

describe('the doctor, of systems of vetted queries', () => {
  const opened: Server[] = []
  afterEach(() => Promise.all(opened.splice(0).map((each) => each.stop())))

  it('finds nothing wrong where they answer, whatever the declared query is', async () => {
    const [azure, jaeger] = [await startAzureLogs(), await startJaeger()]
    opened.push(azure, jaeger)
    const auth = { bearer: LOGS_TOKEN }
    const logs = settingsOf({ name: 'logs', kind: 'azure-logs', url: azure.url, base: WORKSPACE, auth })
    assert.match(
      JSON.stringify(await findings(logs, { query: 'T | where a == "{host}"', parameters })),
      /lets runbot in/,
    )
    assert.deepEqual(
      azure.asked.map(({ query }) => query),
      ['print Value = 1'],
    )
    const traces = settingsOf({ name: 'jaeger', kind: 'jaeger', url: jaeger.url })
    assert.match(JSON.stringify(await findings(traces, { service: '{host}', parameters })), /lets runbot in/)
  })

  it('names the credential where it is refused, and skips what cannot be asked without values', async () => {
    const azure = await startAzureLogs()
    opened.push(azure)
    const auth = { bearer: 'another-token-000' }
    const logs = settingsOf({ name: 'logs', kind: 'azure-logs', url: azure.url, base: WORKSPACE, auth })
    assert.match(JSON.stringify(await findings(logs, { query: 'T' })), /set its auth in connectors\.yaml/)
    const apm = settingsOf({ name: 'apm', kind: 'http-json', url: azure.url })
    assert.match(JSON.stringify(await findings(apm, { path: '/{host}', value: '/x', parameters })), /need values/)
  })
})
