// Owns what the parts of the store share: point reads here, scans in their thread, writes in group commits.
import type { Commit } from './group-commit.ts'
import type { Scan } from './scanner.ts'
import type { Bindings, Row } from './statements.ts'

export interface Connection {
  /** One row by key, right now, on the main connection. */
  readonly first: (sql: string, ...parameters: Bindings) => Row | undefined
  /** A few rows by index, right now, on the main connection. */
  readonly few: (sql: string, ...parameters: Bindings) => readonly Row[]
  /** Any number of rows, in the scan thread. */
  readonly scan: Scan
  /** Changes rows; only inside the work of a `commit`. Returns how many. */
  readonly change: (sql: string, ...parameters: Bindings) => number
  readonly commit: Commit
}

/** Up to this many rows are read on the main connection: cheaper than the way to the scan thread and back. */
export const FEW = 200
