// Owns what the app needs from the ticket system and its CMDB (ServiceNow).
import type { Blast, Change, Ci, Fact, Incident } from '../core/incident.ts'
import type { Instant } from '../core/values.ts'

/** The incident as read back, with the sys_id of its CI. */
export interface IncidentRecord {
  readonly incident: Incident
  readonly ciId?: string
  /** The record fits the declared trigger; another record is read and declined. */
  readonly triggers: boolean
  readonly updatedAt: Instant
}

export interface IncidentUpdate {
  readonly state?: 'inProgress' | 'resolved'
  readonly stateValue?: string
  readonly closeCode?: string
  readonly closeNotes?: string
  /** Display name of an assignment group. */
  readonly assign?: string
  /** Also where it is resolved, if these words stand in its close notes: what had resolved it was undone. */
  readonly reopens?: string
}

/** A standard change that runbot opens itself, where the class of an incident is pre-approved. */
export interface StandardChange {
  /** sys_id or exact name of the standard change template. */
  readonly template: string
  /** The run: the same key never opens a second one. */
  readonly key: string
  readonly ciIds: readonly string[]
  readonly start: Instant
  readonly end: Instant
  readonly shortDescription: string
  /** Why, and on which evidence; becomes its description. */
  readonly text: string
}

/** An incident that an alert opens; the same key never opens a second one. */
export interface OpenOrder {
  readonly key: string
  readonly shortDescription: string
  readonly description: string
  readonly ciId: string | null
}

/** An incident that is open on a CI. */
export interface OpenIncident {
  readonly sysId: string
  readonly number: string
  readonly ciId: string
  readonly shortDescription: string
  readonly openedAt: Instant
  /** What runbot opened it for; null: somebody else did. */
  readonly key: string | null
}

/** Errors are PortErrors; `notFound` where the record is absent or hidden. */
export interface Tickets {
  incident(sysId: string): Promise<IncidentRecord>
  /** By its number, for chat: `INC0010001`. */
  incidentByNumber(number: string): Promise<IncidentRecord>
  /** Incidents that fit the trigger, updated at or after `since`, oldest update first. */
  changedSince(since: Instant): Promise<readonly { sysId: string; number: string; updatedAt: Instant }[]>
  /** Opens an incident once per key (its correlation_id), or answers the one that is open under it. */
  open(order: OpenOrder): Promise<{ readonly sysId: string; readonly number: string; readonly fresh: boolean }>
  /** Incidents that are open on these CIs, the oldest first; 100 at most. */
  openOn(ciIds: readonly string[]): Promise<readonly OpenIncident[]>
  /** What somebody wrote into the post-incident column, and who they are; null: nothing. Absent: there is no such column. */
  learned?(sysId: string): Promise<{
    readonly text: string
    /** Their Entra object id and name; null: whoever saved it last maps to nobody. */
    readonly by: { readonly id: string; readonly name: string } | null
  } | null>
  ci(sysId: string): Promise<Ci>
  /** By name, FQDN or sys_id; every match, so that an ambiguous name can be refused with the candidates. */
  findCis(name: string): Promise<readonly Ci[]>
  /** How far the CIs reach: relations both ways, affected users, VIPs. A part that cannot be read is unknown. */
  blast(ciIds: readonly string[], incidentSysId?: string): Promise<Blast>
  /** Change requests on these CIs (their own, or through task_ci); unknown where they cannot be read. */
  changes(ciIds: readonly string[]): Promise<Fact<never> | { readonly known: true; readonly value: readonly Change[] }>
  /**
   * What ServiceNow's conflict check finds against this change now: blackouts, maintenance windows, other changes.
   * Empty: none. Rejects where the check does not end in time.
   */
  conflicts(change: string): Promise<readonly string[]>
  /** Opens a standard change from its template and brings it to Implement; once per key. */
  openChange(order: StandardChange): Promise<{ readonly sysId: string; readonly number: string }>
  /** Brings the change of this key to Review and Closed with a close code; one that is closed, or never was, is fine. */
  closeChange(key: string, end: { readonly successful: boolean; readonly notes: string }): Promise<void>
  /**
   * Appends one work note, once: looks for `marker` (which the text holds) first where `maybeWritten`.
   * The marker is `[runbot <run>#<seq>]`.
   */
  note(sysId: string, text: string, marker: string, maybeWritten: boolean): Promise<void>
  update(sysId: string, update: IncidentUpdate): Promise<void>
  /** Attaches a file, once: an attachment of the same name and size counts as present. */
  attach(sysId: string, file: { name: string; contentType: string; bytes: Uint8Array }): Promise<void>
}
