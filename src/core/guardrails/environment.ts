// Owns the environment guardrail, and how a target's environment is told: what cannot be told is production.
import type { Governance } from '../governance.ts'
import type { IncidentContext } from '../incident.ts'
import type { Target } from '../plan.ts'
import { scopeOf } from '../scope.ts'
import { evaluateBoolean, type Json } from '../values.ts'
import { environmentNames, type Guardrail, pass, type ResolvedEnvironment, stop } from './input.ts'

/** First environment whose condition holds; empty, unmatched or not evaluable is production (DESIGN §9 Facts). */
export function environmentOf(
  target: Target,
  context: IncidentContext,
  governance: Pick<Governance, 'environments'>,
): ResolvedEnvironment {
  const production = governance.environments.find((each) => each.production) ?? { name: 'production', production: true }
  if (!target.ci)
    return { environment: production, reason: `${target.name} is not in the CMDB, so it counts as production` }
  const fact = target.ci.facts['environment']
  if (fact && (!fact.known || isEmpty(fact.value)))
    return {
      environment: production,
      reason: `the environment of ${target.name} is ${fact.known ? 'empty' : `unknown (${fact.reason})`}, so it counts as production`,
    }
  const scope = scopeOf({ context, target })
  for (const environment of governance.environments) {
    const answer = evaluateBoolean(environment.when, scope)
    if (!answer.ok)
      return {
        environment: production,
        reason: `whether ${target.name} is ${environment.name} cannot be told (${answer.reason}), so it counts as production`,
      }
    if (answer.value) return { environment, reason: `${target.name} is in ${environment.name}` }
  }
  return { environment: production, reason: `${target.name} fits no environment, so it counts as production` }
}

const isEmpty = (value: Json): boolean => value === null || (typeof value === 'string' && value.trim() === '')

/** Stops a runbook outside the environments that its limits name. */
export const environmentGuardrail: Guardrail = (input) => {
  const allowed = input.runbook.limits.environments
  const reasons = [...new Set([...input.environments.values()].map((each) => each.reason))].join('; ')
  if (!allowed || allowed.length === 0) return pass('environment', reasons)
  const outside = environmentNames(input).filter((name) => !allowed.includes(name))
  if (outside.length > 0)
    return stop(
      'environment',
      `${input.runbook.id} may not run in ${outside.join(', ')}: ${reasons}`,
      `add ${outside.join(', ')} to limits.environments of ${input.runbook.id}, or name another target`,
    )
  return pass('environment', reasons)
}
