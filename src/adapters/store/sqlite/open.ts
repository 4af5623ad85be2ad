// Owns the way to the store file: folder, permissions, durability settings, and clear refusals of what cannot be used.
import { closeSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Millis } from '../../../core/values.ts'
import { PortError } from '../../../ports/errors.ts'
import { primaryCode, type SqliteFailure, toPortError } from './errors.ts'
import { migrate, SCHEMA_VERSION, schemaOf } from './migrations.ts'

export interface Opening {
  readonly path: string
  readonly busyTimeoutMs: Millis
  readonly maxPages?: number
}

// A full check of a larger file would delay the start by seconds; damage there shows when it is read.
const CHECKED_BYTES = 16 * 1024 * 1024

/** A connection that may write; makes the file (0600) and its folder (0700) where they are missing. */
export function openForWriting({ path, busyTimeoutMs, maxPages }: Opening): DatabaseSync {
  refusing(path, () => createPrivately(path))
  return opened(path, { timeout: busyTimeoutMs }, (db) => {
    schemaOf(db, path)
    writeAhead(db, path)
    // FULL syncs the log at every COMMIT: without it a power cut takes back what was acknowledged.
    db.exec('PRAGMA synchronous = FULL')
    db.exec(`PRAGMA journal_size_limit = ${64 * 1024 * 1024}`)
    if (maxPages !== undefined) db.exec(`PRAGMA max_page_count = ${maxPages}`)
    if (statSync(path).size <= CHECKED_BYTES) check(db, path)
    migrate(db, path)
  })
}

/** A connection that only reads, also while another process writes. The file must exist and be of this schema. */
export function openForReading({ path, busyTimeoutMs }: Opening): DatabaseSync {
  refusing(path, () => statSync(path))
  return opened(path, { timeout: busyTimeoutMs, readOnly: true }, (db) => {
    const schema = schemaOf(db, path)
    if (schema === SCHEMA_VERSION) return
    const state = schema === 0 ? 'is empty' : `has the older schema ${schema}`
    throw new PortError('malformed', `the store ${path} ${state}: start runbot once with it`)
  })
}

function opened(
  path: string,
  options: { timeout: Millis; readOnly?: boolean },
  prepare: (db: DatabaseSync) => void,
): DatabaseSync {
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path, options)
    // The file may come from elsewhere (an auditor's copy): nothing in its schema may call functions with effects.
    db.exec('PRAGMA trusted_schema = OFF')
    prepare(db)
    return db
  } catch (error) {
    db?.close()
    throw refusal(path, error)
  }
}

function createPrivately(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  try {
    // Not opened when it is there: closing it again would drop the locks of this process's other connections to it.
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

function writeAhead(db: DatabaseSync, path: string): void {
  const { journal_mode: mode } = db.prepare('PRAGMA journal_mode = WAL').get() as { journal_mode: string }
  if (mode === 'wal') return
  throw new PortError('unavailable', `the store ${path} needs a local disk: this one has no shared memory for its log`)
}

function check(db: DatabaseSync, path: string): void {
  const { quick_check: answer } = db.prepare('PRAGMA quick_check(1)').get() as { quick_check: string }
  if (answer !== 'ok') throw damaged(path, answer)
}

function refusing<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw refusal(path, error)
  }
}

/** Why the file cannot be used, in one sentence. */
function refusal(path: string, error: unknown): PortError {
  if (error instanceof PortError) return error
  const failure = error as SqliteFailure
  const primary = primaryCode(failure)
  if (failure.code === 'ENOENT') return new PortError('notFound', `there is no store at ${path}`, { cause: error })
  if (failure.code === 'EACCES' || failure.code === 'EPERM' || failure.code === 'EROFS') {
    return new PortError('denied', `the store ${path} may not be written or read by this user`, { cause: error })
  }
  if (primary === 26) {
    return new PortError('malformed', `${path} is not a runbot store: it is not a SQLite database`, { cause: error })
  }
  if (primary === 11) return damaged(path, failure.message)
  const { kind, message } = toPortError(error)
  return new PortError(kind, `the store ${path} cannot be opened: ${message}`, { cause: error })
}

const damaged = (path: string, detail: string): PortError =>
  new PortError('malformed', `the store ${path} is damaged, restore it from a backup (${detail.replaceAll('\n', ' ')})`)
