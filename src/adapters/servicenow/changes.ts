// Owns the change requests on CIs: their own, and those that name them among the affected CIs (CONTRACTS 1.6).
import { type Change, unknown } from '../../core/incident.ts'
import type { Clock } from '../../ports/clock.ts'
import { isPortError, PortError } from '../../ports/errors.ts'
import type { Tickets } from '../../ports/tickets.ts'
import { booleanOf, missing } from './facts.ts'
import type { Row } from './schema.ts'
import type { Listing, TableApi } from './table.ts'
import { chunks, instantOf, sysId } from './values.ts'

/** Before and in Implement, and in review; what is over can open nothing. Models may redefine the others. */
const alive = '-5,-4,-3,-2,-1,0'
const implement = '-1'
const columns = ['number', 'state', 'start_date', 'end_date', 'on_hold', 'cmdb_ci']
const source = 'ServiceNow change_request'

/**
 * Every change that is not over, decided on raw values. Unknown where change_request or task_ci cannot be read, or
 * where rows are hidden and none of the others is in Implement.
 */
export function changes(options: { table: TableApi; clock: Clock }): Tickets['changes'] {
  const { table, clock } = options

  const onCis = async (ids: readonly string[]): Promise<Listing> => {
    const found = await all(ids, (chunk) => table.list('change_request', `cmdb_ciIN${chunk}^stateIN${alive}`, columns))
    return { ...found, rows: found.rows.filter((row) => ids.includes(row['cmdb_ci']?.value ?? '')) }
  }
  const throughTaskCi = async (ids: readonly string[]): Promise<Listing> => {
    const links = await all(ids, (chunk) =>
      table.list('task_ci', `ci_itemIN${chunk}^task.stateIN${alive}`, ['task', 'ci_item']),
    )
    const fitting = links.rows.filter((row) => ids.includes(row['ci_item']?.value ?? ''))
    const tasks = [...new Set(fitting.map((row) => row['task']?.value ?? ''))].filter((task) => task !== '')
    const found = await all(tasks.map(sysId), (chunk) =>
      table.list('change_request', `sys_idIN${chunk}^stateIN${alive}`, columns),
    )
    const rows = found.rows.filter((row) => tasks.includes(row['sys_id']?.value ?? ''))
    return { rows, complete: found.complete && links.complete, hidden: links.hidden }
  }

  return async (ciIds) => {
    const readAt = clock.now()
    const ids = [...new Set(ciIds.map(sysId))]
    try {
      const found = [await onCis(ids), await throughTaskCi(ids)]
      const rows = new Map(found.flatMap((each) => each.rows).map((row) => [row['sys_id']?.value, row]))
      const value = [...rows.values()].map(changeOf)
      const whole = found.every((each) => each.complete && each.hidden === 0)
      if (whole || value.some((change) => change.state === 'implement')) return { known: true, value }
      return unknown('some changes on this CI are hidden from this account', source, readAt)
    } catch (error) {
      if (!isPortError(error)) throw error
      return unknown(error.message, source, readAt)
    }
  }
}

async function all(ids: readonly string[], list: (chunk: string) => Promise<Listing>): Promise<Listing> {
  const found: Listing[] = []
  for (const chunk of chunks(ids)) found.push(await list(chunk.join(',')))
  return {
    rows: found.flatMap((each) => each.rows),
    complete: found.every((each) => each.complete),
    hidden: found.reduce((sum, each) => sum + each.hidden, 0),
  }
}

/** A column that does not come back could be the one that says no, so the change cannot be judged at all. */
function changeOf(row: Row): Change {
  const value = (column: string): string => {
    const cell = row[column]
    if (cell) return cell.value
    throw new PortError('denied', `ServiceNow, reading change_request: ${missing(column)}`)
  }
  return {
    sysId: value('sys_id'),
    number: value('number'),
    state: value('state') === implement ? 'implement' : 'other',
    start: instantOf(value('start_date')) ?? null,
    end: instantOf(value('end_date')) ?? null,
    onHold: booleanOf(value('on_hold')) !== false,
  }
}
