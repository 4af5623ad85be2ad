// Owns whether the integration user may read each table and column: told from what comes back, and what does not.
import { listSchema, type Row } from '../../adapters/servicenow/schema.ts'
import { isPortError } from '../../ports/errors.ts'
import type { Connected } from './connected.ts'
import { type Finding, failed, ok, warn } from './finding.ts'
import type { Access } from './servicenow-access.ts'

const name = 'ServiceNow access'
/** Rows to look at: a column is hidden only where none of them shows it. */
const sample = 20

/** One finding for all that can be read, else one for each table that cannot; `known` are sentences of other checks. */
export async function readable(
  connected: Connected,
  accesses: readonly Access[],
  known: readonly string[],
): Promise<readonly Finding[]> {
  const found = await Promise.all(accesses.map((access) => read(connected, access, known)))
  // Of a table that cannot be read at all one word is enough, whatever else is read of it.
  const isSaid = (index: number): boolean =>
    found.some(
      (each, other) => other < index && each?.state === 'FAILED' && accesses[other]?.table === accesses[index]?.table,
    )
  const wrong = found.filter((_, index) => !isSaid(index)).filter((each) => each !== undefined)
  const whole = new Set(accesses.map(({ table }) => table))
  found.forEach((finding, index) => finding && whole.delete(accesses[index]?.table ?? ''))
  return wrong.some(({ state }) => state === 'FAILED')
    ? wrong
    : [...wrong, ok(name, `${whole.size} tables can be read with their columns`)]
}

async function read({ table: api }: Connected, access: Access, known: readonly string[]): Promise<Finding | undefined> {
  const { table, columns, without, optional } = access
  const say = optional ? warn : failed
  const right = `let the role of runbot’s user read ${table} (docs/servicenow.md); without it ${without}`
  const missing = (what: string): Finding => say(`${name}, ${table}`, what, right)
  try {
    const { rows, total } = await api.page(table, { query: '', columns, limit: sample, display: true })
    if (rows.length === 0) return total ? missing(`none of its ${total} records is shown`) : undefined
    const hidden = columns.filter(
      (column) => isHidden(rows, column) && !known.some((said) => said.includes(`${table}.${column},`)),
    )
    return hidden.length === 0 ? undefined : missing(`hidden or unknown: ${hidden.join(', ')}`)
  } catch (error) {
    if (!isPortError(error)) throw error
    return missing(error.message)
  }
}

/** Behind a reference that is empty, nothing comes back: that tells nothing. */
function isHidden(rows: readonly Row[], column: string): boolean {
  const [reference = '', ...rest] = column.split('.')
  if (rest.length > 0 && rows.every((row) => !row[reference]?.value)) return false
  return rows.every((row) => row[column] === undefined)
}

/** Files have an API of their own. */
export async function attachments({ client }: Connected): Promise<readonly Finding[]> {
  const check = 'ServiceNow attachments'
  const query = { sysparm_query: 'table_name=incident', sysparm_limit: '1' }
  try {
    await client.ask({ method: 'GET', path: '/api/now/attachment', what: 'listing attachments', query }, listSchema)
    return [ok(check, 'attachments of incidents can be listed')]
  } catch (error) {
    if (!isPortError(error)) throw error
    const mend = 'let the role of runbot’s user use the Attachment API; without it evidence is not attached'
    return [failed(check, error.message, mend)]
  }
}
