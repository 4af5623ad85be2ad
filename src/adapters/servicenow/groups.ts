// Owns finding one assignment group by its display name.
import { PortError } from '../../ports/errors.ts'
import { plainText } from '../wire/text.ts'
import type { TableApi } from './table.ts'
import { queryName } from './values.ts'

interface GroupRecord {
  readonly sysId: string
  readonly name: string
}

/** The one active group of exactly this name; `malformed` where there is none or more than one. */
export async function groupNamed(table: TableApi, text: string): Promise<GroupRecord> {
  const name = queryName(text)
  const { rows } = await table.list('sys_user_group', `name=${name}`, ['name', 'active'], { max: 50 })
  const found = rows.filter((row) => row['name']?.value === name && row['active']?.value !== 'false')
  const [only] = found
  if (found.length === 1 && only) return { sysId: only['sys_id']?.value ?? '', name }
  const many = found.length === 0 ? 'no active group' : `${found.length} groups`
  throw new PortError('malformed', `ServiceNow has ${many} of the name "${plainText(name, 80)}"`)
}
