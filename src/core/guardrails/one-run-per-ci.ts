// Owns the guardrail that keeps two mutating runs from working on one CI at a time (P7).
import { type Guardrail, pass, stop, unknownAnswer } from './input.ts'

export const oneRunPerCiGuardrail: Guardrail = ({ draft, facts }) => {
  for (const target of draft.targets) {
    const lock = facts.locks[target.name]
    if (!lock?.known)
      return unknownAnswer(
        'one run per CI',
        `whether another run is at work on ${target.name} cannot be told: ${lock?.reason ?? 'not read'}`,
        'try again when the store answers',
      )
    if (lock.value !== null)
      return stop(
        'one run per CI',
        `run ${lock.value} is at work on ${target.name}`,
        `wait until ${lock.value} has ended, or stop it`,
      )
  }
  return pass('one run per CI', 'no other run is at work there')
}
