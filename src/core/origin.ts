// Owns where a run comes from: an event, a command, or the run before it.
import type { Person } from './run.ts'
import type { JsonObject } from './values.ts'

/** What started the run. The requester of a run that an event started is nobody. */
export type Origin =
  | { readonly kind: 'event'; readonly intake: string }
  | {
      readonly kind: 'chat'
      readonly requester: Person
      readonly because: string
      /** Where the command was given: the card appears there. */
      readonly conversation: JsonObject
      readonly text: string
    }

/** The run that this one follows: somebody edited its parameters, or broke the glass for what policy had stopped. */
export interface Link {
  readonly run: string
  readonly why: 'edit' | 'breakGlass'
  /** What was asked with there; for people to compare. */
  readonly parameters?: JsonObject
}
