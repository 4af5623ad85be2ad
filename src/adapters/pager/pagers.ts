// Owns which pager a name in connectors.yaml means: by its kind, built anew when the files change.
import type { Content, PagerSettings } from '../../ports/catalog.ts'
import { PortError } from '../../ports/errors.ts'
import type { Pager, Pagers } from '../../ports/pager.ts'
import { pagerDuty } from './pagerduty.ts'

type TaskSettings = Extract<PagerSettings, { kind: 'servicenow' }>

export interface PagersOptions {
  /** The pagers as they are now; asked at every call. */
  readonly settings: () => Content['pagers']
  /** How a ServiceNow pager is made; absent where ServiceNow is not connected. */
  readonly serviceNow?: ((settings: TaskSettings) => Pager) | undefined
  /** Go through HTTPS_PROXY, HTTP_PROXY, NO_PROXY; not unless told. */
  readonly proxyFromEnv?: boolean
}

/** Undefined only for a name that is not declared; a declared pager that cannot work says so when it is used (P12). */
export function pagers({ settings, serviceNow, proxyFromEnv = false }: PagersOptions): Pagers {
  // The files' settings are new objects after every change.
  const built = new WeakMap<PagerSettings, Pager>()
  const make = (name: string, declared: PagerSettings): Pager => {
    if (declared.kind === 'pagerduty') return pagerDuty({ settings: declared, proxyFromEnv })
    return serviceNow ? serviceNow(declared) : unconnected(name)
  }
  return (name) => {
    const all = settings()
    const declared = Object.hasOwn(all, name) ? all[name] : undefined
    if (!declared) return undefined
    const pager = built.get(declared) ?? make(name, declared)
    built.set(declared, pager)
    return pager
  }
}

function unconnected(name: string): Pager {
  const refuse = async (): Promise<never> => {
    throw new PortError('denied', `pager ${name}: ServiceNow is not connected; set SERVICENOW_URL and its credentials`)
  }
  return { raise: refuse, quiet: refuse }
}
