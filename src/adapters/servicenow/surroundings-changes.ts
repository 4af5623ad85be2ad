// Owns the changes around CIs: open now, or ended since; their own and those that name them as affected (CONTRACTS 1.6).
import type { NearChange } from '../../core/surroundings.ts'
import type { Instant } from '../../core/values.ts'
import { PortError } from '../../ports/errors.ts'
import { plainText } from '../wire/text.ts'
import { missing } from './facts.ts'
import type { Row } from './schema.ts'
import type { Listing, TableApi } from './table.ts'
import { chunks, dateTimeOf, instantOf, sysId } from './values.ts'

const columns = [
  'number',
  'short_description',
  'state',
  'cmdb_ci',
  'start_date',
  'end_date',
  'work_start',
  'work_end',
  'closed_at',
  'correlation_id',
]
/** Before, in and right after Implement; models may redefine the others, and what is closed is asked for by its time. */
const alive = '-5,-4,-3,-2,-1,0'
const [review, closed, canceled] = ['0', '3', '4']
/** The key under which runbot opens a standard change: the id of a run. */
const ours = /^R[0-9A-HJKMNP-TV-Z]{10}$/

/**
 * In order of their number. Canceled ones, which changed nothing unless they had begun, are left out.
 * Throws PortError: as the Table API, and `denied` where rows or columns are hidden.
 */
export async function nearChanges(
  table: TableApi,
  ciIds: readonly string[],
  since: Instant,
): Promise<readonly NearChange[]> {
  const ids = [...new Set(ciIds.map(sysId))]
  const time = dateTimeOf(since)
  const near = `stateIN${alive}^ORwork_end>=${time}^ORclosed_at>=${time}`
  const linked = await linksOf(table, ids, time)
  const rows = [
    ...(await all(ids, (chunk) => table.list('change_request', `cmdb_ciIN${chunk}^${near}`, columns, seen))).filter(
      (row) => ids.includes(row['cmdb_ci']?.value ?? ''),
    ),
    ...(await all(linked, (chunk) => table.list('change_request', `sys_idIN${chunk}^${near}`, columns, seen))).filter(
      (row) => linked.includes(row['sys_id']?.value ?? ''),
    ),
  ]
  const found = new Map(rows.map((row) => [row['sys_id']?.value, changeOf(row)]))
  return [...found.values()]
    .filter((each) => each !== undefined)
    .filter((each) => !each.over || (each.end ?? since) >= since)
    .toSorted((a, b) => (a.number < b.number ? -1 : 1))
}

const seen = { display: true } as const

/** Tasks that name these CIs as affected; which of them are changes is told by reading. */
async function linksOf(table: TableApi, ids: readonly string[], time: string): Promise<readonly string[]> {
  const near = `task.stateIN${alive}^ORtask.work_end>=${time}^ORtask.closed_at>=${time}`
  const rows = await all(ids, (chunk) => table.list('task_ci', `ci_itemIN${chunk}^${near}`, ['task', 'ci_item']))
  const tasks = rows.filter((row) => ids.includes(row['ci_item']?.value ?? '')).map((row) => row['task']?.value ?? '')
  return [...new Set(tasks.filter((task) => task !== ''))].map(sysId)
}

async function all(ids: readonly string[], list: (chunk: string) => Promise<Listing>): Promise<readonly Row[]> {
  const found: Row[] = []
  for (const chunk of chunks(ids)) {
    const { rows, hidden, complete } = await list(chunk.join(','))
    if (hidden > 0) throw new PortError('denied', 'some changes on these CIs are hidden from this account')
    if (!complete) throw new PortError('malformed', `at least ${rows.length} changes: too many to look through`)
    found.push(...rows)
  }
  return found
}

function changeOf(row: Row): NearChange | undefined {
  const cell = (column: string) => {
    const found = row[column]
    if (found) return found
    throw new PortError('denied', `ServiceNow, reading change_request: ${missing(column)}`)
  }
  const time = (column: string): Instant | null => instantOf(cell(column).value) ?? null
  const state = cell('state').value
  if (ours.test(cell('correlation_id').value)) return undefined
  if (state === canceled && time('work_start') === null) return undefined
  const over = state === review || state === closed || state === canceled
  return {
    number: plainText(cell('number').value, 40),
    title: plainText(cell('short_description').value, 160),
    state: plainText(cell('state').display, 40),
    ci: plainText(cell('cmdb_ci').display, 120),
    start: time('work_start') ?? time('start_date'),
    end: over ? (time('work_end') ?? time('closed_at') ?? time('end_date')) : time('end_date'),
    over,
  }
}
