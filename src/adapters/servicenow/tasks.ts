// Owns paging through ServiceNow: a task for whoever is on call for a group, found again by its correlation_id.
import { createHash } from 'node:crypto'
import type { JsonObject } from '../../core/values.ts'
import type { PagerSettings } from '../../ports/catalog.ts'
import { isPortError, PortError } from '../../ports/errors.ts'
import type { Page, Pager } from '../../ports/pager.ts'
import { plainText } from '../wire/text.ts'
import { attempt } from './attempt.ts'
import type { Client } from './client.ts'
import { groupNamed } from './groups.ts'
import { noteText } from './notes.ts'
import { firstInLine } from './people.ts'
import { onCallSchema, oneSchema, type Row } from './schema.ts'
import type { TableApi } from './table.ts'
import { isSysId, queryName, sysId } from './values.ts'

export type TaskSettings = Extract<PagerSettings, { kind: 'servicenow' }>

/** Lengths of columns of task; ServiceNow cuts what is longer without a word. */
const maxShortDescription = 160
const maxDescription = 4000
const maxCorrelation = 100

const priorities = { critical: '1', error: '2', warning: '3', info: '4' } as const
const correlation = ['correlation_id', 'correlation_display']

/**
 * A task per key and group, open at most once: a repeat finds the open one; after it was closed a repeat makes a new
 * one. Throws PortError: as the Table API; `malformed` where the group or the table does not exist; `denied` where tasks
 * of this key are hidden, or where ServiceNow made the task and left out what it was for.
 */
export function taskPager({ client, table }: { client: Client; table: TableApi }) {
  return ({ group: groupName, table: taskTable }: TaskSettings): Pager => {
    /** The open tasks of a key. A create is not idempotent and an unknown column filters nothing (CONTRACTS 1, 1.2). */
    const open = async (key: string): Promise<readonly Row[]> => {
      const id = correlationOf(key)
      const columns = [...correlation, 'active', 'state', 'assignment_group', 'number']
      const { rows, complete, hidden } = await table.list(taskTable, `correlation_id=${id}`, columns, { max: 200 })
      const ours = rows.filter((row) => belongs(row, id, groupName) && row['active']?.value !== 'false')
      if (ours.length === 0 && (hidden > 0 || !complete))
        throw new PortError(
          'denied',
          `ServiceNow, looking for ${taskTable} of this page: rows are hidden from this account, so whether it is there cannot be told`,
        )
      return ours
    }

    const create = async (fields: JsonObject): Promise<Row> => {
      const written = [...correlation, 'assignment_group', 'number']
      const query = { sysparm_fields: written.join(','), sysparm_display_value: 'all' }
      const path = `/api/now/table/${taskTable}`
      const what = `making one ${taskTable}`
      const { body } = await client.ask({ method: 'POST', path, what, query, json: fields }, oneSchema)
      return body.result
    }

    return {
      async raise(page) {
        const there = await open(page.key)
        if (there.length > 0) return assigned(there)
        const group = await groupNamed(table, groupName)
        const first = await attempt(() => onCallFirst(client, group.sysId))
        const fields = {
          ...fieldsOf(page, groupName),
          assignment_group: group.sysId,
          // Nobody in line, or no on-call plugin: the group's own rules do the waking.
          ...(first.ok && first.value !== undefined ? { assigned_to: first.value } : {}),
        }
        try {
          verify(await create(fields), fields)
        } catch (error) {
          if (!isPortError(error) || !error.mayHaveHappened) throw error
          const found = await attempt(() => open(page.key))
          if (!found.ok || found.value.length === 0) throw error
          assigned(found.value)
        }
      },
      async quiet(key, why) {
        const rows = await open(key)
        if (rows.length === 0) return
        const state = await closedState(table, taskTable)
        const marker = `[runbot ${correlationOf(key)}]`
        const note = noteText(`${marker} ${why}`, marker)
        const fields = { state, close_notes: characters(note, maxDescription), work_notes: note }
        for (const row of rows.filter((each) => each['state']?.value !== state)) {
          const after = await table.patch(taskTable, sysId(row['sys_id']?.value ?? ''), fields, ['state', 'number'])
          if (after['state']?.value !== state)
            throw new PortError('denied', `ServiceNow left ${nameOf(after)} open: the account may not close it`)
        }
      },
    }
  }
}

