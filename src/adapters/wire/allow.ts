// Owns which hosts may be reached: scheme, host and port against a list of origins, before anything leaves.
import { BlockList, isIP } from 'node:net'

/** Whether a URL may be reached; `exact` is true where its origin itself is listed, not only a `*.` pattern. */
export type Allowed =
  | { readonly ok: true; readonly url: URL; readonly exact: boolean }
  | { readonly ok: false; readonly reason: string }

interface Origin {
  readonly protocol: string
  readonly host: string
  readonly port: string
  readonly wildcard: boolean
}

/** Nothing but scheme, host, port, path: no userinfo, no backslash, no percent-encoding or Unicode in the host. */
const shape = /^(https?):\/\/([a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?(?=[/?#]|$)/i
/** White space, control characters and backslashes are repaired by URL parsers, each in its own way. */
const repaired = /[\p{Cc} \\]/u

/** The origin of a URL, for an `allow` list; undefined where the URL is not one that may be reached at all. */
export function originOf(url: string): string | undefined {
  const parsed = parse(url)
  return parsed.ok ? parsed.url.origin : undefined
}

/** Whether `allowList` takes an entry: an origin, or one with `*.` before its host. */
export const isAllowEntry = (entry: string): boolean => originFrom(entry) !== undefined

/**
 * Says of any URL whether it may be reached. Entries are origins or `https://*.corp.example`, where `*.` stands for
 * one or more labels. An IP literal and a `localhost` name must be listed as they are (DESIGN §9).
 * Throws an Error for an entry that is not an origin: a mistake in a file, to be found when it is loaded.
 */
export function allowList(entries: readonly string[]): (url: string) => Allowed {
  const origins = entries.map((entry) => {
    const origin = originFrom(entry)
    if (!origin) throw new Error(`"${entry}" is not an origin such as https://host:port or https://*.domain`)
    return origin
  })
  return (url) => {
    const parsed = parse(url)
    if (!parsed.ok) return parsed
    const { protocol, hostname, port } = parsed.url
    const same = origins.filter((origin) => origin.protocol === protocol && origin.port === port)
    if (same.some((origin) => !origin.wildcard && origin.host === hostname))
      return { ok: true, url: parsed.url, exact: true }
    const special = isLiteral(hostname) || isLocalName(hostname)
    if (!special && same.some((origin) => origin.wildcard && hostname.endsWith(`.${origin.host}`)))
      return { ok: true, url: parsed.url, exact: false }
    return { ok: false, reason: `${parsed.url.origin} is not in the allow list` }
  }
}

const inward = new BlockList()
inward.addSubnet('127.0.0.0', 8)
inward.addSubnet('0.0.0.0', 8)
inward.addSubnet('169.254.0.0', 16)
inward.addSubnet('224.0.0.0', 4)
inward.addAddress('::1', 'ipv6')
inward.addAddress('::', 'ipv6')
inward.addSubnet('fe80::', 10, 'ipv6')
inward.addSubnet('ff00::', 8, 'ipv6')
inward.addAddress('fd00:ec2::254', 'ipv6')

/** Loopback, link-local (cloud metadata), unspecified or multicast: never meant by a name that a pattern let in. */
export function isInward(address: string): boolean {
  const family = isIP(address)
  return family === 0 || inward.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

function parse(
  url: string,
): { readonly ok: true; readonly url: URL } | { readonly ok: false; readonly reason: string } {
  const refused = { ok: false, reason: 'not a plain http or https URL' } as const
  const host = shape.exec(url)?.[2]?.toLowerCase()
  if (host === undefined || repaired.test(url) || !URL.canParse(url)) return refused
  const parsed = new URL(url)
  // A host that the parser rewrites is an IP address in disguise: 127.1, 0x7f.0.0.1, 2130706433.
  if (parsed.hostname !== host || /^\.|\.\.|\.$/.test(host) || parsed.username || parsed.password) return refused
  return { ok: true, url: parsed }
}

function originFrom(entry: string): Origin | undefined {
  const wildcard = /^https?:\/\/\*\./i.test(entry)
  const parsed = parse(wildcard ? entry.replace('*.', '') : entry)
  const bare = parsed.ok && parsed.url.pathname === '/' && !parsed.url.search && !parsed.url.hash
  if (!parsed.ok || !bare || (wildcard && isLiteral(parsed.url.hostname))) return undefined
  const { protocol, hostname, port } = parsed.url
  return { protocol, host: hostname, port, wildcard }
}

const isLiteral = (host: string): boolean => host.startsWith('[') || isIP(host) !== 0
const isLocalName = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost')
