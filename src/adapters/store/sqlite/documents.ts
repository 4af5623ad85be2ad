// Owns small documents with compare-and-swap in SQLite: locks, cursors, watches, the freeze.
import { PortError } from '../../../ports/errors.ts'
import type { Document, Store } from '../../../ports/store.ts'
import type { Connection } from './connection.ts'
import type { Row } from './statements.ts'
import { checkKeys, fromJson, toJson } from './values.ts'

type Documents = Pick<Store, 'get' | 'put' | 'remove' | 'all'>

const BY_KEY = 'SELECT * FROM documents WHERE kind = ? AND key = ?'
const DELETE = 'DELETE FROM documents WHERE kind = ? AND key = ?'

/**
 * A version is the row's AUTOINCREMENT number: it rises over the whole store and never comes back, so a lock that was
 * removed and taken by somebody else never has a version that its earlier holder knows.
 */
export function documents({ first, scan, change, commit }: Connection): Documents {
  const versionOf = (kind: string, key: string) => (first(BY_KEY, kind, key)?.['version'] as number | undefined) ?? null

  return {
    async get(kind, key) {
      const row = first(BY_KEY, kind, key)
      return row && toDocument(row)
    },
    async put(kind, key, value, version) {
      checkKeys(kind, key)
      const text = toJson(value)
      return commit(() => {
        if (versionOf(kind, key) !== version) throw conflict(kind, key)
        change(DELETE, kind, key)
        change('INSERT INTO documents (kind, key, value) VALUES (?, ?, ?)', kind, key, text)
        return toDocument(first(BY_KEY, kind, key) as Row)
      })
    },
    async remove(kind, key, version) {
      await commit(() => {
        const stored = versionOf(kind, key)
        if (stored !== null && stored !== version) throw conflict(kind, key)
        change(DELETE, kind, key)
      })
    },
    async all(kind) {
      return (await scan('SELECT * FROM documents WHERE kind = ? ORDER BY key', [kind])).map(toDocument)
    },
  }
}

const conflict = (kind: string, key: string): PortError =>
  new PortError('conflict', `the ${kind} document ${key} has changed meanwhile`)

function toDocument(row: Row): Document {
  const kind = row['kind'] as string
  const key = row['key'] as string
  const value = fromJson(row['value'] as string, `the ${kind} document ${key}`)
  return { kind, key, value, version: row['version'] as number }
}
