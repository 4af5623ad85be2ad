// Owns who is responsible for a CI: the declared column, else its owner or manager, else those of its business service.
import type { Ci } from '../../core/incident.ts'
import { PortError } from '../../ports/errors.ts'
import { plainText } from '../wire/text.ts'
import { missing } from './facts.ts'
import type { Row } from './schema.ts'
import type { Found } from './surroundings.ts'
import { neighboursOf } from './surroundings-neighbours.ts'
import type { TableApi } from './table.ts'
import { chunks, columnPath, sysId } from './values.ts'

type Owner = { readonly name: string; readonly group: string | null }

const groups = ['support_group', 'assignment_group']
/** So far away a business service may stand. */
const reach = 3
/** Business services as the classes of the platform, and those below them, are called. */
const isService = /^(cmdb_ci_(query_based_)?service|service_offering)/

/**
 * Throws PortError: as the Table API; `denied` where the columns are hidden, or their references' names; `notFound` where
 * nobody stands there, which is no owner that could be called.
 */
export async function ownerOf(table: TableApi, ci: Ci, declared: string | null): Promise<Found<Owner>> {
  const people = [...(declared === null ? [] : [columnPath(declared)]), 'owned_by', 'managed_by']
  const columns = [...people, ...groups]
  const own = await table.get('cmdb_ci', sysId(ci.sysId), columns)
  const found = within(own, people, ci.name)
  if (found) return found
  const service = await serviceOf(table, ci, columns)
  const theirs = service && within(service, people, plainText(service['name']?.value ?? '', 120))
  if (theirs) return theirs
  const team = groupIn(own)
  if (team !== null)
    return { value: { name: '', group: team }, source: `ServiceNow cmdb_ci.support_group of ${ci.name}` }
  throw new PortError('notFound', `nobody stands in ${people.join(', ')} of ${ci.name}, nor of a service that uses it`)
}

function within(row: Row, people: readonly string[], of: string): Found<Owner> | undefined {
  for (const column of people) {
    const cell = row[column]
    if (!cell) throw new PortError('denied', `${of}: ${missing(column)}`)
    if (cell.value === '') continue
    if (cell.display === '')
      throw new PortError('denied', `${of}: the name behind ${column} is hidden from this account`)
    const value = { name: plainText(cell.display, 120), group: groupIn(row) }
    return { value, source: `ServiceNow cmdb_ci.${column} of ${of}` }
  }
  return undefined
}

function groupIn(row: Row): string | null {
  const names = groups
    .map((column) => row[column])
    .flatMap((cell) => (cell?.value ? [plainText(cell.display, 120)] : []))
  return names.find((name) => name !== '') ?? null
}

/** The nearest business service that uses the CI, of several the first by name. */
async function serviceOf(table: TableApi, ci: Ci, columns: readonly string[]): Promise<Row | undefined> {
  const users = (await neighboursOf(table, sysId(ci.sysId), reach)).filter((each) => each.direction === 'down')
  const rows: Row[] = []
  for (const chunk of chunks(users.map((each) => each.sysId))) {
    const wanted = ['name', 'sys_class_name', ...columns]
    const { rows: some } = await table.list('cmdb_ci', `sys_idIN${chunk.join(',')}`, wanted, { display: true })
    rows.push(...some.filter((row) => chunk.includes(row['sys_id']?.value ?? '')))
  }
  const depthOf = (row: Row): number => users.find((each) => each.sysId === row['sys_id']?.value)?.depth ?? reach
  const nameOf = (row: Row): string => row['name']?.value ?? ''
  return rows
    .filter((row) => isService.test(row['sys_class_name']?.value ?? ''))
    .toSorted((a, b) => depthOf(a) - depthOf(b) || (nameOf(a) < nameOf(b) ? -1 : 1))[0]
}
