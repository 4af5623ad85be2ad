// Owns the embedded store for one machine: one SQLite file on a local disk, put together from its parts.
import { resolve } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Millis } from '../../../core/values.ts'
import { type Clock, systemClock } from '../../../ports/clock.ts'
import { PortError } from '../../../ports/errors.ts'
import type { Store } from '../../../ports/store.ts'
import { chains } from './chains.ts'
import type { Connection } from './connection.ts'
import { documents } from './documents.ts'
import { toPortError } from './errors.ts'
import { evidence } from './evidence.ts'
import { type GroupCommit, groupCommit } from './group-commit.ts'
import { intake } from './intake.ts'
import { type Opening, openForReading, openForWriting } from './open.ts'
import { scanner } from './scanner.ts'
import { type Statements, statements } from './statements.ts'

interface SqliteOptions {
  /** On a local disk: SQLite's locks do not hold on network file systems (TEAMS, `node:sqlite`). */
  readonly path: string
  readonly clock?: Pick<Clock, 'now'>
  /** Opens an existing file for reading only, also while another process writes; writes are `denied`. */
  readonly openReadOnly?: boolean
  /** How long a write waits, holding up this process, while another process writes. */
  readonly busyTimeoutMs?: Millis
  /** Refuses to grow beyond this many pages of 4 KiB, as a full disk would. */
  readonly maxPages?: number
}

/**
 * Opens the store, and makes it where it is missing. Rejects with a PortError whose message is one sentence for a person:
 * `notFound`, `denied`, or `malformed` where the file is damaged, not ours, or of a newer runbot.
 */
export async function sqliteStore(options: SqliteOptions): Promise<Store> {
  const { clock = systemClock, openReadOnly = false, busyTimeoutMs = 1000, maxPages } = options
  const opening: Opening = { path: resolve(options.path), busyTimeoutMs, ...(maxPages !== undefined && { maxPages }) }
  const db = openReadOnly ? openForReading(opening) : openForWriting(opening)
  const sql = statements(db)
  const scans = scanner(opening)
  const writes = openReadOnly ? refusingWrites(db) : groupCommit(db, sql)
  const connection = connect(sql, scans.scan, writes)
  let closing: Promise<void> | undefined

  const close = async () => {
    writes.drain()
    await scans.close()
    db.close()
  }
  return {
    ...chains(connection, clock),
    ...intake(connection),
    ...documents(connection),
    ...evidence(connection),
    async orphans() {
      const rows = await scans.scan(
        'SELECT DISTINCT chain FROM entries WHERE chain NOT IN (SELECT chain FROM chains)',
        [],
      )
      return rows.map((row) => row['chain'] as string)
    },
    async ping() {
      connection.first('SELECT version FROM chains LIMIT 1')
    },
    close() {
      closing ??= close()
      return closing
    },
  }
}

function connect(sql: Statements, scan: Connection['scan'], { commit }: GroupCommit): Connection {
  return {
    first: (text, ...parameters) => answered(() => sql(text).get(...parameters)),
    few: (text, ...parameters) => answered(() => sql(text).all(...parameters)),
    change: (text, ...parameters) => Number(sql(text).run(...parameters).changes),
    scan,
    commit,
  }
}

function answered<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw toPortError(error)
  }
}

const refusingWrites = (db: DatabaseSync): GroupCommit => ({
  commit: () => {
    if (!db.isOpen) return Promise.reject(toPortError({ code: 'ERR_INVALID_STATE' }))
    return Promise.reject(new PortError('denied', 'this store was opened for reading only'))
  },
  drain: () => {},
})
