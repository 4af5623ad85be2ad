// Owns the targets guardrail: every target is a known CI, and there are not too many.
import { type Guardrail, pass, stop, unknownAnswer } from './input.ts'

export const targetsGuardrail: Guardrail = ({ draft, governance }) => {
  const max = governance.limits.maxTargets
  if (max !== undefined && draft.targets.length > max)
    return stop('targets', `${draft.targets.length} targets, and the limit is ${max}`, 'name fewer targets')
  const strangers = draft.targets.filter((target) => !target.ci).map((target) => target.name)
  if (strangers.length > 0)
    return unknownAnswer(
      'targets',
      `${strangers.join(', ')} is not in the CMDB`,
      'use the CI name as ServiceNow shows it, or add the CI',
    )
  return pass('targets', draft.targets.map((target) => target.name).join(', '))
}
