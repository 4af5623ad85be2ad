// Owns reading everything out of a SQLite store, for a copy of it: on a connection of its own that cannot write.
import type { Document } from '../../../ports/store.ts'
import type { StoredEvent, StoreExport } from '../../../ports/store-transfer.ts'
import { toPortError } from './errors.ts'
import { SCHEMA_VERSION } from './migrations.ts'
import { type Opening, openForReading } from './open.ts'
import { type Bindings, type Row, statements } from './statements.ts'
import { fromJson } from './values.ts'

const PAGE = 500
const EVENTS = 'SELECT * FROM intake WHERE number > ? ORDER BY number LIMIT ?'
const DOCUMENTS = 'SELECT * FROM documents WHERE version > ? ORDER BY version LIMIT ?'
const EVIDENCE = 'SELECT DISTINCT id FROM evidence WHERE chain = ? ORDER BY id'

/** Rejects as `sqliteStore` does; the file must exist and be of this schema. */
export async function sqliteExport(opening: Opening): Promise<StoreExport> {
  const db = openForReading(opening)
  const sql = statements(db)
  const rows = (text: string, ...parameters: Bindings): readonly Row[] => {
    try {
      return sql(text).all(...parameters)
    } catch (error) {
      throw toPortError(error)
    }
  }
  /** `text` pages by its rising column `by`. */
  async function* pages<T>(text: string, by: string, read: (row: Row) => T): AsyncGenerator<readonly T[]> {
    let last = 0
    for (;;) {
      const page = rows(text, last, PAGE)
      if (page.length === 0) return
      last = page.at(-1)?.[by] as number
      yield page.map(read)
    }
  }
  return {
    schema: SCHEMA_VERSION,
    evidenceIds: async (chain) => rows(EVIDENCE, chain).map((row) => row['id'] as string),
    events: () => pages(EVENTS, 'number', toStoredEvent),
    documents: () => pages(DOCUMENTS, 'version', toDocument),
    async close() {
      db.close()
    },
  }
}

function toStoredEvent(row: Row): StoredEvent {
  const id = row['id'] as string
  return {
    id,
    key: row['key'] as string,
    source: row['source'] as string,
    receivedAt: row['received_at'] as number,
    body: fromJson(row['body'] as string, `intake event ${id}`),
    isDone: row['done'] === 1,
  }
}

function toDocument(row: Row): Document {
  const kind = row['kind'] as string
  const key = row['key'] as string
  const value = fromJson(row['value'] as string, `the ${kind} document ${key}`)
  return { kind, key, value, version: row['version'] as number }
}
