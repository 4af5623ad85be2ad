// Owns history in the order of its updates: kept in a temporary file, so that its length costs no memory.
import { DatabaseSync } from 'node:sqlite'
import type { Instant } from '../../core/values.ts'
import { Complaint } from '../terminal.ts'
import { columnIn, instantOf, type Map } from './columns.ts'
import { type Row, rowsOf } from './rows.ts'

/** One update of one incident, as its row says it. */
export interface Update {
  readonly line: number
  readonly at: Instant
  readonly number: string
  readonly row: Row
}

export interface BadRow {
  readonly line: number
  readonly reason: string
}

export interface History {
  readonly updates: number
  readonly bad: { readonly count: number; readonly first: readonly BadRow[] }
  readonly from: Instant
  readonly to: Instant
  /** Every column that a row has. */
  readonly columns: ReadonlySet<string>
  /** The updates, the oldest first; of the same moment in the order of the file. */
  inOrder(): Iterable<Update>
  close(): void
}

const SHOWN = 20
const BATCH = 5000

/** Reads the whole file once. Throws a Complaint where a mapped column is nowhere in it. */
export async function historyOf(file: string, map: Map): Promise<History> {
  // An empty name is a file of its own in the folder for temporary files, and is gone with the connection.
  const database = new DatabaseSync('')
  database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF')
  database.exec(
    'CREATE TABLE updates (at INTEGER, line INTEGER, number TEXT, row TEXT, PRIMARY KEY (at, line)) WITHOUT ROWID',
  )
  const insert = database.prepare('INSERT OR IGNORE INTO updates VALUES (?, ?, ?, ?)')
  const columns = new Set<string>()
  const first: BadRow[] = []
  let [updates, bad, from, to] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  const refuse = (line: number, reason: string) => {
    bad += 1
    if (first.length < SHOWN) first.push({ line, reason })
  }
  database.exec('BEGIN')
  try {
    for await (const read of rowsOf(file)) {
      if (!read.ok) {
        refuse(read.line, read.reason)
        continue
      }
      const { row, line } = read
      for (const column of Object.keys(row)) columns.add(column)
      const number = columnIn(row, map, 'number')?.trim() ?? ''
      const time = columnIn(row, map, 'updated_at')?.trim() || undefined
      const at = time === undefined ? undefined : instantOf(time)
      if (number === '' || number.length > 80) refuse(line, 'it names no incident (number)')
      else if (time === undefined) refuse(line, 'it has no time of the update (sys_updated_on)')
      else if (at === undefined) refuse(line, `its time "${time.slice(0, 30)}" cannot be read`)
      else {
        insert.run(at, line, number, JSON.stringify(row))
        updates += 1
        from = Math.min(from, at)
        to = Math.max(to, at)
        if (updates % BATCH === 0) database.exec('COMMIT; BEGIN')
      }
    }
  } catch (error) {
    database.close()
    throw new Complaint(`${file} cannot be read: ${error instanceof Error ? error.message : 'it failed'}`)
  }
  database.exec('COMMIT')
  const lacking = [...map.values()].filter((column) => updates > 0 && !columns.has(column))
  if (lacking.length > 0) {
    database.close()
    throw new Complaint(`no row has a column ${lacking.join(', ')}; there are ${[...columns].toSorted().join(', ')}`)
  }
  return {
    updates,
    // The parser tells of a row that it skips a little before the rows that stand around it.
    bad: { count: bad, first: first.toSorted((a, b) => a.line - b.line) },
    from,
    to,
    columns,
    *inOrder() {
      const rows = database.prepare('SELECT at, line, number, row FROM updates ORDER BY at, line').iterate()
      for (const { at, line, number, row } of rows)
        yield { at: Number(at), line: Number(line), number: String(number), row: JSON.parse(String(row)) as Row }
    },
    close: () => database.close(),
  }
}
