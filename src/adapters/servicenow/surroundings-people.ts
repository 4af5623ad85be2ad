// Owns the people around an incident: whom its CIs carry, who has taken control of it, and who is on call for its group.
import type { Affected } from '../../core/surroundings.ts'
import type { ServiceNowSettings } from '../../ports/catalog.ts'
import { PortError } from '../../ports/errors.ts'
import type { Tickets } from '../../ports/tickets.ts'
import { plainText } from '../wire/text.ts'
import type { Client } from './client.ts'
import { booleanOf, missing, textOf } from './facts.ts'
import { groupNamed } from './groups.ts'
import { firstInLine } from './people.ts'
import { onCallSchema, type Row } from './schema.ts'
import type { Found } from './surroundings.ts'
import type { TableApi } from './table.ts'
import { chunks, columnPath, isSysId } from './values.ts'

/** Further affected CIs of an incident; a blast radius is not counted over more. */
const maxCis = 50

/**
 * The users of the incident's CI, of its affected CIs (task_ci) and of what depends on them; its caller where they are a
 * VIP, and each of its CIs that the mapped `vip` column marks. Throws PortError: as the Table API; `denied` where the
 * caller's flag, or affected CIs, are hidden.
 */
export async function affectedBy(
  { table, blast, map }: { table: TableApi; blast: Tickets['blast']; map: ServiceNowSettings['ci'] },
  incident: string,
): Promise<Affected> {
  const [row, links] = await Promise.all([
    table.get('incident', incident, ['cmdb_ci', 'caller_id', 'caller_id.vip']),
    table.list('task_ci', `task=${incident}`, ['task', 'ci_item'], { max: maxCis }),
  ])
  if (links.hidden > 0) throw new PortError('denied', `${links.hidden} affected CIs are hidden from this account`)
  const linked = links.rows.filter((each) => each['task']?.value === incident).map((each) => each['ci_item']?.value)
  const cis = [...new Set([row['cmdb_ci']?.value, ...linked])].filter((id) => id !== undefined && isSysId(id))
  const [{ users }, marked] = await Promise.all([
    blast(cis as string[], incident),
    map['vip'] === undefined ? [] : markedOf(table, cis as string[], columnPath(map['vip'])),
  ])
  return { users: users.known ? users.value : null, vips: [...callerOf(row), ...marked] }
}

function callerOf(row: Row): readonly string[] {
  const caller = row['caller_id']
  if (caller?.value === '') return []
  const vip = booleanOf(row['caller_id.vip']?.value ?? '?')
  if (!caller || vip === undefined) throw new PortError('denied', missing('caller_id.vip'))
  return vip ? [plainText(caller.display, 120) || 'the caller'] : []
}

async function markedOf(table: TableApi, cis: readonly string[], column: string): Promise<readonly string[]> {
  const names: string[] = []
  for (const chunk of chunks(cis)) {
    const { rows } = await table.list('cmdb_ci', `sys_idIN${chunk.join(',')}`, ['name', column])
    for (const row of rows.filter((each) => chunk.includes(each['sys_id']?.value ?? '')))
      if (booleanOf(row[column]?.value ?? '') === true) names.push(plainText(row['name']?.value ?? '', 120))
  }
  return names
}

/** Whoever stands in the declared column. Throws PortError `denied` where none is declared, or it cannot be read. */
export async function commanderOf(table: TableApi, incident: string, declared: string | null): Promise<Found<string>> {
  if (declared === null)
    throw new PortError('denied', 'connectors.yaml declares no servicenow.context.commander, so nobody can be seen')
  const column = columnPath(declared)
  const cell = (await table.get('incident', incident, [column]))[column]
  // A column that is empty, and one behind a reference that is, look alike: only the first says that nobody is there.
  if (!cell) throw new PortError('denied', missing(column))
  const name = plainText(textOf(cell), 120)
  if (name === '' && cell.value !== '')
    throw new PortError('denied', `the name in ${column} is hidden from this account`)
  return { value: name, source: `ServiceNow incident.${column}` }
}

/** Names of whoever is first in line for the group, or stands in for them; empty: nobody. Throws as groups and tables. */
export async function onCallNames(client: Client, table: TableApi, group: string): Promise<readonly string[]> {
  const { sysId: id } = await groupNamed(table, group)
  const path = '/api/now/on_call_rota/whoisoncall'
  const ask = { method: 'GET', path, what: 'asking who is on call', query: { group_ids: id } } as const
  const { body } = await client.ask(ask, onCallSchema)
  // A parameter that is not understood counts as absent, and then every group's people come back (CONTRACTS 1.5).
  const ids = [...new Set(firstInLine(body.result.filter((row) => row.group === id)).filter(isSysId))]
  const names = new Map<string, string>()
  for (const chunk of chunks(ids)) {
    const { rows } = await table.list('sys_user', `sys_idIN${chunk.join(',')}`, ['name', 'active'])
    for (const row of rows) names.set(row['sys_id']?.value ?? '', plainText(row['name']?.value ?? '', 120))
  }
  return ids.map((each) => {
    const name = names.get(each) ?? ''
    if (name === '') throw new PortError('denied', 'the name of whoever is on call is hidden from this account')
    return name
  })
}
