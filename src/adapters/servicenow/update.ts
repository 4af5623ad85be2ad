// Owns what runbot changes on an incident: state, resolution, group; written once, then read back (CONTRACTS 1.3).
import type { JsonObject } from '../../core/values.ts'
import type { ServiceNowSettings } from '../../ports/catalog.ts'
import { isPortError, PortError } from '../../ports/errors.ts'
import type { IncidentUpdate, Tickets } from '../../ports/tickets.ts'
import { plainText } from '../wire/text.ts'
import { choicesOf } from './choices.ts'
import { missing } from './facts.ts'
import { groupNamed } from './groups.ts'
import type { TableApi } from './table.ts'
import { sysId } from './values.ts'

const state = { new: '1', inProgress: '2', resolved: '6' }
/** Resolved, closed, canceled: an incident that is over is left as it is. */
const over: ReadonlySet<string> = new Set(['6', '7', '8'])
/** The length of close_notes. */
const maxCloseNotes = 4000

/**
 * Safe to repeat: what the record already says is not written again. `inProgress` moves a New incident only. No update
 * reopens one that is over, but for one that is merely resolved and whose close notes hold the words of `reopens`.
 * Throws PortError: as the Table API; `malformed` where a close code or a group does not exist, naming what would fit;
 * `denied` where ServiceNow answered 200 and left a column as it was.
 */
export function update(options: { table: TableApi; settings: () => ServiceNowSettings }): Tickets['update'] {
  const { table, settings } = options
  return async (id, wanted) => {
    const record = sysId(id)
    const before = await table.get('incident', record, ['state', 'assignment_group', 'close_notes'])
    const was = before['state']?.value ?? ''
    if (was === '') throw new PortError('denied', `ServiceNow, reading incident: ${missing('state')}`)
    const notes = before['close_notes']?.value ?? ''
    const opens = was === state.resolved && wanted.reopens !== undefined && notes.includes(wanted.reopens)
    if (over.has(was) && !opens) return
    const fields: Record<string, string> = stateFields(wanted, was, settings().closeCode)
    if (wanted.assign !== undefined) {
      const group = await groupNamed(table, wanted.assign)
      if (before['assignment_group']?.value !== group.sysId) fields['assignment_group'] = group.sysId
    }
    if (Object.keys(fields).length === 0) return
    try {
      await table.patch('incident', record, fields, ['state'])
    } catch (error) {
      throw await explained(table, error, fields)
    }
    await verify(table, record, fields)
  }
}

/** The state to write with what belongs to it; empty where nothing is to be done. */
function stateFields(wanted: IncidentUpdate, was: string, closeCode: string | null): Record<string, string> {
  if (wanted.state === 'resolved') {
    const code = wanted.closeCode ?? closeCode
    return {
      state: state.resolved,
      ...(code === null ? {} : { close_code: code }),
      ...(wanted.closeNotes === undefined ? {} : { close_notes: cut(wanted.closeNotes) }),
    }
  }
  const next = wanted.stateValue ?? (wanted.state === 'inProgress' && was === state.new ? state.inProgress : was)
  if (!/^-?\d{1,6}$/.test(next)) throw new PortError('malformed', `"${plainText(next, 40)}" is not an incident state`)
  return next === was ? {} : { state: next }
}

/** The Table API drops what the account may not write and answers 200 all the same. */
async function verify(table: TableApi, id: string, fields: JsonObject): Promise<void> {
  const columns = Object.keys(fields).filter((column) => column !== 'close_notes')
  const after = await table.get('incident', id, columns)
  const left = columns.filter((column) => after[column]?.value !== fields[column])
  if (left.length === 0) return
  const said = left.map((column) => `${column} is "${plainText(after[column]?.value ?? 'hidden', 40)}"`).join(', ')
  throw new PortError('denied', `ServiceNow accepted the update, but ${said}: the account may not write it`)
}

/** An unknown close code is dropped and then reported as missing: the choices say what is meant (CONTRACTS 1.3). */
async function explained(table: TableApi, error: unknown, fields: JsonObject): Promise<unknown> {
  const code = fields['close_code']
  if (typeof code !== 'string' || !isPortError(error, 'malformed')) return error
  const choices = await choicesOf(table, 'incident', 'close_code').catch((): readonly string[] => [])
  if (choices.length === 0 || choices.includes(code)) return error
  const text = `"${plainText(code, 60)}" is no close code of this instance; it has ${choices.join(', ')}`
  return new PortError('malformed', `${error.message}; ${plainText(text, 400)}`)
}

const cut = (text: string): string => [...text.toWellFormed()].slice(0, maxCloseNotes).join('')
