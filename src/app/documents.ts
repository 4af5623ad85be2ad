// Owns compare-and-swap on small documents: read, change, write, and again when someone else was faster.
import type { Json } from '../core/values.ts'
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
