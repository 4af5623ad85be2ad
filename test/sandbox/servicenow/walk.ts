// Owns dot-walking: from a row along references to the column that a path ends in.
import type { Records, Row } from './records.ts'
import type { Column, Schema } from './schema.ts'

export type Landing = { column: Column; value: string; row: Row | null }

/** Where a path leads from a row; null where it names no column, an empty value where a reference is not set. */
export type Walk = (row: Row, path: string) => Landing | null

export const columnAt = (schema: Schema, table: string, path: string): Column | null => {
  const [element = '', ...rest] = path.split('.')
  const column = schema.column(table, element)
  if (!column || rest.length === 0) return column
  return column.type === 'reference' ? columnAt(schema, column.reference, rest.join('.')) : null
}

export const createWalk = (schema: Schema, records: Records, table: string): Walk => {
  const walk = (from: string, row: Row | null, path: string): Landing | null => {
    const [element = '', ...rest] = path.split('.')
    const column = schema.column(row ? records.classOf(from, row) : from, element)
    if (!column) return null
    const value = row?.[element] ?? ''
    if (rest.length === 0) return { column, value, row }
    if (column.type !== 'reference') return null
    return walk(column.reference, records.find(column.reference, value), rest.join('.'))
  }
  return (row, path) => walk(table, row, path)
}
