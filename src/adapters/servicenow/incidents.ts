// Owns finding incidents: one by id or number with the trigger's answer, and those that changed since an instant.
import type { Instant } from '../../core/values.ts'
import type { ServiceNowSettings } from '../../ports/catalog.ts'
import type { Clock } from '../../ports/clock.ts'
import { PortError } from '../../ports/errors.ts'
import type { IncidentRecord, Tickets } from '../../ports/tickets.ts'
import { attempt } from './attempt.ts'
import { missing } from './facts.ts'
import { incidentColumns, incidentOf } from './incident.ts'
import type { Row } from './schema.ts'
import type { TableApi } from './table.ts'
import { type Trigger, triggerOf } from './trigger.ts'
import { dateTimeOf, instantOf, isSysId, recordNumber, sysId } from './values.ts'

type Changed = Awaited<ReturnType<Tickets['changedSince']>>[number]

const pageSize = 100
/** Incidents per poll; what remains is newer and comes with the next poll. */
const enough = 1000
/** Rows that are hidden from the account take pages too. */
const maxPages = 100

export function incidents(options: {
  table: TableApi
  settings: () => ServiceNowSettings
  clock: Clock
}): Pick<Tickets, 'incident' | 'incidentByNumber' | 'changedSince'> {
  const { table, settings, clock } = options

  const incident = async (id: string): Promise<IncidentRecord> => {
    const now = settings()
    const readAt = clock.now()
    const [row, triggers] = await Promise.all([
      table.get('incident', sysId(id), incidentColumns(now)),
      fits(sysId(id), now.trigger),
    ])
    const { ciId, ...record } = incidentOf(row, now, readAt)
    return { ...record, triggers, ...(ciId === undefined ? {} : { ciId }) }
  }

  /** The instance evaluates the trigger itself, on this one record. */
  const fits = async (id: string, text: string): Promise<boolean> => {
    // A trigger that cannot be used fits nothing; the poll and the check at start say so aloud.
    const read = await attempt(async () => triggerOf(text))
    if (!read.ok) return false
    const trigger = read.value
    if (trigger.query === '') return true
    const query = `${trigger.query}^sys_id=${id}`
    const { rows } = await table.page('incident', { query, columns: trigger.columns, limit: 2 })
    const row = rows.find((each) => each['sys_id']?.value === id)
    // A column that does not come back may be unknown, and its clause dropped: then the record fits nothing.
    return row !== undefined && trigger.columns.every((column) => row[column] !== undefined)
  }

  return {
    incident,
    async incidentByNumber(text) {
      const number = recordNumber(text)
      const { rows } = await table.page('incident', { query: `number=${number}`, columns: ['number'], limit: 10 })
      const [row, ...others] = rows.filter((each) => each['number']?.value === number)
      if (!row) throw new PortError('notFound', `ServiceNow has no incident ${number}, or hides it from this account`)
      if (others.length > 0) throw new PortError('malformed', `ServiceNow has several incidents ${number}`)
      return incident(row['sys_id']?.value ?? '')
    },
    changedSince: async (since) => changedSince(table, triggerOf(settings().trigger), since),
  }
}

/**
 * Oldest update first. Pages move by the update time, so that a record which is written meanwhile comes later rather
 * than never; a second that a page ends in is read to its end by sys_id. Throws malformed where a column of the
 * trigger does not come back: its clause may have been dropped, and every incident would seem to fit (CONTRACTS 1.2).
 */
async function changedSince(table: TableApi, trigger: Trigger, since: Instant): Promise<readonly Changed[]> {
  const columns = ['number', 'sys_updated_on', ...trigger.columns]
  const found = new Map<string, Changed>()
  const joined = (clauses: string): string => (trigger.query === '' ? clauses : `${trigger.query}^${clauses}`)
  const take = (rows: readonly Row[]): void => {
    for (const row of rows) {
      const lacking = trigger.columns.find((column) => row[column] === undefined)
      if (lacking !== undefined) throw new PortError('malformed', `ServiceNow, the trigger: ${missing(lacking)}`)
      const changed = changedOf(row)
      if (changed && changed.updatedAt >= floor(since)) found.set(changed.sysId, changed)
    }
  }

  let [from, offset] = [`sys_updated_on>=${dateTimeOf(since)}`, 0]
  for (let pages = 0; pages < maxPages && found.size < enough; pages += 1) {
    const query = `${joined(from)}^ORDERBYsys_updated_on^ORDERBYsys_id`
    const page = await table.page('incident', { query, columns, limit: pageSize, offset })
    take(page.rows)
    if (!page.more) break
    const last = page.rows.at(-1)
    const second = last?.['sys_updated_on']?.value ?? ''
    if (!last || instantOf(second) === undefined) {
      offset += pageSize
      continue
    }
    const rest = await table.list('incident', joined(`sys_updated_on=${second}`), columns, { max: 5000 })
    if (!rest.complete) throw new PortError('malformed', `ServiceNow: too many incidents were updated at ${second}`)
    take(rest.rows)
    ;[from, offset] = [`sys_updated_on>${second}`, 0]
  }
  return [...found.values()].toSorted((a, b) => a.updatedAt - b.updatedAt || (a.sysId < b.sysId ? -1 : 1))
}

function changedOf(row: Row): Changed | undefined {
  const updatedAt = instantOf(row['sys_updated_on']?.value ?? '')
  const [id, number] = [row['sys_id']?.value ?? '', row['number']?.value ?? '']
  return updatedAt !== undefined && isSysId(id) && number !== '' ? { sysId: id, number, updatedAt } : undefined
}

/** Update times have no fractions of a second. */
const floor = (instant: Instant): Instant => Math.floor(instant / 1000) * 1000
