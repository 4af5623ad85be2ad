// Owns the creation of one row: not idempotent, so whoever inserts looks for the row first (CONTRACTS 1.2).
import type { JsonObject } from '../../core/values.ts'
import type { Client } from './client.ts'
import { oneSchema, type Row } from './schema.ts'

/** Writes raw values and answers these columns, with display values; `mayHaveHappened` where the answer was lost. */
export async function insert(
  client: Client,
  table: 'sysapproval_approver' | 'task_ci' | 'incident',
  fields: JsonObject,
  columns: readonly string[],
): Promise<Row> {
  const query = {
    sysparm_fields: ['sys_id', ...columns].join(','),
    sysparm_display_value: 'all',
    sysparm_exclude_reference_link: 'true',
  }
  const path = `/api/now/table/${table}`
  const { body } = await client.ask({ method: 'POST', path, what: `writing ${table}`, query, json: fields }, oneSchema)
  return body.result
}
