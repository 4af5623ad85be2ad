// Owns who somebody is in ServiceNow: membership of a group, and who is on call, by Entra object id.
import type { ServiceNowSettings } from '../../ports/catalog.ts'
import type { Membership } from '../../ports/directory.ts'
import { isPortError, PortError } from '../../ports/errors.ts'
import type { Client } from './client.ts'
import { groupNamed } from './groups.ts'
import { type OnCallRow, onCallSchema, type Row } from './schema.ts'
import type { TableApi } from './table.ts'
import { chunks, columnPath, entraId, isSysId } from './values.ts'

/** One kind of group. Neither rejects for what ServiceNow says; `people` gives those that can be told. */
export interface GroupSource {
  membership(person: string, name: string): Promise<Membership>
  people(name: string): Promise<readonly { readonly id: string; readonly name: string }[]>
}

export interface PeopleSources {
  /** Groups of sys_user_group, as listed in sys_user_grmember. */
  readonly group: GroupSource
  /** Whoever is on call for such a group now: the first in line, or who stands in for them. */
  readonly onCall: GroupSource
}

/** People map to Entra object ids by the declared column; unmapped, or mapped twice, means no authority (P10). */
export function people(options: {
  client: Client
  table: TableApi
  settings: () => ServiceNowSettings
}): PeopleSources {
  const { client, table, settings } = options

  /** sys_ids of who belongs to the group. */
  type Members = (group: string, only?: string) => Promise<ReadonlySet<string>>

  const members: Members = async (group, only) => {
    const query = `group=${group}${only === undefined ? '' : `^user=${only}`}`
    const { rows, complete, hidden } = await table.list('sys_user_grmember', query, ['user', 'group'])
    const found = rows.filter((row) => row['group']?.value === group).map((row) => row['user']?.value ?? '')
    if (only !== undefined && !found.includes(only) && (hidden > 0 || !complete))
      throw unclear('members of this group are hidden from this account')
    return new Set(found.filter(isSysId))
  }
  const onCall: Members = async (group) => {
    const query = { group_ids: group }
    const path = '/api/now/on_call_rota/whoisoncall'
    const { body } = await client.ask({ method: 'GET', path, what: 'asking who is on call', query }, onCallSchema)
    // A parameter that is not understood counts as absent, and then every group's people come back (CONTRACTS 1.5).
    return new Set(firstInLine(body.result.filter((row) => row.group === group)).filter(isSysId))
  }

  const source = (belonging: Members): GroupSource => ({
    async membership(person, name) {
      try {
        const [user, group] = await Promise.all([userOf(person), groupNamed(table, name)])
        if (user['active']?.value === 'false') return { is: 'no' }
        const id = user['sys_id']?.value ?? ''
        return { is: (await belonging(group.sysId, id)).has(id) ? 'yes' : 'no' }
      } catch (error) {
        if (!isPortError(error)) throw error
        return { is: 'unknown', reason: error.message }
      }
    },
    async people(name) {
      const person = settings().person
      if (person === null) return []
      const ids = [...(await belonging((await groupNamed(table, name)).sysId))]
      const column = columnPath(person)
      const found: { id: string; name: string }[] = []
      for (const chunk of chunks(ids)) {
        const query = `sys_idIN${chunk.join(',')}`
        const { rows } = await table.list('sys_user', query, [column, 'name', 'active'])
        for (const row of rows.filter((each) => chunk.includes(each['sys_id']?.value ?? ''))) {
          const id = entraId(row[column]?.value ?? '')
          if (id && row['active']?.value !== 'false') found.push({ id, name: row['name']?.value ?? '' })
        }
      }
      return found
    },
  })

  /** The one user with this Entra object id. */
  const userOf = async (person: string): Promise<Row> => {
    const setting = settings().person
    const id = entraId(person)
    if (setting === null) throw unclear('connectors.yaml names no person column, so nobody maps to ServiceNow')
    if (id === undefined) throw unclear('this is not an Entra object id')
    const column = columnPath(setting)
    const { rows } = await table.list('sys_user', `${column}=${id}`, [column, 'active'], { max: 50 })
    const found = rows.filter((row) => row[column]?.value.toLowerCase() === id)
    const [only] = found
    if (found.length === 1 && only) return only
    if (found.length > 1) throw unclear(`${found.length} ServiceNow users bear this Entra object id in ${column}`)
    throw unclear(`no ServiceNow user bears this Entra object id in ${column}`)
  }

  return { group: source(members), onCall: source(onCall) }
}

/** Who maps to whom cannot be told: it becomes unknown, with the reason. */
const unclear = (reason: string): PortError => new PortError('denied', reason)

/** Per rota the lowest `order`; where somebody stands in at that place, they and not whom they replace. */
export function firstInLine(rows: readonly OnCallRow[]): readonly string[] {
  const rotas = Map.groupBy(rows, (row) => row.rota)
  return [...rotas.values()].flatMap((rota) => {
    const first = Math.min(...rota.map(orderOf))
    const line = rota.filter((row) => orderOf(row) === first)
    const standIns = line.filter((row) => row.isOverride)
    // A device or a group may be on call, and then `userId` is empty (CONTRACTS 1.5).
    return (standIns.length > 0 ? standIns : line).flatMap((row) =>
      row.userId === '' ? (row.userIds ?? []) : row.userId,
    )
  })
}

const orderOf = (row: OnCallRow): number => row.order ?? Number.MAX_SAFE_INTEGER
