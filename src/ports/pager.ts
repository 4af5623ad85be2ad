// Owns what the app needs to wake somebody: a page with a key, raised once and quieted when nothing is wanted any more.
import type { JsonObject } from '../core/values.ts'

/** `key` makes it one page, however often it is raised. Nothing in it is secret; outside text is already bounded. */
export interface Page {
  readonly key: string
  readonly summary: string
  readonly severity: 'info' | 'warning' | 'error' | 'critical'
  /** What it is about, for example the CI's name. */
  readonly about: string
  readonly incident: { readonly sysId: string; readonly number: string } | null
  readonly details: JsonObject
}

/** Errors are PortErrors. Both are safe to repeat. */
export interface Pager {
  raise(page: Page): Promise<void>
  /** Nobody need act on it any more; unknown keys are fine. */
  quiet(key: string, why: string): Promise<void>
}

/** The pager that connectors.yaml declares under this name; undefined where there is none. */
export type Pagers = (name: string) => Pager | undefined
