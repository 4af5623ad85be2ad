// Owns CIs: one by id or every match of a name, with the facts of the column map.
import { type Ci, type Fact, known, unknown } from '../../core/incident.ts'
import type { Instant } from '../../core/values.ts'
import type { ServiceNowSettings } from '../../ports/catalog.ts'
import type { Clock } from '../../ports/clock.ts'
import { isTransient } from '../../ports/errors.ts'
import type { Tickets } from '../../ports/tickets.ts'
import { type FactType, factOf, missing } from './facts.ts'
import type { Row } from './schema.ts'
import type { TableApi } from './table.ts'
import { columnPath, isSysId, queryName, sysId } from './values.ts'

/** Mapped names with a meaning of their own; every other one is text. */
const types: { readonly [name: string]: FactType } = {
  users: 'number',
  tags: 'list',
  managed: 'boolean',
  vip: 'boolean',
}

const columnsOf = (map: ServiceNowSettings['ci']): readonly string[] => [
  'name',
  'sys_class_name',
  ...Object.values(map).map(columnPath),
]

/** Enough to refuse an ambiguous name with its candidates. */
const maxMatches = 50

export function cmdb(options: {
  table: TableApi
  settings: () => ServiceNowSettings
  clock: Clock
}): Pick<Tickets, 'ci' | 'findCis'> {
  const { table, settings, clock } = options

  const ci = async (id: string): Promise<Ci> => {
    const map = settings().ci
    const readAt = clock.now()
    const row = await table.get('cmdb_ci', sysId(id), columnsOf(map))
    return ciOf(await completed(table, row, map), map, readAt)
  }

  return {
    ci,
    async findCis(text) {
      const name = queryName(text)
      const map = settings().ci
      const readAt = clock.now()
      const clauses = [`name=${name}`, `fqdn=${name}`, ...(isSysId(name) ? [`sys_id=${name.toLowerCase()}`] : [])]
      const columns = [...columnsOf(map), 'fqdn']
      const { rows } = await table.list('cmdb_ci', clauses.join('^OR'), columns, { max: maxMatches, display: true })
      // A clause that was dropped matches everything, so each row must show what was asked (CONTRACTS 1.2).
      const wanted = name.toLowerCase()
      const found = rows.filter((row) =>
        ['name', 'fqdn', 'sys_id'].some((column) => row[column]?.value.toLowerCase() === wanted),
      )
      const [only] = found
      return found.length === 1 && only
        ? [await ci(only['sys_id']?.value ?? '')]
        : found.map((row) => ciOf(row, map, readAt))
    },
  }
}

/** A column that a class adds is not seen through cmdb_ci: what is missing is asked of the CI's own class. */
async function completed(table: TableApi, row: Row, map: ServiceNowSettings['ci']): Promise<Row> {
  const lacking = Object.values(map).filter((column) => row[column] === undefined)
  const [id, type] = [row['sys_id']?.value ?? '', row['sys_class_name']?.value ?? '']
  if (lacking.length === 0 || type === '' || type === 'cmdb_ci') return row
  try {
    return { ...(await table.get(type, id, lacking)), ...row }
  } catch (error) {
    if (isTransient(error)) throw error
    return row
  }
}

/** `name` and `class` are always there and cannot be mapped away; `class` is the label of the class (DESIGN §9). */
function ciOf(row: Row, map: ServiceNowSettings['ci'], readAt: Instant): Ci {
  const reading = { table: 'cmdb_ci', row, readAt }
  const facts: Record<string, Fact> = {}
  for (const [name, column] of Object.entries(map)) facts[name] = factOf(reading, column, types[name])
  const label = row['sys_class_name']?.display ?? ''
  const source = 'ServiceNow cmdb_ci.sys_class_name'
  facts['class'] = label === '' ? unknown(missing('sys_class_name'), source, readAt) : known(label, source, readAt)
  facts['name'] = factOf(reading, 'name')
  return { sysId: row['sys_id']?.value ?? '', name: row['name']?.value ?? '', facts }
}
