// Owns which endpoint serves a request: by the kind of its system, built anew when that system's settings change.
import { isDeepStrictEqual } from 'node:util'
import type { SystemSettings } from '../../ports/catalog.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Endpoint, Endpoints } from '../../ports/endpoint.ts'
import { awx } from './awx/endpoint.ts'
import { azureAutomation } from './azure-automation/endpoint.ts'
import { guarded } from './guarded.ts'
import { httpEndpoint } from './http/endpoint.ts'
import { jenkins } from './jenkins/endpoint.ts'
import { opsApi } from './ops-api/endpoint.ts'
import { prometheus } from './prometheus/endpoint.ts'
import { rundeck } from './rundeck/endpoint.ts'
import { type System, systemOf } from './system.ts'

export interface EndpointsOptions {
  /** The systems as they are now; asked at every request. */
  readonly systems: () => { readonly [name: string]: SystemSettings }
  readonly clock: Clock
  /** Go through HTTPS_PROXY, HTTP_PROXY, NO_PROXY; not unless told. */
  readonly proxyFromEnv?: boolean
}

const kinds: ReadonlyMap<string, (system: System) => Endpoint> = new Map([
  ['ops-api', opsApi],
  ['http', httpEndpoint],
  ['prometheus', prometheus],
  ['awx', awx],
  ['rundeck', rundeck],
  ['jenkins', jenkins],
  ['azure-automation', azureAutomation],
])

/** Undefined for a system that is not there or no longer of the planned kind, and for a kind that cannot be called. */
export function endpoints({ systems, clock, proxyFromEnv = false }: EndpointsOptions): Endpoints {
  const built = new Map<string, { readonly settings: SystemSettings; readonly endpoint: Endpoint }>()
  return (request) => {
    const all = systems()
    const settings = Object.hasOwn(all, request.system) ? all[request.system] : undefined
    const make = kinds.get(request.kind)
    if (!settings || !make || settings.kind !== request.kind) return undefined
    const known = built.get(request.system)
    if (known && isDeepStrictEqual(known.settings, settings)) return known.endpoint
    const endpoint = guarded(make(systemOf(settings, clock, proxyFromEnv)), settings.concurrency)
    built.set(request.system, { settings, endpoint })
    return endpoint
  }
}
