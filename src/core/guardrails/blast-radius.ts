// Owns the blast-radius guardrail: how many users and CIs the targets carry, against the stricter of the limits.
import type { Fact } from '../incident.ts'
import { type Guardrail, pass, stop, unknownAnswer } from './input.ts'

export const blastRadiusGuardrail: Guardrail = (input) => {
  const own = input.runbook.limits.blastRadius
  const global = input.governance.limits.blastRadius
  const checks: readonly [string, Fact<number>, number | undefined][] = [
    ['users', input.facts.blast.users, lower(own?.users, global?.users)],
    ['CIs', input.facts.blast.cis, lower(own?.cis, global?.cis)],
  ]
  const words: string[] = []
  let missing: { readonly what: string; readonly reason: string } | undefined
  for (const [what, fact, limit] of checks) {
    if (limit === undefined) continue
    if (!fact.known) {
      missing ??= { what, reason: fact.reason }
      continue
    }
    if (fact.value > limit)
      return stop(
        'blast radius',
        `it reaches ${fact.value} ${what}, and the limit is ${limit}`,
        'narrow the targets, or have a person do it',
      )
    words.push(`${fact.value} of at most ${limit} ${what}`)
  }
  if (missing)
    return unknownAnswer(
      'blast radius',
      `how many ${missing.what} it reaches cannot be told: ${missing.reason}`,
      'complete the CI in the CMDB, or try again when ServiceNow answers',
    )
  return pass('blast radius', words.length > 0 ? words.join(', ') : 'no limit is set')
}

/** Of two limits the stricter holds. */
const lower = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.min(a, b)
