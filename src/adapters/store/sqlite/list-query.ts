// Owns the SQL of `list`: newest first, narrowed by label and status, paged by key.
import type { ListQuery } from '../../../ports/store.ts'
import type { Bindings } from './statements.ts'
import { toLimit } from './values.ts'

/** One of eight constant texts, so that the statement cache stays small. */
export function listQuery({ limit, before, label, statuses }: ListQuery): { sql: string; parameters: Bindings } {
  const from = label ? 'labels l CROSS JOIN chains c ON c.chain = l.chain' : 'chains c'
  const key = label ? 'l' : 'c'
  const where = [
    ...(label ? ['l.name = ? AND l.value = ?'] : []),
    ...(before ? [`(${key}.created_at, ${key}.chain) < (?, ?)`] : []),
    ...(statuses ? ['c.status IN (SELECT value FROM json_each(?))'] : []),
  ]
  return {
    sql: `SELECT c.* FROM ${from} ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''}
      ORDER BY ${key}.created_at DESC, ${key}.chain DESC LIMIT ?`,
    parameters: [
      ...(label ? [label.name, label.value] : []),
      ...(before ? [before.createdAt, before.chain] : []),
      ...(statuses ? [JSON.stringify(statuses)] : []),
      toLimit(limit),
    ],
  }
}
