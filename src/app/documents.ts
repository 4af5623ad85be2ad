// Owns compare-and-swap on small documents: read, change, write, and again when someone else was faster.
import { type Instant, isObject, type Json, type Millis } from '../core/values.ts'
import { isPortError } from '../ports/errors.ts'
import type { Store } from '../ports/store.ts'

const RACES = 20

/**
 * Changes one document and answers what `change` said. `write` undefined leaves it as it is, null removes it.
 * Rejects with a PortError: `conflict` after too many lost races.
 */
export async function swap<T>(
  store: Store,
  kind: string,
  key: string,
  change: (value: Json | undefined) => { readonly write?: Json | null; readonly result: T },
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const document = await store.get(kind, key)
    const { write, result } = change(document?.value)
    try {
      if (write === null && document) await store.remove(kind, key, document.version)
      else if (write !== undefined && write !== null) await store.put(kind, key, write, document?.version ?? null)
      return result
    } catch (error) {
      if (!isPortError(error, 'conflict') || attempt >= RACES) throw error
    }
  }
}

/**
 * Takes, or keeps, the turn of doing something that one replica does at a time; false: it is another's. Whoever is gone
 * loses the turn after `forMs`. To do it twice must do no harm: a replica that stood still may still think it is its turn.
 */
export const takeTurn = (store: Store, what: string, owner: string, now: Instant, forMs: Millis): Promise<boolean> =>
  swap<boolean>(store, 'turn', what, (value) => {
    const isOthers = isObject(value) && value['owner'] !== owner && Number(value['until']) > now
    return isOthers ? { result: false } : { write: { owner, until: now + forMs }, result: true }
  })
