// Owns loading the real incidents of data/ into the instance, each as its last update left it.
import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { type Records, type Row, sysIdOf } from './records.ts'

export const HISTORY_CSV = new URL('../data/servicenow-incidents-2016.csv', import.meta.url)

/** The log's state names as state and hold_reason. */
const STATES: Record<string, [state: string, holdReason: string]> = {
  New: ['1', ''],
  Active: ['2', ''],
  'Awaiting User Info': ['3', '1'],
  'Awaiting Evidence': ['3', '1'],
  'Awaiting Problem': ['3', '3'],
  'Awaiting Vendor': ['3', '4'],
  Resolved: ['6', ''],
  Closed: ['7', ''],
}

/** Loads the incidents and the people, groups, places and CIs that they name; returns how many incidents. */
export const loadHistory = (records: Records, csv: URL | string = HISTORY_CSV): number => {
  const updates: Row[] = parse(readFileSync(csv), { columns: true })
  const last = new Map(updates.map((update) => [update.number ?? '', update]))
  const named = (table: string, name: string | undefined): string => {
    if (!known(name)) return ''
    const sysId = sysIdOf(`${table} ${name}`)
    if (!records.find(table, sysId)) records.insert(table, { sys_id: sysId, name: known(name) }, 'import')
    return sysId
  }
  for (const update of last.values()) records.insert('incident', incidentOf(update, named), 'import')
  return last.size
}

/** `?` means missing. */
const known = (value: string | undefined): string => (value === undefined || value === '?' ? '' : value.trim())

/** Day-month-year hour:minute as the instance writes it. */
const dateOf = (value: string | undefined): string => {
  const [, day, month, year, time] = known(value).match(/^(\d\d)-(\d\d)-(\d{4}) (\d\d:\d\d)$/) ?? []
  return day ? `${year}-${month}-${day} ${time}:00` : ''
}

const flag = (value: string | undefined): string => known(value).toLowerCase()

const incidentOf = (update: Row, named: (table: string, name: string | undefined) => string): Row => {
  const [state, hold_reason] = STATES[update.incident_state ?? ''] ?? ['1', '']
  const text = [update.category, update.subcategory, update.u_symptom].map(known).filter(Boolean).join(', ')
  return {
    sys_id: sysIdOf(`incident ${update.number}`),
    number: update.number ?? '',
    short_description: text,
    state,
    incident_state: state,
    hold_reason,
    active: flag(update.active),
    made_sla: flag(update.made_sla),
    knowledge: flag(update.knowledge),
    reassignment_count: known(update.reassignment_count),
    reopen_count: known(update.reopen_count),
    sys_mod_count: known(update.sys_mod_count),
    caller_id: named('sys_user', update.caller_id),
    opened_by: named('sys_user', update.opened_by),
    assigned_to: named('sys_user', update.assigned_to),
    resolved_by: named('sys_user', update.resolved_by),
    assignment_group: named('sys_user_group', update.assignment_group),
    location: named('cmn_location', update.location),
    cmdb_ci: named('cmdb_ci', update.cmdb_ci),
    category: known(update.category),
    subcategory: known(update.subcategory),
    u_symptom: known(update.u_symptom),
    contact_type: known(update.contact_type),
    notify: known(update.notify),
    impact: known(update.impact).charAt(0),
    urgency: known(update.urgency).charAt(0),
    priority: known(update.priority).charAt(0),
    close_code: known(update.closed_code),
    opened_at: dateOf(update.opened_at),
    resolved_at: dateOf(update.resolved_at),
    closed_at: dateOf(update.closed_at),
    sys_created_on: dateOf(update.sys_created_at) || dateOf(update.opened_at),
    sys_created_by: known(update.sys_created_by),
    sys_updated_on: dateOf(update.sys_updated_at),
    sys_updated_by: known(update.sys_updated_by),
  }
}
