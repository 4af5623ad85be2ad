// Owns opening an incident for an alert, once per key, and finding those that are open on a CI.
import type { JsonObject } from '../../core/values.ts'
import type { ServiceNowSettings } from '../../ports/catalog.ts'
import { isPortError, PortError } from '../../ports/errors.ts'
import type { OpenIncident, OpenOrder, Tickets } from '../../ports/tickets.ts'
import { plainText } from '../wire/text.ts'
import type { Client } from './client.ts'
import { groupNamed } from './groups.ts'
import { insert } from './insert.ts'
import { noteText } from './notes.ts'
import type { Row } from './schema.ts'
import type { TableApi } from './table.ts'
import { chunks, columnPath, instantOf, isSysId, queryName, sysId } from './values.ts'

type Opened = Awaited<ReturnType<Tickets['open']>>

/** Of short_description and description as most instances have them. */
const lengths = { title: 160, text: 4000 }
const most = 100
/** Resolved, closed, canceled (CONTRACTS 1.3). */
const over = '6,7,8'
const ours = 'runbot-'

/**
 * open: the key is the incident's correlation_id, which is looked for before anything is created and again where the
 * answer of the creation was lost, because a POST is not idempotent (CONTRACTS 1.2). What `servicenow.open` of
 * connectors.yaml says is written besides: the group, and columns with their raw values.
 * Throws PortError: as the client; `malformed` where the group is none or several; `denied` where nothing is configured,
 * or whether the key has an incident cannot be told.
 *
 * openOn: by cmdb_ci alone; rows that are not what was asked for are left out (CONTRACTS 1.2).
 */
export function opening(parts: {
  client: Client
  table: TableApi
  settings: () => ServiceNowSettings
}): Pick<Tickets, 'open' | 'openOn'> {
  const { client, table, settings } = parts

  const byKey = async (key: string): Promise<Opened | undefined> => {
    const columns = ['number', 'correlation_id']
    const { rows, complete, hidden } = await table.list('incident', `correlation_id=${key}`, columns, { max: 50 })
    const found = rows.find((row) => row['correlation_id']?.value === key)
    if (found) return openedOf(found, false)
    if (complete && hidden === 0 && rows.every((row) => row['correlation_id'] !== undefined)) return undefined
    throw new PortError(
      'denied',
      'ServiceNow hides incidents, or their correlation_id, from this account: whether this alert has one cannot be told',
    )
  }

  const create = async (key: string, fields: JsonObject): Promise<Opened> => {
    try {
      return openedOf(await insert(client, 'incident', fields, ['number', 'correlation_id']), true)
    } catch (error) {
      if (!isPortError(error) || !error.mayHaveHappened) throw error
      const there = await byKey(key)
      if (there === undefined) throw error
      return { ...there, fresh: true }
    }
  }

  return {
    async open(order) {
      const { open } = settings()
      if (open === null) throw new PortError('denied', 'connectors.yaml has no servicenow.open')
      const key = queryName(`${ours}${order.key}`)
      const there = await byKey(key)
      if (there) return there
      const group = open.group === null ? {} : { assignment_group: (await groupNamed(table, open.group)).sysId }
      const own = Object.entries(open.fields).map(([column, value]) => [columnPath(column), value] as const)
      return create(key, { ...Object.fromEntries(own), ...group, ...columnsOf(order), correlation_id: key })
    },

    async openOn(ciIds) {
      const wanted = new Set(ciIds.map(sysId))
      const columns = ['number', 'cmdb_ci', 'short_description', 'opened_at', 'state', 'active', 'correlation_id']
      const found: OpenIncident[] = []
      for (const chunk of chunks([...wanted])) {
        const query = `cmdb_ciIN${chunk.join(',')}^stateNOT IN${over}^active=true`
        const { rows } = await table.list('incident', query, columns, { max: most })
        found.push(...rows.flatMap((row) => openOf(row, wanted)))
      }
      return found.toSorted((a, b) => a.openedAt - b.openedAt).slice(0, most)
    },
  }
}

const columnsOf = ({ shortDescription, description, ciId }: OpenOrder): JsonObject => ({
  short_description: plainText(shortDescription, lengths.title),
  description: cut(noteText(description, ''), lengths.text),
  ...(ciId === null ? {} : { cmdb_ci: sysId(ciId) }),
  correlation_display: 'runbot',
})

function openedOf(row: Row, fresh: boolean): Opened {
  const number = row['number']?.value ?? ''
  if (number !== '') return { sysId: sysId(row['sys_id']?.value ?? ''), number, fresh }
  throw new PortError('denied', 'ServiceNow hides the number of an incident from this account', {
    mayHaveHappened: true,
  })
}

/** An unknown clause is dropped, so that any incident may come back. */
function openOf(row: Row, wanted: ReadonlySet<string>): readonly OpenIncident[] {
  const value = (column: string): string => row[column]?.value ?? ''
  const [ciId, openedAt] = [value('cmdb_ci').toLowerCase(), instantOf(value('opened_at'))]
  const state = value('state')
  if (!wanted.has(ciId) || openedAt === undefined || !isSysId(value('sys_id')) || value('number') === '') return []
  if (state === '' || over.split(',').includes(state) || value('active') === 'false') return []
  const [shortDescription, mark] = [value('short_description'), value('correlation_id')]
  const key = mark.startsWith(ours) ? mark.slice(ours.length) : null
  return [{ sysId: value('sys_id'), number: value('number'), ciId, shortDescription, openedAt, key }]
}

const cut = (text: string, max: number): string => [...text].slice(0, max).join('')
