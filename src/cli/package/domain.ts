// Owns which host a Teams app may name: one that Teams reaches over https, written as its name alone.

/** `host` or `host:port` of a URL; undefined where it is none. */
export function hostOf(url: string): string | undefined {
  const parsed = URL.parse(url)
  return parsed?.host || undefined
}

/** Each `form` is looked for in this order, so that a URL hears of its scheme and not of its slashes. */
const forms: readonly [form: RegExp, problem: string][] = [
  [/^$/, 'names no host: set the name under which runbot is reached, like runbot.example.com'],
  [/^[a-z][a-z0-9+.-]*:\/\//i, 'has a scheme: leave out what stands before the name of the host'],
  [/[/?#\\]/, 'has a path: leave out what stands after the name of the host'],
  [/@/, 'has a user: leave out what stands before the name of the host'],
  [/\*/, 'has a wildcard: name one host'],
]
const loopback = /^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[?::1\]?|\[?::\]?)\.?$/i
const port = /^(?:[^:]*|\[.*\]):\d*$/
const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const hostName = new RegExp(`^(?:${label}\\.)+(?=[a-z0-9-]*[a-z])${label}$`, 'i')

/** What is wrong with a host for the manifest, as the end of a sentence; undefined where it may stand. */
export function domainProblem(host: string, isLocal: boolean): string | undefined {
  const form = forms.find(([pattern]) => pattern.test(host))
  if (form) return form[1]
  const bare = port.test(host) ? host.slice(0, host.lastIndexOf(':')) : host
  if (loopback.test(bare) && !isLocal)
    return 'is this machine alone: Teams must reach it. Name a public host, or a tunnel to this machine; only --env local may have it'
  if (bare !== host) return 'has a port: Teams comes to 443; name the host alone'
  if (loopback.test(host)) return undefined
  if (host.length > 253 || !hostName.test(host))
    return 'is no host name with a domain, like runbot.example.com (an address is none)'
  return undefined
}
