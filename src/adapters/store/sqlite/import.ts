// Owns taking records over into a SQLite store, for a copy: on a connection of its own, one transaction for each record.
import type { DatabaseSync } from 'node:sqlite'
import { PortError } from '../../../ports/errors.ts'
import type { ChainRecord } from '../../../ports/store.ts'
import type { StoreImport } from '../../../ports/store-transfer.ts'
import { toPortError } from './errors.ts'
import { type Opening, openForWriting } from './open.ts'
import { toJson } from './values.ts'

const SETTLE = `UPDATE chains SET status = ?, fence = max(fence, ?) + 1, lease_owner = NULL, lease_until = NULL, due_at = ?,
    woken_at = NULL, created_at = ?, wakes = ?, labels = ?, version = max(version, ?) + 1
  WHERE chain = ? AND seq = ? AND head = ?`
const UNLABEL = 'DELETE FROM labels WHERE chain = ?'
const LABEL = 'INSERT INTO labels (name, value, created_at, chain) VALUES (?, ?, ?, ?)'
/** SQLite keeps the last AUTOINCREMENT number there, and lets it be set (sqlite.org/autoinc.html). */
const RAISE = [
  "INSERT INTO sqlite_sequence (name, seq) SELECT 'documents', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'documents')",
  "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'documents'",
] as const

/** Rejects as `sqliteStore` does. */
export async function sqliteImport(opening: Opening): Promise<StoreImport> {
  const db = openForWriting(opening)
  return {
    async settle(record) {
      transact(db, () => {
        settle(db, record)
      })
    },
    async raiseVersions(version) {
      transact(db, () => {
        db.prepare(RAISE[0]).run()
        db.prepare(RAISE[1]).run(version)
      })
    },
    async close() {
      db.close()
    },
  }
}

function settle(db: DatabaseSync, record: ChainRecord): void {
  const { chain, status, fence, dueAt, createdAt, wakes, labels, version, seq, head } = record
  const changes = db
    .prepare(SETTLE)
    .run(status, fence, dueAt, createdAt, wakes, toJson(labels), version, chain, seq, head).changes
  if (changes !== 1) throw new PortError('conflict', `chain ${chain} does not end at entry ${seq} here`)
  db.prepare(UNLABEL).run(chain)
  for (const [name, value] of Object.entries(labels)) db.prepare(LABEL).run(name, value, createdAt, chain)
}

function transact(db: DatabaseSync, work: () => void): void {
  try {
    db.exec('BEGIN IMMEDIATE')
    work()
    db.exec('COMMIT')
  } catch (error) {
    if (db.isOpen && db.isTransaction) db.exec('ROLLBACK')
    throw toPortError(error)
  }
}
