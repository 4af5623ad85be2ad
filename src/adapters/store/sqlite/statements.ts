// Owns the prepared statements of one connection: each SQL text is compiled once.
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

export type Row = { readonly [column: string]: null | number | bigint | string | Uint8Array }

/** The statement of an SQL text. Texts are constants of this adapter, so their number is small. */
export type Statements = (sql: string) => StatementSync

export type Bindings = readonly SQLInputValue[]

export function statements(db: DatabaseSync): Statements {
  const prepared = new Map<string, StatementSync>()
  return (sql) => {
    const known = prepared.get(sql)
    if (known) return known
    const statement = db.prepare(sql)
    prepared.set(sql, statement)
    return statement
  }
}
