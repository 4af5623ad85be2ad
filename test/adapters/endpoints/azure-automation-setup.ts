// Owns what every test of the Azure Automation endpoint starts from: a sandbox account and the adapter before it.
import assert from 'node:assert/strict'
import type { AccessToken, TokenCredential } from '@azure/identity'
import { azureAutomation } from '../../../src/adapters/endpoints/azure-automation/endpoint.ts'
import { systemOf } from '../../../src/adapters/endpoints/system.ts'
import { systemClock } from '../../../src/ports/clock.ts'
import type { Progress } from '../../../src/ports/endpoint.ts'
import type { AzureRunbook } from '../../sandbox/azure-automation/model.ts'
import {
  AZURE_ACCOUNT,
  AZURE_TOKEN,
  type AzureAutomationOptions,
  startAzureAutomation,
} from '../../sandbox/azure-automation.ts'
import { requestTo } from '../../sandbox/faults.ts'
import { requestOf, settingsOf } from './settings.ts'

/** UUIDv5 of `key-1`, computed elsewhere. */
export const nameOfKey1 = '5a12a1eb-d49a-55ab-ab47-9d9178963cfa'
export const creates = requestTo('PUT', /\/jobs\/[^/]+$/)
export const readsJob = requestTo('GET', /\/jobs\/[^/]+$/)

export const runbooks: Record<string, AzureRunbook> = {
  'Restart-Worker': { output: 'restarted w1\n', streams: [{ streamType: 'Output', text: 'restarted w1' }] },
}

/** A credential that counts, as the machine's own identity would answer. */
export function fakeCredential(answer: () => Promise<AccessToken | null>) {
  const asked: (string | string[])[] = []
  const credential: TokenCredential = {
    getToken(scopes) {
      asked.push(scopes)
      return answer()
    },
  }
  return { credential, asked }
}
export const anHour = (token = AZURE_TOKEN): AccessToken => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 })

export async function makeWorld(
  options: Partial<AzureAutomationOptions> = {},
  answer: () => Promise<AccessToken | null> = async () => anHour(),
) {
  const system = await startAzureAutomation({ runbooks, ...options })
  opened.push(system.stop)
  const settings = settingsOf({ name: 'azure', kind: 'azure-automation', url: system.url, base: AZURE_ACCOUNT })
  const request = requestOf(settings, { detail: { runbook: 'Restart-Worker' }, with: { worker: 'w1' } })
  const { credential, asked } = fakeCredential(answer)
  const endpoint = azureAutomation(systemOf(settings, systemClock, { proxyFromEnv: false }), credential)
  return { system, settings, request, endpoint, asked }
}

/** Whatever a test opened is closed after it. */
export async function closeAll(): Promise<void> {
  await Promise.all(opened.splice(0).map((stop) => stop()))
}
const opened: (() => Promise<void>)[] = []

export type World = Awaited<ReturnType<typeof makeWorld>>
export const ended = (progress: Progress) => (progress.state === 'ended' ? progress : assert.fail('it still runs'))
export const noted = (progress: Progress) => (progress as { readonly note?: string }).note

/** Jobs stay as they are until the test moves them. */
export function held(name: string, tests: (current: () => World) => void): void {
  describe(name, () => {
    let world: World
    beforeEach(async () => {
      world = await makeWorld()
    })
    afterEach(closeAll)
    tests(() => world)
  })
}
