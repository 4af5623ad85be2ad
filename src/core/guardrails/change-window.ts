// Owns the change-window guardrail: a change in Implement on the CI right now, or an open calendar.
import type { Change } from '../incident.ts'
import type { Instant } from '../values.ts'
import { environmentNames, type Guardrail, pass, stop, unknownAnswer } from './input.ts'

/** In state Implement, start ≤ now < end, not on hold (CONTRACTS 1.6). A change without both dates is never open. */
export const isOpenChange = (change: Change, at: Instant): boolean =>
  change.state === 'implement' &&
  !change.onHold &&
  change.start !== null &&
  change.end !== null &&
  change.start <= at &&
  at < change.end

export const changeWindowGuardrail: Guardrail = (input) => {
  const wanted = input.runbook.limits.changeWindow?.in ?? []
  const needing = environmentNames(input).filter((name) => wanted.includes(name))
  if (needing.length === 0) return pass('change window', 'none is needed here')
  const calendars = Object.values(input.governance.calendars).map((calendar) => ({
    calendar,
    state: calendar.at(input.at),
  }))
  const open = calendars.find((each) => each.state.open)
  if (open) return pass('change window', `calendar ${open.calendar.name} is open: ${open.state.why}`)
  const found: string[] = []
  for (const target of input.draft.targets) {
    const environment = input.environments.get(target.name)?.environment.name
    if (environment === undefined || !needing.includes(environment)) continue
    const changes = input.facts.changes[target.name]
    if (!changes?.known)
      return unknownAnswer(
        'change window',
        `changes on ${target.name} cannot be read: ${changes?.reason ?? 'not read'}`,
        'try again when ServiceNow answers',
      )
    const change = changes.value.find((each) => isOpenChange(each, input.at))
    if (!change)
      return stop(
        'change window',
        `no change on ${target.name} is in Implement now${calendars.length > 0 ? ', and no calendar is open' : ''}`,
        `move a change on ${target.name} to Implement inside its window, or wait for the next open calendar`,
      )
    found.push(change.number)
  }
  return pass('change window', `${[...new Set(found)].join(', ')} is in Implement`)
}
