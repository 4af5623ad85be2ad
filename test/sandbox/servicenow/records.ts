// Owns the rows of every table: system columns, numbers, and where the rows of a class hierarchy live.
import { createHash, randomBytes } from 'node:crypto'
import { stamp } from './dates.ts'
import type { Schema } from './schema.ts'

/** A row as stored: every value a string, an empty one ''. CONTRACTS 1.2 */
export type Row = Record<string, string>

export type Records = {
  /** A row by id, seen through a table: a row of another class is absent. */
  find: (table: string, sysId: string) => Row | null
  all: (table: string) => Row[]
  insert: (table: string, fields: Row, user: string) => Row
  update: (table: string, row: Row, fields: Row, user: string) => void
  remove: (table: string, sysId: string) => boolean
  /** The concrete table of a row that was found through `table`. */
  classOf: (table: string, row: Row) => string
}

const FIRST_NUMBER: Record<string, number> = { INC: 10_001, CHG: 30_001, PRB: 40_001 }

export const createRecords = (schema: Schema, now: () => Date): Records => {
  const stored = new Map<string, Map<string, Row>>()
  const issued = new Map<string, number>()

  const rowsOf = (table: string): Map<string, Row> => {
    const base = schema.lineage(table).at(-1)?.name ?? table
    const rows = stored.get(base) ?? new Map<string, Row>()
    stored.set(base, rows)
    return rows
  }
  const classOf = (table: string, row: Row): string => row.sys_class_name || table
  const visibleAs = (table: string, row: Row): boolean =>
    !row.sys_class_name || schema.lineage(row.sys_class_name).some(({ name }) => name === table)
  const nextNumber = (prefix: string): string => {
    const number = issued.get(prefix) ?? FIRST_NUMBER[prefix] ?? 1
    issued.set(prefix, number + 1)
    return `${prefix}${String(number).padStart(7, '0')}`
  }

  return {
    classOf,
    find(table, sysId) {
      const row = rowsOf(table).get(sysId)
      return row && visibleAs(table, row) ? row : null
    },
    all: (table) => [...rowsOf(table).values()].filter((row) => visibleAs(table, row)),
    insert(table, fields, user) {
      const at = stamp(now())
      const row: Row = Object.fromEntries(schema.columns(table).map(({ element }) => [element, '']))
      const system = {
        sys_id: randomBytes(16).toString('hex'),
        sys_created_on: at,
        sys_updated_on: at,
        sys_mod_count: '0',
      }
      Object.assign(row, system, { sys_created_by: user, sys_updated_by: user }, fields)
      if ('sys_class_name' in row && !fields.sys_class_name) row.sys_class_name = table
      const prefix = schema.table(table)?.prefix
      if (prefix && !fields.number) row.number = nextNumber(prefix)
      rowsOf(table).set(row.sys_id as string, row)
      return row
    },
    update(_table, row, fields, user) {
      const sys_mod_count = String(Number(row.sys_mod_count) + 1)
      Object.assign(row, { sys_mod_count, sys_updated_on: stamp(now()), sys_updated_by: user }, fields)
    },
    remove: (table, sysId) => rowsOf(table).delete(sysId),
  }
}

/** A sys_id that is the same in every world: 32 hex digits of the name's digest. */
export const sysIdOf = (name: string): string => createHash('md5').update(name).digest('hex')
