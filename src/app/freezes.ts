// Owns the freeze document: which freezes are in force, read straight from the store so that it holds within a second.

import { freezeCovers, freezeWords, frozenByCalendar } from '../core/guardrails/freeze.ts'
import type { Freeze } from '../core/guardrails/input.ts'
import { environmentsOf } from '../core/policy.ts'
import type { Run } from '../core/run.ts'
import { type Json, own } from '../core/values.ts'
import type { Refusal } from '../core/verdict.ts'
import type { Content } from '../ports/catalog.ts'
import type { Store } from '../ports/store.ts'
import type { Deps } from './deps.ts'
import { swap } from './documents.ts'
import { newestAsk } from './views/asks.ts'

const KIND = 'freeze'
const KEY = 'active'

/** The freezes in force. Rejects when the store does not answer: then it is unknown, so no. */
export async function activeFreezes(store: Store): Promise<readonly Freeze[]> {
  return listed((await store.get(KIND, KEY))?.value)
}

/**
 * Why this run's plan is frozen now, by a person or by a calendar, as a sentence; or null.
 * Rejects when it cannot be told: the caller takes that as a freeze.
 */
export async function whyFrozen(deps: Pick<Deps, 'store' | 'files' | 'clock'>, run: Run): Promise<string | null> {
  const { draft, context } = run
  if (!draft) return null
  const { governance } = deps.files.current()
  const environments = environmentsOf({ draft, governance, facts: { context } })
  const freeze = (await activeFreezes(deps.store)).find((each) => freezeCovers(each, { draft, environments }))
  if (freeze) return freezeWords(freeze)
  // What is asked now: the newest ask, whose rule may hold those who can let it through.
  const rule = newestAsk(run)?.rule ?? run.decision?.rule ?? null
  return frozenByCalendar(governance, deps.clock.now(), rule)
}

/**
 * Adds a freeze; false when another person froze that scope already. An own one is said anew: an unfreeze that saw only
 * the earlier one does not end it.
 */
export const addFreeze = (store: Store, freeze: Freeze): Promise<boolean> =>
  swap<boolean>(store, KIND, KEY, (value) => {
    const active = listed(value)
    const before = active.find((each) => each.scope === freeze.scope)
    if (before && before.byId !== freeze.byId) return { result: false }
    return { write: [...active.filter((each) => each !== before), freeze].map((each) => ({ ...each })), result: true }
  })

/**
 * Removes this very freeze, as it was looked at, and answers which one holds its scope all the same: somebody froze it
 * again meanwhile. Undefined: nothing of that scope is frozen any more.
 */
export const removeFreeze = (store: Store, { scope, byId, at }: Freeze): Promise<Freeze | undefined> =>
  swap<Freeze | undefined>(store, KIND, KEY, (value) => {
    const active = listed(value)
    const found = active.find((each) => each.scope === scope)
    if (found?.byId !== byId || found.at !== at) return { result: found }
    return { write: active.filter((each) => each !== found).map((each) => ({ ...each })), result: undefined }
  })

const listed = (value: Json | undefined): readonly Freeze[] => (Array.isArray(value) ? value : [])

/**
 * A typed scope by its proper name. A freeze of what does not exist would freeze nothing, so it is refused (P11, P12).
 * Which services there are, only the CMDB knows: any name is taken.
 */
export function properScope(content: Content, typed: string): { readonly scope: string } | Refusal {
  const [kind, name] = [typed.slice(0, typed.indexOf(':')), typed.slice(typed.indexOf(':') + 1)]
  const known: { readonly [kind: string]: readonly string[] } = {
    env: content.governance.environments.map((each) => each.name),
    runbook: [...content.catalog.runbooks.keys()],
    endpoint: Object.keys(content.systems),
  }
  const names = own(known, kind)
  if (!names) return { scope: typed }
  const proper = names.find((each) => each.toLowerCase() === name.toLowerCase())
  return proper === undefined
    ? {
        reason: `there is no ${typed} to freeze`,
        fix: `name one of ${names.map((each) => `${kind}:${each}`).join(', ')}`,
      }
    : { scope: `${kind}:${proper}` }
}
