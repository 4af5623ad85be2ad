// Owns what the app needs to ask the person who reported an incident whether it works again (`confirm: caller`).
import type { Instant } from '../core/values.ts'

/** What the caller said of it, in their own words. */
export interface CallerAnswer {
  readonly works: boolean
  readonly text: string
  readonly at: Instant
}

/** Errors are PortErrors; `notFound` where the incident is absent or hidden. */
export interface CallerRecords {
  /**
   * Who reported it; `person` is their Entra object id where the declared column maps one. undefined: nobody is named
   * who could answer (no caller, or one who is deleted or inactive).
   */
  of(incidentSysId: string): Promise<{ readonly name: string; readonly person?: string } | undefined>
  /** Writes a comment that the caller sees, once: looks for `marker` (which the text holds) first where `maybeWritten`. */
  ask(incidentSysId: string, text: string, marker: string, maybeWritten: boolean): Promise<void>
  /**
   * The newest comment that the caller themself wrote after the question and that begins with a plain yes or no;
   * undefined while there is none. Anybody else's comment, and any other words, are no answer. To be called once the
   * question stands. `since` is when the asking began, before the first try to write it: an answer may come before the
   * try whose answer arrives. `denied` or `malformed`: the comments cannot be read, so that only Teams can be answered.
   */
  answer(incidentSysId: string, since: Instant): Promise<CallerAnswer | undefined>
}
