// Owns which endpoint serves a request: by the kind of its system, built anew when that system's settings change.
import { isDeepStrictEqual } from 'node:util'
import type { SystemSettings } from '../../ports/catalog.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Endpoint, Endpoints } from '../../ports/endpoint.ts'
import { awx } from './awx/endpoint.ts'
import { azureAutomation } from './azure-automation/endpoint.ts'
import { azureLogs } from './azure-logs/endpoint.ts'
import { guarded } from './guarded.ts'
import { httpEndpoint } from './http/endpoint.ts'
import { httpJson } from './http-json/endpoint.ts'
import { jaeger } from './jaeger/endpoint.ts'
import { jenkins } from './jenkins/endpoint.ts'
import { type Mask, maskOf, type Secrets } from './mask.ts'
import { masked } from './masked.ts'
import { opsApi } from './ops-api/endpoint.ts'
import { prometheus } from './prometheus/endpoint.ts'
import { rundeck } from './rundeck/endpoint.ts'
import { type System, systemOf } from './system.ts'
import { tempo } from './tempo/endpoint.ts'

export interface EndpointsOptions {
  /** The systems as they are now; asked at every request. */
  readonly systems: () => { readonly [name: string]: SystemSettings }
  readonly clock: Clock
  /** Go through HTTPS_PROXY, HTTP_PROXY, NO_PROXY; not unless told. */
  readonly proxyFromEnv?: boolean
  /** How the outside reaches runbot: where systems are told to call back. */
  readonly publicUrl?: string | undefined
  /** What no answer may hold, besides what is known for a secret by its look; asked at every answer. */
  readonly secrets?: () => Secrets
}

const kinds: ReadonlyMap<string, (system: System) => Endpoint> = new Map([
  ['ops-api', opsApi],
  ['http', httpEndpoint],
  ['prometheus', prometheus],
  ['awx', awx],
  ['rundeck', rundeck],
  ['jenkins', jenkins],
  ['azure-automation', azureAutomation],
  ['azure-logs', azureLogs],
  ['tempo', tempo],
  ['jaeger', jaeger],
  ['http-json', httpJson],
])

/** Undefined for a system that is not there or no longer of the planned kind, and for a kind that cannot be called. */
export function endpoints({
  systems,
  clock,
  proxyFromEnv = false,
  publicUrl,
  secrets = noSecrets,
}: EndpointsOptions): Endpoints {
  const mask = current(secrets)
  const built = new Map<string, { readonly settings: SystemSettings; readonly endpoint: Endpoint }>()
  return (request) => {
    const all = systems()
    const settings = Object.hasOwn(all, request.system) ? all[request.system] : undefined
    const make = kinds.get(request.kind)
    if (!settings || !make || settings.kind !== request.kind) return undefined
    const known = built.get(request.system)
    if (known && isDeepStrictEqual(known.settings, settings)) return known.endpoint
    const own = make(systemOf(settings, clock, { proxyFromEnv, publicUrl }))
    const endpoint = masked(guarded(own, settings.concurrency), mask)
    built.set(request.system, { settings, endpoint })
    return endpoint
  }
}

const noSecrets = (): Secrets => ({ values: [], patterns: [] })

/** The mask for the secrets as they are now, made anew when they change. */
function current(secrets: () => Secrets): () => Mask {
  let made: { readonly of: Secrets; readonly mask: Mask } | undefined
  return () => {
    const of = secrets()
    if (!made || !isDeepStrictEqual(made.of, of)) made = { of, mask: maskOf(of) }
    return made.mask
  }
}
