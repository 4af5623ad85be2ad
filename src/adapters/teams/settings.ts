// Owns what the Teams adapter is told: who the bot is, whom it believes, where it may answer.
import type { Millis } from '../../core/values.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Inbound } from '../../ports/inbound.ts'

/** Where the adapter reports; a pino logger fits. Never given secrets, tokens or message texts. */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface TeamsSettings {
  readonly appId: string
  readonly appPassword: string
  /** `SingleTenant`, `UserAssignedMSI` or `MultiTenant`. */
  readonly appType: string
  readonly appTenantId: string
  /** `none` is for a loopback bot alone: no token is asked of senders, none is fetched for replies. */
  readonly auth: 'required' | 'none'
  /** BOT_OPENID_METADATA: another cloud's keys. */
  readonly openIdMetadata?: string | undefined
  /** BOT_LOGIN_URL: another cloud's token authority. */
  readonly loginUrl?: string | undefined
  /** BOT_SERVICE_HOSTS: where replies may go; empty means the public cloud. */
  readonly serviceHosts: readonly string[]
  readonly allowedTenants: readonly string[]
  readonly inbound: () => Inbound
  readonly log: Log
  readonly clock?: Clock
  /** How long a person waits for the app before "working on it"; Teams gives up after 10 s. */
  readonly patienceMs?: Millis
  /** How long one request to Teams may take. */
  readonly sendTimeoutMs?: Millis
}
