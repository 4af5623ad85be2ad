// Owns the one way a record is written, by the API and by people alike: columns, rules, journals, events.
import { applyApprovalRules } from './approval-rules.ts'
import { toUtc } from './dates.ts'
import { applyIncidentRules } from './incident-rules.ts'
import { appendJournal } from './journals.ts'
import type { Records, Row } from './records.ts'
import type { Column, Schema } from './schema.ts'
import { applyTaskRules } from './task-rules.ts'

export type WriteRequest = {
  table: string
  /** The row to change; null makes a new one. */
  row: Row | null
  input: Record<string, unknown>
  user: string
  /** sysparm_input_display_value: dates are local, choices and references are given by their display value. */
  byDisplayValue?: boolean
}

export type WriteResult = { row: Row; changed: boolean } | { denied: string }

export type WriterOptions = {
  schema: Schema
  records: Records
  now: () => Date
  timeZone: string
  onWrite: (table: string, row: Row, created: boolean) => void
  /** Who may set the state of any approval record. */
  approvalAdmins: ReadonlySet<string>
}

const READ_ONLY = /^sys_/

export const createWriter = ({ schema, records, now, timeZone, onWrite, approvalAdmins }: WriterOptions) => {
  const fromDisplay = (column: Column, value: string): string => {
    if (column.type === 'datetime') return toUtc(value, timeZone)
    if (column.type === 'choice') {
      const labelled = records.all('sys_choice').find((row) => row.element === column.element && row.label === value)
      return labelled?.value ?? value
    }
    if (column.type !== 'reference') return value
    const display = schema.table(column.reference)?.display ?? 'name'
    return records.all(column.reference).find((row) => row[display] === value)?.sys_id ?? value
  }

  /** The columns that exist, as strings; the rest is dropped without a word. */
  const accepted = ({ table, row, input, byDisplayValue }: WriteRequest): { fields: Row; journals: Row } => {
    const fields: Row = {}
    const journals: Row = {}
    for (const [element, given] of Object.entries(input)) {
      const column = schema.column(row ? records.classOf(table, row) : table, element)
      if (!column || (READ_ONLY.test(element) && element !== 'sys_class_name')) continue
      const text = given === null || given === undefined ? '' : String(given)
      if (column.type === 'journal') {
        if (text) journals[element] = text
      } else if (column.type !== 'choice' || text !== '') {
        // A choice cannot be cleared with an empty value. CONTRACTS 1.2
        fields[element] = byDisplayValue ? fromDisplay(column, text) : text
      }
    }
    return { fields, journals }
  }

  const closeCodes = (): string[] =>
    records
      .all('sys_choice')
      .filter(({ name, element, inactive }) => name === 'incident' && element === 'close_code' && inactive !== 'true')
      .map(({ value = '' }) => value)

  return (request: WriteRequest): WriteResult => {
    const { table, row: before, user } = request
    const { fields: given, journals } = accepted(request)
    const type = before ? records.classOf(table, before) : table
    const userId = records.all('sys_user').find(({ user_name }) => user_name === user)?.sys_id ?? ''
    const approvalFields = (): Row => {
      const delegates = records.all('sys_user_delegate')
      return applyApprovalRules({ before, fields: given, userId, delegates, admin: approvalAdmins.has(user) })
    }
    const ruled =
      type === 'incident'
        ? applyIncidentRules({ before, fields: given, at: now(), userId, closeCodes: closeCodes() })
        : {
            fields:
              type === 'incident_task'
                ? applyTaskRules(before, given, now())
                : type === 'sysapproval_approver'
                  ? approvalFields()
                  : given,
          }
    if ('denied' in ruled) return ruled

    // A journal write to a closed incident answers 200 and stores nothing. CONTRACTS 1.3
    const entries = type === 'incident' && before?.state === '7' ? [] : Object.entries(journals)
    const changed =
      !before ||
      entries.length > 0 ||
      Object.entries(ruled.fields).some(([element, value]) => before[element] !== value)
    if (before && changed) records.update(table, before, ruled.fields, user)
    const row = before ?? records.insert(table, ruled.fields, user)
    for (const [element, text] of entries)
      appendJournal(records, { table: type, sysId: row.sys_id ?? '', element, text, user })
    if (changed) onWrite(type, row, !before)
    return { row, changed }
  }
}
