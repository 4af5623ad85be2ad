// Owns what sets a guardrail aside: a standing exception that two people signed, or a broken glass.
import type { BreakGlass, Governance, StandingException } from './governance.ts'
import type { GuardrailInput, Known } from './guardrails/input.ts'
import type { GuardrailResult } from './policy.ts'
import type { Person } from './run.ts'
import type { Instant } from './values.ts'

/** Somebody's signature under a standing exception, as it read then. */
export interface Signature {
  readonly exception: string
  readonly content: string
  readonly by: Pick<Person, 'id' | 'name'>
  readonly at: Instant
}

/** Somebody of its role broke the glass for this run. */
export interface Glass {
  readonly by: Person
  readonly reason: string
  readonly at: Instant
}

const SIGNERS = 2

/** Who signed this exception as it reads now, each person once. */
export const signersOf = (exception: StandingException, signatures: readonly Signature[]): readonly Signature[] => {
  const seen = new Set<string>()
  return signatures.filter((each) => {
    if (each.exception !== exception.name || each.content !== exception.content) return false
    const id = each.by.id.toLowerCase()
    return !seen.has(id) && Boolean(seen.add(id))
  })
}

/** In force: signed by two different people, and its day has not come. */
export const isInForce = (exception: StandingException, signatures: readonly Signature[], at: Instant): boolean =>
  at < exception.until && signersOf(exception, signatures).length >= SIGNERS

type Waiver = { readonly guardrails: readonly string[]; readonly answer: 'pass' | 'ask'; readonly why: string }

/**
 * The answers with what sets them aside: under an exception a guardrail passes, under a broken glass it asks.
 * Signatures that cannot be read count as none (P5).
 */
export function waive(results: readonly GuardrailResult[], input: GuardrailInput): readonly GuardrailResult[] {
  const { governance, facts } = input
  const { signatures, glass } = facts
  const waivers: readonly Waiver[] = [
    ...(signatures.known ? exceptionsFor(governance, signatures, input) : []),
    ...(glass && governance.breakGlass ? [glassWaiver(glass, governance.breakGlass)] : []),
  ]
  return results.map((result) => {
    if (result.answer === 'pass') return result
    const waiver = waivers.find((each) => each.guardrails.includes(result.name))
    if (!waiver || (waiver.answer === 'ask' && result.answer === 'ask')) return result
    return { ...result, answer: waiver.answer, reason: `${waiver.why}; without it: ${result.reason}` }
  })
}

const glassWaiver = ({ by, reason }: Glass, { setsAside }: BreakGlass): Waiver => ({
  guardrails: setsAside,
  answer: 'ask',
  why: `set aside, for ${by.name} broke the glass: ${reason}`,
})

const exceptionsFor = (
  governance: Governance,
  signatures: Extract<Known<readonly Signature[]>, { known: true }>,
  input: GuardrailInput,
): readonly Waiver[] =>
  Object.values(governance.exceptions.standing)
    .filter((each) => isInForce(each, signatures.value, input.at) && covers(each, input))
    .map((each) => ({
      guardrails: each.guardrails,
      answer: 'pass',
      why: `standing exception ${each.name} (${each.reason}), signed by ${signersOf(each, signatures.value)
        .map(({ by }) => by.name)
        .join(' and ')}`,
    }))

/** It covers all that the plan touches; what cannot be told is not covered. */
function covers({ runbook, environment, service }: StandingException, input: GuardrailInput): boolean {
  if (input.draft.runbook.id !== runbook) return false
  return input.draft.targets.every((target) => {
    if (environment !== undefined && input.environments.get(target.name)?.environment.name !== environment) return false
    if (service === undefined) return true
    const fact = target.ci?.facts['service']
    return fact?.known === true && typeof fact.value === 'string' && fact.value.toLowerCase() === service.toLowerCase()
  })
}
