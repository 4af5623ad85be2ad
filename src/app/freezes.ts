// Owns the freeze document: which freezes are in force, read straight from the store so that it holds within a second.
import { freezeCovers } from '../core/guardrails/freeze.ts'
import type { Freeze } from '../core/guardrails/input.ts'
import { environmentsOf } from '../core/policy.ts'
import type { Run } from '../core/run.ts'
import type { Json } from '../core/values.ts'
import type { Store } from '../ports/store.ts'
import type { Deps } from './deps.ts'
import { swap } from './documents.ts'

const KIND = 'freeze'
const KEY = 'active'

/** The freezes in force. Rejects when the store does not answer: then it is unknown, so no. */
export async function activeFreezes(store: Store): Promise<readonly Freeze[]> {
  return listed((await store.get(KIND, KEY))?.value)
}

/** The freeze that covers this run's plan now, or null. Rejects when it cannot be told: the caller takes that as one. */
export async function freezeOn(deps: Pick<Deps, 'store' | 'files'>, run: Run): Promise<Freeze | null> {
  const { draft, context } = run
  if (!draft) return null
  const environments = environmentsOf({ draft, governance: deps.files.current().governance, facts: { context } })
  return (await activeFreezes(deps.store)).find((each) => freezeCovers(each, { draft, environments })) ?? null
}

/** A freeze as a person reads it. */
export const freezeWords = ({ scope, by, reason }: Freeze): string =>
  `${scope === 'all' ? 'everything' : scope} is frozen by ${by}: ${reason}`

/** Adds a freeze; false when that scope is frozen already. */
export const addFreeze = (store: Store, freeze: Freeze): Promise<boolean> =>
  swap<boolean>(store, KIND, KEY, (value) => {
    const active = listed(value)
    if (active.some((each) => each.scope === freeze.scope)) return { result: false }
    return { write: [...active, freeze].map((each) => ({ ...each })), result: true }
  })

/** Removes the freeze of a scope and answers it; undefined when there is none. */
export const removeFreeze = (store: Store, scope: string): Promise<Freeze | undefined> =>
  swap<Freeze | undefined>(store, KIND, KEY, (value) => {
    const active = listed(value)
    const found = active.find((each) => each.scope === scope)
    if (!found) return { result: undefined }
    return { write: active.filter((each) => each !== found).map((each) => ({ ...each })), result: found }
  })

const listed = (value: Json | undefined): readonly Freeze[] =>
  Array.isArray(value) ? (value as unknown as readonly Freeze[]) : []
