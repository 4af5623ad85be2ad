// Owns the signatures under standing exceptions: one document, told afresh for every decision.
import type { Signature } from '../core/waivers.ts'
import type { Store } from '../ports/store.ts'
import { swap } from './documents.ts'

const KIND = 'exception'
const KEY = 'signatures'

/** Every signature, also of exceptions that are gone or have changed since. Rejects when the store does not answer. */
export async function signatures(store: Store): Promise<readonly Signature[]> {
  const value = (await store.get(KIND, KEY))?.value
  return Array.isArray(value) ? value : []
}

/** Adds a signature; false when this person has signed this content already. */
export const addSignature = (store: Store, signature: Signature): Promise<boolean> =>
  swap<boolean>(store, KIND, KEY, (value) => {
    const all = Array.isArray(value) ? value : []
    const known = all.some(
      (each) =>
        each.exception === signature.exception &&
        each.content === signature.content &&
        each.by.id.toLowerCase() === signature.by.id.toLowerCase(),
    )
    if (known) return { result: false }
    // Those under an older content of the same exception count for nothing any more.
    const kept = all.filter((each) => each.exception !== signature.exception || each.content === signature.content)
    return { write: [...kept, signature].map((each) => ({ ...each, by: { ...each.by } })), result: true }
  })

/** Takes somebody's signature back; false when there was none. */
export const removeSignature = (store: Store, exception: string, person: string): Promise<boolean> =>
  swap<boolean>(store, KIND, KEY, (value) => {
    const all = Array.isArray(value) ? value : []
    const kept = all.filter((each) => each.exception !== exception || each.by.id.toLowerCase() !== person.toLowerCase())
    if (kept.length === all.length) return { result: false }
    return { write: kept.map((each) => ({ ...each, by: { ...each.by } })), result: true }
  })
