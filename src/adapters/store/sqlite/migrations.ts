// Owns the shape of the store file: how to know it, and the ordered steps that bring an older one up to date.
import type { DatabaseSync } from 'node:sqlite'
import { PortError } from '../../../ports/errors.ts'

/** Marks the file as a runbot store in SQLite's header: "RUNB". */
const APPLICATION_ID = 0x52554e42

/** Step n brings a file from schema n to n + 1. A released step is never edited; add one. Instants are REAL milliseconds. */
const migrations: readonly string[] = [
  `CREATE TABLE chains (
     chain TEXT NOT NULL PRIMARY KEY, status TEXT NOT NULL, seq INTEGER NOT NULL, head TEXT NOT NULL,
     fence INTEGER NOT NULL, lease_owner TEXT, lease_until REAL, due_at REAL,
     woken_at REAL, -- the earliest moment that somebody other than the lease's holder asked for since the last claim
     created_at REAL NOT NULL, labels TEXT NOT NULL, version INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX chains_due ON chains (due_at, chain) WHERE due_at IS NOT NULL;
   CREATE INDEX chains_newest ON chains (created_at, chain);
   CREATE TABLE labels (
     name TEXT NOT NULL, value TEXT NOT NULL, created_at REAL NOT NULL, chain TEXT NOT NULL,
     PRIMARY KEY (name, value, created_at, chain)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX labels_of_chain ON labels (chain);
   CREATE TABLE entries (
     chain TEXT NOT NULL, seq INTEGER NOT NULL, at REAL NOT NULL, event TEXT NOT NULL, prev TEXT NOT NULL,
     hash TEXT NOT NULL, PRIMARY KEY (chain, seq)
   ) STRICT;
   CREATE TABLE intake (
     number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, key TEXT NOT NULL UNIQUE, source TEXT NOT NULL,
     received_at REAL NOT NULL, body TEXT NOT NULL, not_before REAL, done INTEGER NOT NULL DEFAULT 0
   ) STRICT;
   CREATE INDEX intake_pending ON intake (received_at, number) WHERE done = 0;
   CREATE TABLE documents (
     -- Never reused, so that a document which was removed and made again cannot pass for the old one.
     version INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
     UNIQUE (kind, key)
   ) STRICT;
   CREATE TABLE evidence (
     chain TEXT NOT NULL, id TEXT NOT NULL, part INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (chain, id, part)
   ) STRICT;`,
  'ALTER TABLE chains ADD COLUMN wakes INTEGER NOT NULL DEFAULT 0;',
]

export const SCHEMA_VERSION = migrations.length

/** The schema of the file, 0 for an empty one. Refuses (`malformed`) a file that is not ours or newer than this code. */
export function schemaOf(db: DatabaseSync, path: string): number {
  const found = db
    .prepare(
      `SELECT a.application_id AS application, v.user_version AS version, (SELECT count(*) FROM sqlite_schema) AS parts
       FROM pragma_application_id a, pragma_user_version v`,
    )
    .get() as { application: number; version: number; parts: number }
  if (found.application === 0 && found.version === 0 && found.parts === 0) return 0
  if (found.application !== APPLICATION_ID) {
    throw new PortError('malformed', `${path} is not a runbot store: it is another program's SQLite database`)
  }
  if (found.version > SCHEMA_VERSION) {
    throw new PortError(
      'malformed',
      `this store was written by a newer runbot (schema ${found.version}, this one knows ${SCHEMA_VERSION}): ` +
        `run that version, or use another file than ${path}`,
    )
  }
  return found.version
}

/** Brings the file to the newest schema, all steps or none. Two processes that start together do it once. */
export function migrate(db: DatabaseSync, path: string): void {
  if (schemaOf(db, path) === SCHEMA_VERSION) return
  db.exec('BEGIN IMMEDIATE')
  try {
    for (const step of migrations.slice(schemaOf(db, path))) db.exec(step)
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`)
    db.exec('COMMIT')
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}
