// Owns the step from a cell to a fact: typed, with its source, and unknown with a reason where it cannot be told.
import { type Fact, known, unknown } from '../../core/incident.ts'
import type { Instant, Json } from '../../core/values.ts'
import type { Cell, Row } from './schema.ts'

/** What a mapped name means: everything else is text. */
export type FactType = 'text' | 'number' | 'list' | 'boolean'

/** Where a row came from, for the fact's source. */
export interface Reading {
  readonly table: string
  readonly row: Row
  readonly readAt: Instant
}

/** A column as a fact. A missing column is unknown; an empty one is known as an empty text. */
export function factOf(reading: Reading, column: string, type: FactType = 'text'): Fact {
  const source = `ServiceNow ${reading.table}.${column}`
  const cell = reading.row[column]
  if (!cell) return unknown(missing(column), source, reading.readAt)
  const value = types[type](cell)
  if (value === undefined) {
    const why = cell.value.trim() === '' ? 'is empty' : 'cannot be read'
    return unknown(`${column} ${why}: a ${type} is expected`, source, reading.readAt)
  }
  return known(value, source, reading.readAt)
}

export const missing = (column: string): string => `${column} is unknown to ServiceNow, or hidden from this account`

/** A reference as the name that it shows, everything else raw: a sys_id says nothing to a person or a condition. */
export function textOf(cell: Cell): string {
  const reference = /^[0-9a-f]{32}(,[0-9a-f]{32})*$/i.test(cell.value)
  return reference ? cell.display : cell.value
}

const types: { readonly [type in FactType]: (cell: Cell) => Json | undefined } = {
  /** A reference whose name is hidden has a value but no name: unknown. */
  text: (cell) => (textOf(cell) === '' && cell.value !== '' ? undefined : textOf(cell)),
  number: ({ value }) => (/^\d{1,15}$/.test(value.trim()) ? Number(value) : undefined),
  list: ({ value }) => value.split(/[,\s]+/).filter((each) => each !== ''),
  boolean: ({ value }) => booleanOf(value),
}

/** True/false columns hold `true`, `false` or, which the platform takes for false, nothing; undefined for the rest. */
export function booleanOf(value: string): boolean | undefined {
  const text = value.trim().toLowerCase()
  if (text === 'true' || text === '1') return true
  return text === 'false' || text === '0' || text === '' ? false : undefined
}
