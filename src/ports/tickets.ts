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
}

/** Errors are PortErrors; `notFound` where the record is absent or hidden. */
export interface Tickets {
  incident(sysId: string): Promise<IncidentRecord>
  /** By its number, for chat: `INC0010001`. */
  incidentByNumber(number: string): Promise<IncidentRecord>
  /** Incidents that fit the trigger, updated at or after `since`, oldest update first. */
  changedSince(since: Instant): Promise<readonly { sysId: string; number: string; updatedAt: Instant }[]>
  ci(sysId: string): Promise<Ci>
  /** By name, FQDN or sys_id; every match, so that an ambiguous name can be refused with the candidates. */
  findCis(name: string): Promise<readonly Ci[]>
  /** How far the CIs reach: relations both ways, affected users, VIPs. A part that cannot be read is unknown. */
  blast(ciIds: readonly string[], incidentSysId?: string): Promise<Blast>
  /** Change requests on these CIs (their own, or through task_ci); unknown where they cannot be read. */
  changes(ciIds: readonly string[]): Promise<Fact<never> | { readonly known: true; readonly value: readonly Change[] }>
  /**
   * Appends one work note, once: looks for `marker` (which the text holds) first where `maybeWritten`.
   * The marker is `[runbot <run>#<seq>]`.
   */
  note(sysId: string, text: string, marker: string, maybeWritten: boolean): Promise<void>
  update(sysId: string, update: IncidentUpdate): Promise<void>
  /** Attaches a file, once: an attachment of the same name and size counts as present. */
  attach(sysId: string, file: { name: string; contentType: string; bytes: Uint8Array }): Promise<void>
}
