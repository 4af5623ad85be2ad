// Owns the values that a choice column may take in this instance.
import type { TableApi } from './table.ts'

/** Active values in no order; empty where sys_choice is hidden. */
export async function choicesOf(table: TableApi, name: string, element: string): Promise<readonly string[]> {
  const query = `name=${name}^element=${element}^inactive=false`
  const { rows } = await table.list('sys_choice', query, ['name', 'element', 'value', 'inactive'], { max: 200 })
  const ours = rows.filter((row) => row['name']?.value === name && row['element']?.value === element)
  return [...new Set(ours.filter((row) => row['inactive']?.value !== 'true').map((row) => row['value']?.value ?? ''))]
}
