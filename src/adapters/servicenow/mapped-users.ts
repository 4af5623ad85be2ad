// Owns which ServiceNow user stands for which Entra object id: one active user, by the declared person column (P10).
import { PortError } from '../../ports/errors.ts'
import type { TableApi } from './table.ts'
import { chunks, columnPath, entraId } from './values.ts'

export interface MappedUser {
  /** Entra object id, lower case. */
  readonly id: string
  readonly sysId: string
  readonly userName: string
  readonly name: string
}

/**
 * Users by Entra object id. Who maps to nobody, to several users or to an inactive one is left out; without a person
 * column that is everybody. Throws PortError: as the Table API, and `denied` where users are hidden, for a second user
 * of the same id could be among them.
 */
export async function mappedUsers(
  table: TableApi,
  person: string | null,
  people: readonly string[],
): Promise<ReadonlyMap<string, MappedUser>> {
  const found = new Map<string, MappedUser>()
  if (person === null) return found
  const column = columnPath(person)
  const ids = [...new Set(people.map(entraId))].filter((id) => id !== undefined)
  for (const chunk of chunks(ids)) {
    const query = `${column}IN${chunk.join(',')}`
    const { rows, complete, hidden } = await table.list('sys_user', query, [column, 'active', 'user_name', 'name'])
    if (!complete || hidden > 0)
      throw new PortError('denied', 'ServiceNow hides users from this account: who maps to whom cannot be told')
    for (const id of chunk) {
      // A clause on an unknown column is dropped and gives everybody, so each row is looked at again (CONTRACTS 1.2).
      const [user, ...twins] = rows.filter((row) => row[column]?.value.toLowerCase() === id)
      if (!user || twins.length > 0 || user['active']?.value !== 'true') continue
      const value = (name: string): string => user[name]?.value ?? ''
      found.set(id, { id, sysId: value('sys_id'), userName: value('user_name'), name: value('name') })
    }
  }
  return found
}
