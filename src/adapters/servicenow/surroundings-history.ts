// Owns the earlier incidents of a CI, and of the same signature on any CI: how they were closed, the newest first.
import type { Ci, Incident } from '../../core/incident.ts'
import type { PastIncident } from '../../core/surroundings.ts'
import type { Instant } from '../../core/values.ts'
import { PortError } from '../../ports/errors.ts'
import { plainText } from '../wire/text.ts'
import { attempt } from './attempt.ts'
import { missing, textOf } from './facts.ts'
import type { Row } from './schema.ts'
import type { Found } from './surroundings.ts'
import type { TableApi } from './table.ts'
import { columnPath, dateTimeOf, instantOf, queryName, sysId } from './values.ts'

const newest = 20
const pageSize = 50
/** Rows that are hidden from the account take pages too. */
const maxPages = 4
const notesLength = 500
const columns = ['number', 'short_description', 'opened_at', 'resolved_at', 'close_code', 'close_notes', 'cmdb_ci']

interface Asked {
  readonly incident: Incident
  readonly ci: Ci | undefined
  readonly since: Instant
  /** The mapped column, where there is one. */
  readonly signature: string | undefined
}

/** Throws PortError: as the Table API; `denied` where rows or columns that tell are hidden; `notFound` without CI and signature. */
export async function pastIncidents(table: TableApi, asked: Asked): Promise<Found<readonly PastIncident[]>> {
  const { incident, ci, since, signature } = asked
  const column = signature === undefined ? undefined : columnPath(signature)
  const fact = incident.facts['signature']
  const text = column !== undefined && fact?.known ? String(fact.value) : ''
  const name = await attempt(async () => queryName(text))
  const bySignature = column !== undefined && text !== '' && name.ok
  if (!ci && !bySignature) throw new PortError('notFound', 'the incident has neither a CI nor a signature to go by')
  const read = [...columns, ...(column === undefined ? [] : [column])]
  const sameCi = (row: Row): boolean => ci !== undefined && row['cmdb_ci']?.value === ci.sysId
  const sameSignature = (row: Row): boolean => {
    const cell = column === undefined ? undefined : row[column]
    return text !== '' && cell !== undefined && textOf(cell) === text
  }
  const rows = [
    ...(ci ? await list(table, `cmdb_ci=${sysId(ci.sysId)}`, read, since, sameCi) : []),
    ...(bySignature ? await list(table, `${column}=${name.value}`, read, since, sameSignature) : []),
  ]
  const found = new Map(
    rows
      .filter((row) => row['sys_id']?.value !== incident.sysId)
      .map((row) => [row['sys_id']?.value, pastOf(row, sameCi(row) && sameSignature(row))]),
  )
  const value = [...found.values()]
    .filter((each) => each.openedAt >= since)
    .toSorted((a, b) => b.openedAt - a.openedAt || (a.number < b.number ? 1 : -1))
    .slice(0, newest)
  const by = [...(ci ? ['cmdb_ci'] : []), ...(bySignature ? [column] : [])].join(' or ')
  return { value, source: `ServiceNow incident, by ${by}` }
}

/** Enough of the newest; what was asked for is looked at again, for a dropped clause gives everything (CONTRACTS 1.2). */
async function list(
  table: TableApi,
  clause: string,
  read: readonly string[],
  since: Instant,
  fits: (row: Row) => boolean,
): Promise<readonly Row[]> {
  const query = `${clause}^opened_at>=${dateTimeOf(since)}^ORDERBYDESCopened_at`
  const found: Row[] = []
  let [shown, total] = [0, 0]
  for (let pages = 0; pages < maxPages; pages += 1) {
    const request = { query, columns: read, limit: pageSize, offset: pages * pageSize, display: true }
    const page = await table.page('incident', request)
    const lacking = page.rows.length > 0 ? read.find((column) => page.rows.every((row) => !row[column])) : undefined
    if (lacking !== undefined) throw new PortError('denied', `ServiceNow, reading incident: ${missing(lacking)}`)
    found.push(...page.rows.filter(fits))
    shown += page.rows.length
    total = page.total ?? shown
    // The incident itself is among them.
    if (!page.more || found.length > newest) break
  }
  // Nothing that is shown is "never before" only where nothing is hidden (P5).
  if (shown === 0 && total > 0) throw new PortError('denied', `${total} earlier incidents are hidden from this account`)
  return found
}

function pastOf(row: Row, alike: boolean): PastIncident {
  const text = (column: string, max: number): string => plainText(row[column]?.value ?? '', max)
  const code = plainText(row['close_code']?.display ?? '', 80)
  return {
    sysId: row['sys_id']?.value ?? '',
    number: text('number', 40),
    title: text('short_description', 160),
    openedAt: instantOf(row['opened_at']?.value ?? '') ?? 0,
    resolvedAt: instantOf(row['resolved_at']?.value ?? '') ?? null,
    closeCode: code === '' ? null : code,
    closeNotes: text('close_notes', notesLength),
    alike,
  }
}
