// Owns what belongs to no run, as events of the one `control` chain (P4).
import type { Autonomy } from './governance.ts'
import type { Person } from './run.ts'
import type { JsonObject } from './values.ts'

export type ControlEvent =
  | { readonly type: 'frozen' | 'unfrozen'; readonly scope: string; readonly by: Person; readonly reason: string }
  | {
      readonly type: 'watched' | 'unwatched'
      readonly subject: string
      readonly by: Person
      readonly conversation: JsonObject
    }
  | { readonly type: 'contentLoaded'; readonly version: string; readonly runbooks: number; readonly problems: number }
  | { readonly type: 'intakeDeclined'; readonly intake: string; readonly source: string; readonly reason: string }
  | {
      readonly type: 'exceptionSigned' | 'exceptionUnsigned'
      readonly exception: string
      /** SHA-256 of what was signed. */
      readonly content: string
      readonly by: Person
    }
  | {
      readonly type: 'autonomySet'
      /** null: what was set in chat is taken back, and the file holds. */
      readonly level: Autonomy | null
      readonly runbook: string | null
      readonly environment: string | null
      readonly by: Person
    }
  | { readonly type: 'glassBroken'; readonly run: string; readonly by: Person; readonly reason: string }
  | { readonly type: 'commandRefused'; readonly command: string; readonly by: Person; readonly reason: string }
  | { readonly type: 'turnedAway'; readonly verb: string; readonly run: string; readonly reason: string }

/** The name of the chain that holds them. */
export const CONTROL_CHAIN = 'control'
