// Owns entries of an incident's journals, work notes and comments: each one written once, found again by its marker,
// and seen to be stored (CONTRACTS 1.3).
import { PortError } from '../../ports/errors.ts'
import type { Tickets } from '../../ports/tickets.ts'
import type { TableApi } from './table.ts'
import { sysId } from './values.ts'

/** In bytes of UTF-8. */
export const maxNote = 30_000

/** Work notes are for those who work on it; comments are what the caller sees. */
const journals = { work_notes: 'work note', comments: 'comment' }
type Journal = keyof typeof journals

/**
 * Writes the entry unless `maybeWritten` and its marker is there. Throws PortError: as the Table API, and `denied`
 * where entries are hidden, so that a repeat could not be told, or where ServiceNow answered 200 and stored nothing
 * (a closed record, a column that the account may not write).
 */
export function journalEntry({ table, journal }: { table: TableApi; journal: Journal }): Tickets['note'] {
  const noun = journals[journal]
  return async (id, text, marker, maybeWritten) => {
    const record = sysId(id)
    if (!/^\[runbot [^\s^[\]]{1,120}\]$/.test(marker)) throw new Error(`not a marker: ${marker}`)
    if (maybeWritten) {
      const there = await isWritten(table, journal, record, marker)
      if (there === undefined)
        throw new PortError('denied', `ServiceNow: ${noun}s are hidden, so whether this one is there cannot be told`)
      if (there) return
    }
    const row = await table.patch('incident', record, { [journal]: noteText(text, marker) }, [journal])
    if (row[journal]?.display.includes(marker)) return
    if ((await isWritten(table, journal, record, marker)) === false)
      throw new PortError('denied', `ServiceNow accepted the ${noun} and stored nothing: closed, or no right to write`)
  }
}

/** Whether an entry with this marker is there; undefined where the entries cannot be seen. */
async function isWritten(table: TableApi, journal: Journal, id: string, marker: string): Promise<boolean | undefined> {
  // The journal's own rows are often hidden, and then look like no rows: the record itself is asked next.
  const query = `element_id=${id}^element=${journal}^name=incident^valueLIKE${marker}`
  const { rows } = await table.list('sys_journal_field', query, ['element_id', 'element', 'value'], { max: 50 })
  const ours = rows.filter((row) => row['element_id']?.value === id && row['element']?.value === journal)
  if (ours.some((row) => row['value']?.value.includes(marker))) return true
  const record = await table.get('incident', id, [journal])
  return record[journal]?.display.includes(marker)
}

/** Capped with the marker kept; `[code]` would make ServiceNow render outside text as HTML. */
export function noteText(text: string, marker: string): string {
  const plain = text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}]/gu, (character) => (character === '\n' || character === '\t' ? character : ''))
    .replace(/\[(\/?code)\]/gi, '($1)')
  if (Buffer.byteLength(plain) <= maxNote && plain.includes(marker)) return plain
  const end = `\n… ${marker}`
  const kept = new TextDecoder().decode(Buffer.from(plain).subarray(0, maxNote - Buffer.byteLength(end)))
  return kept.replace(/\uFFFD+$/, '') + end
}
