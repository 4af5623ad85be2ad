// Owns what the app needs of approval records in the ticket system: the second way to say yes, for when Teams is down.
import type { Instant } from '../core/values.ts'

/** One record asks one person; it stands on the incident. `key` is run, scope and plan: the same ask never asks twice. */
export interface RecordRequest {
  readonly key: string
  readonly incident: string
  /** Entra object ids; who maps to no user of the ticket system is left out. */
  readonly people: readonly string[]
  /** What will run, how far it reaches, and the plan hash that a yes counts for. */
  readonly text: string
  readonly dueAt: Instant
}

export interface ApprovalRecord {
  readonly sysId: string
  /** Entra object id of whom it asks. */
  readonly person: string
}

export interface AnsweredRecord {
  readonly sysId: string
  readonly answer: 'approved' | 'rejected'
  /** Who answered: Entra object id and name; null where it cannot be told that the approver did it in person. */
  readonly by: { readonly id: string; readonly name: string } | null
  readonly note: string
  readonly at: Instant
}

/** Errors are PortErrors. */
export interface ApprovalRecords {
  /** Writes what is missing of them and answers all of this key. Safe to repeat. */
  request(ask: RecordRequest): Promise<readonly ApprovalRecord[]>
  /** Those of the given records that were answered. A record that is gone or hidden is not. */
  answered(sysIds: readonly string[]): Promise<readonly AnsweredRecord[]>
  /** No longer needed: open ones become "not required", with the reason; answered ones stay as they are. */
  withdraw(sysIds: readonly string[], why: string): Promise<void>
  /** Tells whoever answered why it does not count, on the record, and opens it again. */
  refuse(sysId: string, why: string): Promise<void>
}
