// Owns the stand-in for the deciding part of the core while whole runs are measured: the same functions, each call timed.
import { gate as answer } from '../src/core/gate.ts'
import { draftPlan as draft, planHash as hash } from '../src/core/plan.ts'
import { evaluate as decide } from '../src/core/policy.ts'

export * from '../src/core/gate.ts'
export * from '../src/core/plan.ts'
export * from '../src/core/policy.ts'

export type Timed = 'evaluate' | 'draftPlan' | 'planHash' | 'gate'

/** Milliseconds and calls since the process began. */
export type Spent = { readonly [name in Timed]: { readonly calls: number; readonly ms: number } }

const spent = {
  evaluate: { calls: 0, ms: 0 },
  draftPlan: { calls: 0, ms: 0 },
  planHash: { calls: 0, ms: 0 },
  gate: { calls: 0, ms: 0 },
}

export const spentSoFar = (): Spent => structuredClone(spent)

function timed<A extends unknown[], T>(name: Timed, of: (...given: A) => T): (...given: A) => T {
  return (...given) => {
    const from = performance.now()
    try {
      return of(...given)
    } finally {
      spent[name].calls += 1
      spent[name].ms += performance.now() - from
    }
  }
}

// These come before what `export *` brings under the same names.
export const evaluate = timed('evaluate', decide)
export const draftPlan = timed('draftPlan', draft)
export const planHash = timed('planHash', hash)
export const gate = timed('gate', answer)
