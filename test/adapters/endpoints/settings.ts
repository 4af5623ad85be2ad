// Owns the settings and requests that the endpoint tests start from.

import { endpoints } from '../../../src/adapters/endpoints/endpoints.ts'
import type { PlannedRequest } from '../../../src/core/plan.ts'
import type { SystemSettings } from '../../../src/ports/catalog.ts'
import { systemClock } from '../../../src/ports/clock.ts'
import type { Endpoint } from '../../../src/ports/endpoint.ts'

export const settingsOf = (fields: Partial<SystemSettings>): SystemSettings => ({
  name: 'ops',
  kind: 'ops-api',
  url: '',
  base: null,
  auth: null,
  allow: [],
  concurrency: 5,
  callbackSecrets: [],
  callbackTokens: [],
  timeoutMs: 5000,
  tls: null,
  ...fields,
})

export const requestOf = (settings: SystemSettings, fields: Partial<PlannedRequest>): PlannedRequest => ({
  do: `${settings.name}.operation`,
  system: settings.name,
  kind: settings.kind,
  url: settings.url,
  tier: 1,
  detail: {},
  with: {},
  timeoutMs: 5000,
  ...fields,
})

export function endpointOf(settings: SystemSettings, request: PlannedRequest): Endpoint {
  const endpoint = endpoints({ systems: () => ({ [settings.name]: settings }), clock: systemClock })(request)
  if (!endpoint) throw new Error(`no endpoint for ${settings.kind}`)
  return endpoint
}