/** The correlation_id of a key: the key itself where it fits the column and may stand in a query, else its digest. */
function correlationOf(key: string): string {
  const plain = key.length <= maxCorrelation && /^[\w.:/#@-]+$/.test(key) && !/javascript:/i.test(key)
  return plain ? queryName(key) : `runbot:${createHash('sha256').update(key).digest('hex')}`
}

/** Two pagers may raise the same key for two groups. */
const displayOf = (group: string): string => characters(`runbot page for ${group}`, maxCorrelation)

const belongs = (row: Row, id: string, group: string): boolean =>
  row['correlation_id']?.value === id && row['correlation_display']?.value === displayOf(group)

function fieldsOf({ key, summary, severity, about, incident, details }: Page, group: string): Record<string, string> {
  const facts = { severity, about, ...(incident ? { incident: incident.number } : {}), ...details }
  const lines = Object.entries(facts).map(
    ([name, value]) =>
      `${plainText(name, 80)}: ${plainText(typeof value === 'string' ? value : JSON.stringify(value), 500)}`,
  )
  const parent = incident ? sysId(incident.sysId) : undefined
  return {
    short_description: plainText(summary, maxShortDescription),
    description: characters([plainText(summary, 1024), '', ...lines].join('\n'), maxDescription),
    priority: priorities[severity],
    correlation_id: correlationOf(key),
    correlation_display: displayOf(group),
    // incident_task has a column of its own for it; a table without that column drops it.
    ...(parent === undefined ? {} : { parent, incident: parent }),
  }
}

/** What is not stored cannot be found again, and a task without a group wakes nobody: that is told every time. */
function verify(row: Row, fields: Readonly<Record<string, string>>): void {
  const left = [...correlation, 'assignment_group'].filter((column) => row[column]?.value !== fields[column])
  if (left.length > 0) throw incomplete(row, left)
}

function assigned(rows: readonly Row[]): void {
  const [first] = rows
  if (first && rows.every((row) => !row['assignment_group']?.value)) throw incomplete(first, ['assignment_group'])
}

const incomplete = (row: Row, left: readonly string[]): PortError =>
  new PortError(
    'denied',
    `ServiceNow made ${nameOf(row)} without ${left.join(', ')}: the account may not read or write it`,
  )

/** sys_id of the first in line for a group, in its first rota; undefined where nobody is. */
async function onCallFirst(client: Client, group: string): Promise<string | undefined> {
  const path = '/api/now/on_call_rota/whoisoncall'
  const ask = { method: 'GET', path, what: 'asking who is on call', query: { group_ids: group } } as const
  const { body } = await client.ask(ask, onCallSchema)
  // A parameter that is not understood counts as absent, and then every group's people come back (CONTRACTS 1.5).
  return firstInLine(body.result.filter((row) => row.group === group)).find(isSysId)
}

/**
 * The state that closes a task, as this instance has it: task's own 3, 4 and 7 (closed complete, incomplete, skipped)
 * where their labels say so, else another one that does; 3 where the choices are hidden.
 */
async function closedState(table: TableApi, taskTable: string): Promise<string> {
  const query = `nameIN${taskTable},task^element=state^inactive=false`
  const { rows } = await table.list('sys_choice', query, ['name', 'element', 'value', 'label', 'inactive'], {
    max: 200,
  })
  const of = (name: string): readonly (readonly [value: string, label: string])[] =>
    rows
      .filter((row) => row['name']?.value === name && row['element']?.value === 'state')
      .filter((row) => row['inactive']?.value !== 'true')
      .map((row) => [row['value']?.value ?? '', row['label']?.value ?? ''])
  const own = of(taskTable)
  const choices = own.length > 0 ? own : of('task')
  if (choices.length === 0) return usual[0]
  const ends = choices.filter(([, label]) => /^(clos|complete|cancel|resolv|skip)/i.test(label)).map(([value]) => value)
  // Labels of another language say nothing: then the usual values are believed, and read back.
  const candidates = ends.length > 0 ? ends : choices.map(([value]) => value).filter((value) => usual.includes(value))
  const state = usual.find((value) => candidates.includes(value)) ?? candidates[0]
  if (state !== undefined) return state
  const has = plainText(choices.map(([value, label]) => `${value} ${label}`).join(', '))
  throw new PortError('malformed', `ServiceNow: no state of ${taskTable} closes it; it has ${has}`)
}

const usual: readonly [string, ...string[]] = ['3', '4', '7']

const nameOf = (row: Row): string => plainText(row['number']?.value ?? 'a task', 40)
const characters = (text: string, max: number): string => [...text.toWellFormed()].slice(0, max).join('')
