// Owns which hosts a reply may go to: replies carry the bot's token, so an unlisted host never gets one.
import { originOf } from '../wire/allow.ts'

/** Where Teams answers in the public cloud (CONTRACTS 7.2). */
const publicCloud = ['smba.trafficmanager.net', '*.botframework.com']

/**
 * Says for a service URL which allow-list entry lets it in; undefined: never call it.
 * `none` (BOT_AUTH) lets in loopback alone. Otherwise `hosts`, or the public cloud where there are none:
 * `host`, `host:port`, `*.domain` over https, or a whole origin. Plain http is for loopback alone, listed by its name.
 */
export function replyHosts(auth: 'required' | 'none', hosts: readonly string[]): (url: string) => string | undefined {
  const entries = (hosts.length > 0 ? hosts : publicCloud).map((entry) => entry.trim().toLowerCase())
  return (url) => {
    const origin = originOf(url)
    if (origin === undefined) return undefined
    if (auth === 'none') return isLoopback(new URL(origin).hostname) ? origin : undefined
    return entries.map((entry) => entryFor(entry, origin)).find((entry) => entry !== undefined)
  }
}

function entryFor(entry: string, origin: string): string | undefined {
  const { protocol, host, hostname, port } = new URL(origin)
  // Not even where it is listed: a token on plain http is everybody's on the way.
  if (protocol !== 'https:' && !isLoopback(hostname)) return undefined
  if (entry.includes('://')) return originOf(entry) === origin ? origin : undefined
  // A host stands for its usual port; for loopback, where ports are handed out, for any.
  const named = entry === host || (entry === hostname && (port === '' || isLoopback(hostname)))
  if (named) return origin
  const under = entry.startsWith('*.') && hostname.endsWith(entry.slice(1))
  return under && origin === `https://${hostname}` ? `https://${entry}` : undefined
}

/** Loopback is 127/8, ::1 and localhost (DESIGN §9). */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || hostname === '::1' || /^127(\.\d{1,3}){3}$/.test(hostname)
