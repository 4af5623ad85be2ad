// Owns the one check that changes something, and only where a person names the incident for it: a work note.
import { randomUUID } from 'node:crypto'
import { journalEntry } from '../../adapters/servicenow/notes.ts'
import type { TableApi } from '../../adapters/servicenow/table.ts'
import { recordNumber } from '../../adapters/servicenow/values.ts'
import { isPortError, PortError } from '../../ports/errors.ts'
import { type Finding, failed, ok, skipped } from './finding.ts'

const name = 'ServiceNow work note'

/** Nothing that ServiceNow answers to a read tells whether a write would be allowed: without `write` it stays untold. */
export async function tryNote(table: TableApi, write: string | undefined): Promise<readonly Finding[]> {
  if (write === undefined)
    return [skipped(name, 'not tried, for it changes a record: --write INC… tries it on an incident of your choice')]
  try {
    const number = recordNumber(write)
    const { rows } = await table.page('incident', { query: `number=${number}`, columns: ['number'], limit: 2 })
    const row = rows.find((each) => each['number']?.value === number)
    if (!row) throw new PortError('notFound', `ServiceNow has no incident ${number}, or hides it from this account`)
    const marker = `[runbot doctor#${randomUUID().slice(0, 8)}]`
    const note = journalEntry({ table, journal: 'work_notes' })
    await note(
      row['sys_id']?.value ?? '',
      `${marker} npm run doctor tries whether runbot may write here.`,
      marker,
      false,
    )
    return [ok(name, `a work note was written to ${number}`)]
  } catch (error) {
    if (!isPortError(error)) throw error
    const mend = 'let the role of runbot’s user write incident and its work_notes (docs/servicenow.md)'
    return [failed(name, error.message, mend)]
  }
}
