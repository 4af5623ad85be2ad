// Owns finding one standard change template, by its sys_id or its exact name.
import { PortError } from '../../ports/errors.ts'
import { plainText } from '../wire/text.ts'
import { changesSchema } from './change-schema.ts'
import type { Client } from './client.ts'
import { isSysId, queryName } from './values.ts'

/**
 * The sys_id of the one published template (std_change_record_producer [documented]). Throws PortError: as the client,
 * and `malformed` where there is none or more than one. That it is called `name` and is taken back by `active` or
 * `retired` is inferred from catalog items, which it extends; a column that does not come back excludes nothing.
 */
export async function templateNamed(client: Client, text: string): Promise<string> {
  const wanted = queryName(text)
  const [column, value] = isSysId(wanted) ? ['sys_id', wanted.toLowerCase()] : ['name', wanted]
  const { body } = await client.ask(
    {
      method: 'GET',
      path: '/api/sn_chg_rest/change/standard/template',
      what: 'looking for a standard change template',
      query: { sysparm_query: `${column}=${value}`, sysparm_limit: '50' },
    },
    changesSchema,
  )
  // A clause that was dropped gives every template, so each must show what was asked (CONTRACTS 1.2).
  const found = body.result.filter(
    (row) => row[column]?.value === value && row['active']?.value !== 'false' && row['retired']?.value !== 'true',
  )
  const [only] = found
  const id = only?.['sys_id']?.value ?? ''
  if (found.length === 1 && isSysId(id)) return id
  const many = found.length === 0 ? 'no published standard change template' : `${found.length} templates`
  const hint = found.length === 0 ? 'publish it, or let this account see it' : 'name it by its sys_id'
  throw new PortError('malformed', `ServiceNow has ${many} "${plainText(wanted, 80)}": ${hint}`)
}
