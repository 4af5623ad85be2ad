// Owns the guardrail for an incident that somebody commands: whoever has taken control is asked, or left alone.
import { ask, type Guardrail, pass, stop, unknownAnswer } from './input.ts'

export const commanderGuardrail: Guardrail = ({ runbook, facts }) => {
  const limit = runbook.limits.commander
  if (limit === undefined) return pass('commander', 'no limit is set')
  const number = facts.context.incident?.number
  if (number === undefined) return pass('commander', 'it runs without an incident')
  const commander = facts.commander
  if (!commander?.known)
    return unknownAnswer(
      'commander',
      `whether somebody commands ${number} cannot be told: ${commander?.reason ?? 'not read'}`,
      'try again when ServiceNow answers',
    )
  const name = commander.value
  if (name === '') return pass('commander', `nobody has taken control of ${number}`)
  return limit === 'stop'
    ? stop(
        'commander',
        `${name} commands ${number}, and the limits say stop`,
        `have ${name} do it, or give ${number} back`,
      )
    : ask('commander', `${name} commands ${number}, so people decide`)
}
