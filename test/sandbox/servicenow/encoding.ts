// Owns how a value looks in a response: the encoding table of CONTRACTS 1.2, display values, links.
import { toLocal } from './dates.ts'
import { journalBlocks } from './journals.ts'
import type { Records, Row } from './records.ts'
import type { Schema } from './schema.ts'
import { createWalk, type Landing } from './walk.ts'

export type DisplayMode = 'false' | 'true' | 'all'

export type EncodeOptions = {
  mode: DisplayMode
  /** sysparm_exclude_reference_link */
  excludeLink: boolean
  /** Paths asked for; without them every column of the row. */
  fields: string[] | null
  timeZone: string
  origin: string
  /** Columns that an ACL hides: they are missing, not empty. CONTRACTS 1.2 */
  hidden: (table: string, element: string) => boolean
}

export type Encoded = Record<string, string | Record<string, string>>

/** Encodes rows of one table for one response. */
export const createEncoder = (schema: Schema, records: Records, table: string, options: EncodeOptions) => {
  const { mode, excludeLink, fields, timeZone, origin, hidden } = options
  const walk = createWalk(schema, records, table)
  const labels = new Map(records.all('sys_choice').map((row) => [`${row.name}.${row.element}=${row.value}`, row.label]))

  const choiceLabel = (landing: Landing): string => {
    const lineage = schema.lineage(landing.row?.sys_class_name || landing.column.table)
    for (const { name } of lineage) {
      const label = labels.get(`${name}.${landing.column.element}=${landing.value}`)
      if (label !== undefined) return label
    }
    return landing.value
  }
  const display = (landing: Landing): string => {
    const { column, row, value } = landing
    if (column.type === 'journal') return row ? journalBlocks(records, row.sys_id ?? '', column, timeZone) : ''
    if (value === '') return ''
    if (column.type === 'choice') return choiceLabel(landing)
    if (column.type === 'class') return schema.table(value)?.label ?? value
    if (column.type === 'datetime') return toLocal(value, timeZone)
    return column.type === 'reference' ? displayOfReference(column.reference, value) : value
  }
  const displayOfReference = (to: string, sysId: string): string => {
    const target = records.find(to, sysId)
    if (!target) return ''
    const landing = createWalk(
      schema,
      records,
      to,
    )(target, schema.table(records.classOf(to, target))?.display ?? 'name')
    return landing ? display(landing) : ''
  }

  const encodeOne = (landing: Landing): string | Record<string, string> => {
    const { column, value } = landing
    const reference = column.type === 'reference'
    const plain = column.type === 'journal' ? '' : value
    if (mode === 'false' && (!reference || value === '' || excludeLink)) return plain
    const link = `${origin}/api/now/table/${column.reference}/${value}`
    if (mode === 'false') return { link, value }
    const display_value = display(landing)
    const linked = reference && value !== '' && !excludeLink
    if (mode === 'true') return linked ? { display_value, link } : display_value // no `value`
    return linked ? { display_value, value, link } : { display_value, value: plain }
  }

  return (row: Row): Encoded => {
    const type = records.classOf(table, row)
    const paths = fields ?? schema.columns(type).map(({ element }) => element)
    const encoded: Encoded = {}
    for (const path of paths) {
      const landing = walk(row, path)
      // A name that does not exist is ignored. CONTRACTS 1.2
      if (landing && !hidden(landing.column.table, landing.column.element)) encoded[path] = encodeOne(landing)
    }
    return encoded
  }
}
