// Owns what comes of a command: the events that follow, or a refusal that a person can read (P12).
import type { RunEvent } from './run.ts'

/** A no that the person reads and the log keeps: why, and what would make it pass (P12). */
export interface Refusal {
  readonly reason: string
  readonly fix?: string
}

export type Verdict =
  | { readonly ok: true; readonly events: readonly RunEvent[] }
  | { readonly ok: false; readonly refusal: Refusal }

export const events = (...list: readonly RunEvent[]): Verdict => ({ ok: true, events: list })
export const refuse = (reason: string, fix?: string): Verdict => ({
  ok: false,
  refusal: fix === undefined ? { reason } : { reason, fix },
})
