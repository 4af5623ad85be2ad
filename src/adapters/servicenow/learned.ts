// Owns the post-incident column: what a person wrote there helped, and which Entra object id that person is (P10).
import type { ServiceNowSettings } from '../../ports/catalog.ts'
import type { Tickets } from '../../ports/tickets.ts'
import { attempt } from './attempt.ts'
import { textOf } from './facts.ts'
import { mappedUsers } from './mapped-users.ts'
import type { TableApi } from './table.ts'
import { columnPath, entraId, queryName, sysId } from './values.ts'

const LONGEST = 1000

/** `by` is whoever saved the incident last: one active user of that name, mapped by the person column; else null. */
export function learned(options: {
  table: TableApi
  settings: () => ServiceNowSettings
}): Required<Pick<Tickets, 'learned'>> {
  const { table, settings } = options
  const personNamed = async (userName: string) => {
    const { person } = settings()
    if (person === null || userName === '') return null
    const column = columnPath(person)
    const query = `user_name=${queryName(userName)}`
    const { rows } = await table.list('sys_user', query, [column, 'user_name'])
    // A clause on an unknown column is dropped and gives everybody, so each row is looked at again (CONTRACTS 1.2).
    const [user, ...twins] = rows.filter((row) => row['user_name']?.value === userName)
    const id = twins.length === 0 ? entraId(user?.[column]?.value ?? '') : undefined
    if (!user || id === undefined) return null
    // Who is inactive, or shares the id with somebody, stands for nobody.
    const mapped = (await mappedUsers(table, person, [id])).get(id)
    return mapped && mapped.sysId === user['sys_id']?.value ? { id, name: mapped.name } : null
  }
  return {
    async learned(id) {
      const { context } = settings()
      if (context.learned === null) return null
      const column = columnPath(context.learned)
      const row = await table.get('incident', sysId(id), [column, 'sys_updated_by'])
      const cell = row[column]
      const text = cell ? textOf(cell).trim().slice(0, LONGEST) : ''
      if (text === '') return null
      const who = await attempt(() => personNamed(row['sys_updated_by']?.value ?? ''))
      return { text, by: who.ok ? who.value : null }
    },
  }
}
