// Owns the anti-flap guardrail: how often a runbook may act on the same CI, whatever started it.
import type { Millis } from '../values.ts'
import { type Guardrail, type GuardrailInput, pass, stop, unknownAnswer } from './input.ts'

type FlapLimit = { readonly max: number; readonly withinMs: Millis }

/** The runbook's and the global limit: both must hold. */
export const flapLimits = (input: Pick<GuardrailInput, 'runbook' | 'governance'>): readonly FlapLimit[] =>
  [input.runbook.limits.antiFlap, input.governance.limits.antiFlap].filter((limit) => limit !== undefined)

export const antiFlapGuardrail: Guardrail = (input) => {
  const limits = flapLimits(input)
  if (limits.length === 0) return pass('anti-flap', 'no limit is set')
  let most = 0
  for (const target of input.draft.targets) {
    const flaps = input.facts.flaps[target.name]
    if (!flaps?.known)
      return unknownAnswer(
        'anti-flap',
        `earlier runs on ${target.name} cannot be counted: ${flaps?.reason ?? 'not read'}`,
        'try again when the store answers',
      )
    for (const limit of limits) {
      const recent = flaps.value.filter((at) => at > input.at - limit.withinMs).toSorted((a, b) => a - b)
      most = Math.max(most, recent.length)
      if (recent.length >= limit.max) {
        // One more fits when so many have passed that fewer than `max` are left.
        const next = (recent[recent.length - limit.max] ?? input.at) + limit.withinMs
        return stop(
          'anti-flap',
          `${input.runbook.id} already acted on ${target.name} ${recent.length}× within ${minutes(limit.withinMs)} (limit ${limit.max})`,
          `wait ${minutes(next - input.at)}, or look for the cause that keeps coming back`,
        )
      }
    }
  }
  const words = limits.map((limit) => `${limit.max}× in ${minutes(limit.withinMs)}`).join(' and ')
  return pass('anti-flap', `acted ${most}× there lately, at most ${words} per CI`)
}

const minutes = (ms: Millis): string => `${Math.max(1, Math.ceil(ms / 60_000))} min`
