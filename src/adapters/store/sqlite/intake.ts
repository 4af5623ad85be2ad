// Owns intake events in SQLite: each stored once under its dedupe key, and pending until it is done (P8).
import { PortError } from '../../../ports/errors.ts'
import type { PendingEvent, Store } from '../../../ports/store.ts'
import { type Connection, FEW } from './connection.ts'
import type { Row } from './statements.ts'
import { checkKeys, fromJson, toJson, toLimit } from './values.ts'

type Intake = Pick<Store, 'accept' | 'pending' | 'hold' | 'postpone' | 'done' | 'backlog'>

const PENDING = `SELECT * FROM intake WHERE done = 0 AND (not_before IS NULL OR not_before <= ?)
  ORDER BY received_at, number LIMIT ?`

export function intake({ first, few, scan, change, commit }: Connection): Intake {
  const update = (sql: string, ...parameters: readonly (string | number)[]) =>
    commit(() => {
      if (change(sql, ...parameters) === 0) throw unknown()
    })

  return {
    async accept({ id, key, source, receivedAt, body }, heldUntil) {
      checkKeys(id, key)
      const text = toJson(body)
      return commit(() => {
        const earlier = first('SELECT id FROM intake WHERE key = ?', key)
        if (earlier) return { id: earlier['id'] as string, fresh: false }
        const columns = 'INSERT INTO intake (id, key, source, received_at, body, not_before) VALUES (?, ?, ?, ?, ?, ?)'
        change(columns, id, key, source, receivedAt, text, heldUntil)
        return { id, fresh: true }
      })
    },
    async pending(at, limit) {
      const rows = limit <= FEW ? few(PENDING, at, toLimit(limit)) : await scan(PENDING, [at, toLimit(limit)])
      return rows.map(toEvent)
    },
    hold: (id, was, until) =>
      commit(() => {
        if (!first('SELECT 1 FROM intake WHERE id = ?', id)) throw unknown()
        const taken = 'UPDATE intake SET not_before = ? WHERE id = ? AND done = 0 AND ifnull(not_before, 0) = ?'
        if (change(taken, until, id, was) === 0) throw new PortError('conflict', 'somebody else has this event in hand')
      }),
    postpone: (id, at) => update('UPDATE intake SET not_before = ? WHERE id = ?', at, id),
    done: (id) => update('UPDATE intake SET done = 1 WHERE id = ?', id),
    async backlog() {
      return first('SELECT count(*) AS waiting FROM intake WHERE done = 0')?.['waiting'] as number
    },
  }
}

const unknown = () => new PortError('notFound', 'there is no such intake event')

function toEvent(row: Row): PendingEvent {
  const id = row['id'] as string
  const body = fromJson(row['body'] as string, `intake event ${id}`)
  return {
    id,
    key: row['key'] as string,
    source: row['source'] as string,
    receivedAt: row['received_at'] as number,
    body,
    heldUntil: (row['not_before'] ?? 0) as number,
  }
}
