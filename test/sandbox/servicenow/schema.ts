// Owns which tables, columns and class hierarchies the instance knows; tests may add their own.
import { COLUMN_LABELS, SYSTEM_COLUMNS, TABLES, type TableSpec } from './tables.ts'

export type ColumnType = 'string' | 'reference' | 'choice' | 'datetime' | 'journal' | 'boolean' | 'integer' | 'class'

export type Column = { table: string; element: string; type: ColumnType; label: string; reference: string }

export type Table = { name: string; label: string; parent: string; display: string; prefix: string }

export type Schema = {
  table: (name: string) => Table | null
  tables: () => Table[]
  /** The table itself, then its ancestors; the last one is where rows live. */
  lineage: (name: string) => Table[]
  /** A column of the table, its own or inherited. */
  column: (table: string, element: string) => Column | null
  /** Every column of the table, inherited ones included. */
  columns: (table: string) => Column[]
  addTable: (name: string, spec: TableSpec) => void
  /** Adds a column in the notation of tables.ts, such as `u_risk:integer` or `u_owner>sys_user`. */
  addColumn: (table: string, notation: string) => Column
}

const NOTATION = /^(\w+)(?::(\w+)|>(\w+))?$/

export const createSchema = (): Schema => {
  const tables = new Map<string, Table>()
  const own = new Map<string, Map<string, Column>>()

  const lineages = new Map<string, Table[]>()
  const lineage = (name: string): Table[] => {
    const known = lineages.get(name)
    if (known) return known
    const table = tables.get(name)
    if (!table) return []
    const found = [table, ...lineage(table.parent)]
    lineages.set(name, found)
    return found
  }
  const column = (table: string, element: string): Column | null => {
    for (const { name } of lineage(table)) {
      const found = own.get(name)?.get(element)
      if (found) return found
    }
    return null
  }
  const addColumn = (table: string, notation: string): Column => {
    const [, element, type = 'string', reference = ''] = notation.match(NOTATION) ?? []
    const columns = own.get(table)
    if (!element || !columns) throw new Error(`no such table or malformed column: ${table} ${notation}`)
    const label = COLUMN_LABELS[element] ?? labelOf(element)
    const added = { table, element, type: (reference ? 'reference' : type) as ColumnType, label, reference }
    columns.set(element, added)
    return added
  }
  const addTable = (name: string, { label, parent = '', display, prefix = '', columns }: TableSpec): void => {
    const inherited = tables.get(parent)?.display
    tables.set(name, { name, label, parent, display: display ?? inherited ?? 'name', prefix })
    own.set(name, new Map())
    const system = parent ? '' : SYSTEM_COLUMNS
    for (const notation of `${system} ${columns}`.split(/\s+/).filter(Boolean)) addColumn(name, notation)
  }
  for (const [name, spec] of Object.entries(TABLES)) addTable(name, spec)

  return {
    table: (name) => tables.get(name) ?? null,
    tables: () => [...tables.values()],
    lineage,
    column,
    columns: (table) =>
      lineage(table)
        .toReversed()
        .flatMap(({ name }) => [...(own.get(name)?.values() ?? [])]),
    addTable,
    addColumn,
  }
}

const labelOf = (element: string): string => {
  const words = element.replace(/^u_/, '').replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
