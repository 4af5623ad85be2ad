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
      /** null: runbot itself, because a run went wrong. */
      readonly by: Person | null
      readonly reason?: string
      /** The run that went wrong, where that is why. */
      readonly run?: string
      /** What shadow runs had shown when it was set. */
      readonly record?: JsonObject
    }
  /** A person says what helped, or what did not: the memory holds nothing else. */
  | { readonly type: 'learned'; readonly lesson: JsonObject; readonly by: Person }
  | { readonly type: 'forgotten'; readonly lesson: string; readonly by: Person }
  /** What came of alerts since the last entry of this kind, summed up so that none is lost sight of. */
  | {
      readonly type: 'alertsCounted'
      /** All alerts that were ever counted, these included. */
      readonly total: number
      /** They began a run of their own. */
      readonly proposed: number
      readonly joined: number
      readonly resolved: number
      readonly suppressed: number
      readonly declined: { readonly [reason: string]: number }
    }
  | { readonly type: 'glassBroken'; readonly run: string; readonly by: Person; readonly reason: string }
  | { readonly type: 'commandRefused'; readonly command: string; readonly by: Person; readonly reason: string }
  | { readonly type: 'turnedAway'; readonly verb: string; readonly run: string; readonly reason: string }

/** The name of the chain that holds them. */
export const CONTROL_CHAIN = 'control'
