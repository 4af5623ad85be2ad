// Owns the guardrail that stops a run whose incident was closed meanwhile.
import { isOver } from '../incident.ts'
import { type Guardrail, pass, stop } from './input.ts'

export const incidentOpenGuardrail: Guardrail = ({ facts }) => {
  const { incident } = facts.context
  if (!incident) return pass('incident', 'it runs without an incident')
  if (isOver(incident))
    return stop(
      'incident',
      `${incident.number} is ${incident.state} by now`,
      `reopen ${incident.number} if it still hurts`,
    )
  return pass('incident', `${incident.number} is open`)
}
