// Owns what every endpoint starts from: the wire to its one system, with that system's auth, and the time that is left.

import type { SystemSettings } from '../../ports/catalog.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Launch } from '../../ports/endpoint.ts'
import { PortError } from '../../ports/errors.ts'
import { isAllowEntry, originOf } from '../wire/allow.ts'
import { type Wire, wire } from '../wire/http.ts'

export interface System {
  readonly settings: SystemSettings
  readonly wire: Wire
  readonly clock: Clock
  /** Where a system that signs its callbacks may send them; undefined where runbot cannot be reached, or it signs none. */
  readonly callbackUrl: string | undefined
}

/** How runbot's requests leave, and how answers find back. */
export interface Around {
  /** Go through HTTPS_PROXY, HTTP_PROXY, NO_PROXY. */
  readonly proxyFromEnv: boolean
  /** How the outside reaches runbot, without a slash at the end. */
  readonly publicUrl?: string | undefined
}

/** Only the system's own origin, for http its `allow` list, is ever reached; a request planned for elsewhere is denied. */
export function systemOf(settings: SystemSettings, clock: Clock, { proxyFromEnv, publicUrl }: Around): System {
  const origin = originOf(settings.url)
  const calledBack = publicUrl !== undefined && settings.callbackSecrets.length > 0
  return {
    settings,
    clock,
    callbackUrl: calledBack ? `${publicUrl}/api/callbacks/${encodeURIComponent(settings.name)}` : undefined,
    wire: wire({
      // An entry that is not an origin lets nothing through.
      allow: (settings.kind === 'http' ? settings.allow : origin ? [origin] : []).filter(isAllowEntry),
      auth: async () => authHeaders(settings),
      timeoutMs: settings.timeoutMs,
      tls: settings.tls,
      proxyFromEnv,
    }),
  }
}

/**
 * How long a launch may take: until its deadline, and no longer than the system is given for one request.
 * Throws PortError timeout where the deadline has passed: nothing left (P2).
 */
export function timeLeft({ settings, clock }: System, launch: Launch): number {
  const leftMs = launch.deadlineAt - clock.now()
  if (leftMs <= 0) throw new PortError('timeout', `${launch.request.do}: its deadline passed before it was sent`)
  return Math.min(leftMs, settings.timeoutMs)
}

/**
 * The last look before a launch's mutating request leaves: nothing is read or waited for between this and the send.
 * What `timeLeft` says by then. Rejects as `mayLeave` and `timeLeft` do: nothing left (P11, P2).
 */
export async function lastLook(system: System, launch: Launch): Promise<number> {
  await launch.mayLeave()
  return timeLeft(system, launch)
}

/** The URL of the system with its base path, without a slash at the end. */
export const baseUrl = (url: string, base: string | null = null): string =>
  `${url.replace(/\/+$/, '')}/${(base ?? '').replace(/^\/+/, '')}`.replace(/\/+$/, '')

function authHeaders({ kind, auth }: SystemSettings): Record<string, string> {
  // Rundeck reads its token from there alone (CONTRACTS §4).
  if (auth?.bearer && kind === 'rundeck') return { 'X-Rundeck-Auth-Token': auth.bearer }
  if (auth?.bearer) return { Authorization: `Bearer ${auth.bearer}` }
  if (auth?.basic) return { Authorization: `Basic ${Buffer.from(auth.basic.join(':')).toString('base64')}` }
  return {}
}
