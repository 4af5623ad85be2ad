// Owns journal columns: entries are appended to sys_journal_field and read back as blocks. CONTRACTS 1.3
import { toLocal } from './dates.ts'
import type { Records, Row } from './records.ts'
import type { Column } from './schema.ts'

export const appendJournal = (
  records: Records,
  entry: { table: string; sysId: string; element: string; text: string; user: string },
): void => {
  const { table, sysId, element, text, user } = entry
  records.insert('sys_journal_field', { element, element_id: sysId, name: table, value: text }, user)
}

/** The entries of one column of one record, oldest first. */
export const journalOf = (records: Records, sysId: string, element: string): Row[] =>
  records.all('sys_journal_field').filter((row) => row.element_id === sysId && row.element === element)

/** What a display value shows: the newest entry first, each as "time - name (Label)\ntext\n\n". */
export const journalBlocks = (records: Records, sysId: string, column: Column, timeZone: string): string =>
  journalOf(records, sysId, column.element)
    .toReversed()
    .map(({ sys_created_on = '', sys_created_by = '', value }) => {
      const author = records.all('sys_user').find(({ user_name }) => user_name === sys_created_by)
      return `${toLocal(sys_created_on, timeZone)} - ${author?.name || sys_created_by} (${column.label})\n${value}\n\n`
    })
    .join('')
