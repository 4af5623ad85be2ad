// Owns the global brake: how many runs may begin within an hour.
import { type Guardrail, pass, stop, unknownAnswer } from './input.ts'

export const runsPerHourGuardrail: Guardrail = ({ facts, governance }) => {
  const limit = governance.limits.runsPerHour
  if (limit === undefined) return pass('runs per hour', 'no limit is set')
  const { runsLastHour } = facts
  if (!runsLastHour.known)
    return unknownAnswer(
      'runs per hour',
      `runs of the last hour cannot be counted: ${runsLastHour.reason}`,
      'try again',
    )
  if (runsLastHour.value >= limit)
    return stop(
      'runs per hour',
      `${runsLastHour.value} runs began in the last hour (limit ${limit})`,
      'wait, and look why',
    )
  return pass('runs per hour', `${runsLastHour.value} of at most ${limit}`)
}
