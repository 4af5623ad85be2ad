// Owns the requester guardrail: whether the person who asked for this run may ask for it.
import { type Guardrail, pass, stop, unknownAnswer } from './input.ts'

export const requesterGuardrail: Guardrail = ({ facts, runbook }) => {
  const { requester } = facts
  if (!requester) return pass('requester', 'an incident started it, nobody asked for it')
  const groups = requester.groups.join(', ')
  if (!requester.allowed.known)
    return unknownAnswer(
      'requester',
      `whether ${requester.person.name} belongs to ${groups} cannot be told: ${requester.allowed.reason}`,
      'try again when the directory answers',
    )
  if (requester.allowed.value) return pass('requester', `${requester.person.name} may request ${runbook.id}`)
  return stop(
    'requester',
    `${requester.person.name} may not request ${runbook.id}`,
    groups ? `ask a member of ${groups} to request it` : `name who may request ${runbook.id} in governance.yaml`,
  )
}
