// Owns the do-not-touch guardrail: CIs that a runbook must leave alone.
import { scopeOf } from '../scope.ts'
import { evaluateBoolean } from '../values.ts'
import { type Guardrail, pass, stop, unknownAnswer } from './input.ts'

export const doNotTouchGuardrail: Guardrail = (input) => {
  const expression = input.runbook.limits.doNotTouch
  if (!expression) return pass('do not touch', 'nothing is excluded')
  for (const target of input.draft.targets) {
    const scope = scopeOf({
      context: input.facts.context,
      target,
      parameters: input.draft.parameters,
      blast: input.facts.blast,
    })
    const answer = evaluateBoolean(expression, scope)
    if (!answer.ok)
      return unknownAnswer(
        'do not touch',
        `whether ${target.name} must be left alone cannot be told: ${answer.reason}`,
        `complete the facts of ${target.name} in the CMDB`,
      )
    if (answer.value)
      return stop(
        'do not touch',
        `${target.name} must be left alone: ${expression.source}`,
        'name another target; this one is for people only',
      )
  }
  return pass('do not touch', `no target fits ${expression.source}`)
}
