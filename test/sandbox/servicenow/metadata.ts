// Owns the tables in which the instance describes itself: sys_db_object, sys_dictionary, sys_choice.
// A column has one dictionary row, at the table that declares it: an incident's short_description is task's.
import { CHOICES } from './choices.ts'
import { type Records, sysIdOf } from './records.ts'
import type { Column, Schema } from './schema.ts'

const INTERNAL_TYPES: Partial<Record<Column['type'], string>> = {
  choice: 'string',
  datetime: 'glide_date_time',
  journal: 'journal_input',
  class: 'sys_class_name',
}

const tableId = (name: string): string => (name ? sysIdOf(`sys_db_object ${name}`) : '')

export const describeTable = (schema: Schema, records: Records, name: string): void => {
  const table = schema.table(name)
  if (!table) return
  const { label, parent } = table
  records.insert('sys_db_object', { sys_id: tableId(name), name, label, super_class: tableId(parent) }, 'system')
  for (const column of schema.columns(name)) if (column.table === name) describeColumn(records, column)
}

export const describeColumn = (records: Records, { table, element, type, label, reference }: Column): void => {
  const internal_type = INTERNAL_TYPES[type] ?? type
  records.insert('sys_dictionary', { name: table, element, internal_type, column_label: label, reference }, 'system')
}

export const describeInstance = (schema: Schema, records: Records): void => {
  for (const { name } of schema.tables()) describeTable(schema, records, name)
  for (const choice of CHOICES) records.insert('sys_choice', { ...choice, inactive: 'false' }, 'system')
}
