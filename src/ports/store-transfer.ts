// Owns what moving a store to another one needs beyond the store's daily work: reading everything, and taking records over.
import type { ChainRecord, Document, IntakeEvent } from './store.ts'

/** An intake event with what became of it. */
export interface StoredEvent extends IntakeEvent {
  readonly isDone: boolean
}

/** Everything that `Store` cannot list. Every method rejects with a PortError; what changes meanwhile may be missed. */
export interface StoreExport {
  /** The form of what is stored, as the adapter counts it. */
  readonly schema: number
  /** Ids of a chain's artefacts. */
  evidenceIds(chain: string): Promise<readonly string[]>
  /** Intake events that wait and that are done, in any order, page by page. */
  events(): AsyncGenerator<readonly StoredEvent[]>
  /** Small documents of all kinds, in any order, page by page. */
  documents(): AsyncGenerator<readonly Document[]>
  close(): Promise<void>
}

/** What a store takes over from another one; only while nobody works on it. */
export interface StoreImport {
  /**
   * Makes the record of a chain, whose entries are there already, say what `record` says: status, labels, times, wake-ups.
   * Nobody holds its lease; fence and version are higher than in `record` and than before, so that a worker which knows
   * either cannot write. `conflict` where its entries end elsewhere.
   */
  settle(record: ChainRecord): Promise<void>
  /** Documents that are written from now on have no version that is or was given up to `version` elsewhere. */
  raiseVersions(version: number): Promise<void>
  close(): Promise<void>
}
