// Owns the connections that requests leave by: kept or fresh, certificates always verified, through a proxy where told.
import http from 'node:http'
import https from 'node:https'

/** PEM texts. `ca` takes the place of the usual authorities; `cert` and `key` are shown to who asks for them. */
export interface WireTls {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

export interface AgentOptions {
  readonly tls?: WireTls | null
  /** Go through HTTPS_PROXY, HTTP_PROXY, NO_PROXY. */
  readonly proxyFromEnv?: boolean
  /** How long a proxy may be silent before its connection is given up. */
  readonly timeoutMs?: number
}

interface Pool {
  readonly http: http.Agent
  readonly https: https.Agent
}

export interface Agents {
  readonly kept: Pool
  /** A mutating request gets a fresh connection: a kept one that just died would make its outcome unknown for nothing. */
  readonly fresh: Pool
}

/**
 * With `proxyFromEnv`, Node's own support for proxies, as the environment is now: an https host is reached through a
 * tunnel, and what a proxy answers instead of opening one is an error. (The HTTP client's own would hand on such an
 * answer as if the host had given it.) Throws an Error where a proxy's address is not one.
 */
export function agents({ tls, proxyFromEnv = false, timeoutMs = 30_000 }: AgentOptions): Agents {
  const proxied = proxyFromEnv ? { proxyEnv: proxiesOf(process.env), timeout: timeoutMs } : {}
  const pool = (keepAlive: boolean): Pool => ({
    http: new http.Agent({ keepAlive, ...proxied }),
    // Said outright, so that NODE_TLS_REJECT_UNAUTHORIZED in the environment changes nothing.
    https: new https.Agent({ keepAlive, ...proxied, rejectUnauthorized: true, minVersion: 'TLSv1.2', ...tls }),
  })
  return { kept: pool(true), fresh: pool(false) }
}

/** As other programs read them: small letters first, and a proxy without a scheme is an http one. */
function proxiesOf(env: NodeJS.ProcessEnv): Record<string, string> {
  const proxies: Record<string, string> = {}
  for (const name of ['http_proxy', 'https_proxy']) {
    const value = (env[name] || env[name.toUpperCase()])?.trim()
    if (!value) continue
    const url = value.includes('://') ? value : `http://${value}`
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
      throw new Error(`${name.toUpperCase()} is not the address of a proxy: expected http://host:port`)
    proxies[name] = url
  }
  const except = env['no_proxy'] || env['NO_PROXY']
  return except ? { ...proxies, no_proxy: except } : proxies
}
