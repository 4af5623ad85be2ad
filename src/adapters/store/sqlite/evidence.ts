// Owns captured evidence in SQLite: bytes of any size, in rows of at most 1 MiB.
import type { Artefact, Store } from '../../../ports/store.ts'
import type { Connection } from './connection.ts'

const PART_BYTES = 1024 * 1024

/** A second one replaces the first: after a crash it is captured anew, and the log's SHA-256 says which bytes count. */
export function keepArtefact(change: Connection['change'], chain: string, { id, bytes }: Artefact): void {
  change('DELETE FROM evidence WHERE chain = ? AND id = ?', chain, id)
  for (let part = 0; part === 0 || part * PART_BYTES < bytes.length; part += 1) {
    const chunk = bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES)
    change('INSERT INTO evidence (chain, id, part, bytes) VALUES (?, ?, ?, ?)', chain, id, part, chunk)
  }
}

export function evidence({ scan }: Connection): Pick<Store, 'evidence'> {
  return {
    async evidence(chain, id) {
      const rows = await scan('SELECT bytes FROM evidence WHERE chain = ? AND id = ? ORDER BY part', [chain, id])
      return rows.length === 0 ? undefined : joined(rows.map((row) => row['bytes'] as Uint8Array))
    },
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}
