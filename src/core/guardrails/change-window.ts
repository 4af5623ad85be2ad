// Owns the change-window guardrail: a change in Implement on the CI right now, an open calendar, or a pre-approved class.
import type { Change } from '../incident.ts'
import { type Instant, own } from '../values.ts'
import { ask, environmentNames, type Guardrail, type GuardrailInput, pass, stop, unknownAnswer } from './input.ts'

/** In state Implement, start ≤ now < end, not on hold (CONTRACTS 1.6). A change without both dates is never open. */
export const isOpenChange = (change: Change, at: Instant): boolean =>
  change.state === 'implement' &&
  !change.onHold &&
  change.start !== null &&
  change.end !== null &&
  change.start <= at &&
  at < change.end

type Window =
  | { readonly is: 'notNeeded' }
  | { readonly is: 'calendar'; readonly why: string }
  | { readonly is: 'changes'; readonly changes: readonly Change[] }
  /** No change is open, but the class is pre-approved: runbot opens one from this template before it begins. */
  | {
      readonly is: 'preApproved'
      readonly template: string
      readonly class: string
      /** Those that are open on other targets. */
      readonly changes: readonly Change[]
    }
  | { readonly is: 'closed' | 'unknown'; readonly target: string; readonly reason: string }

/** The template of the standard change that runbot is to open before it begins; null: none is needed. */
export function standardChangeOf(input: GuardrailInput): string | null {
  const window = windowOf(input)
  return window.is === 'preApproved' ? window.template : null
}

export const changeWindowGuardrail: Guardrail = (input) => {
  const window = windowOf(input)
  switch (window.is) {
    case 'notNeeded':
      return pass('change window', 'none is needed here')
    case 'calendar':
      return pass('change window', window.why)
    case 'preApproved': {
      const others = conflictsOf(input, window.changes)
      if (others.answer !== 'pass') return others
      return pass(
        'change window',
        `${window.class} is pre-approved: runbot opens the standard change ${window.template}, and closes it at the end`,
      )
    }
    case 'unknown':
      return unknownAnswer(
        'change window',
        `changes on ${window.target} cannot be read: ${window.reason}`,
        'try again when ServiceNow answers',
      )
    case 'closed':
      return stop(
        'change window',
        window.reason,
        `move a change on ${window.target} to Implement inside its window, or wait for the next open calendar`,
      )
    case 'changes':
      return conflictsOf(input, window.changes)
  }
}

function windowOf(input: GuardrailInput): Window {
  const wanted = input.runbook.limits.changeWindow?.in ?? []
  const needing = environmentNames(input).filter((name) => wanted.includes(name))
  if (needing.length === 0) return { is: 'notNeeded' }
  const calendars = Object.values(input.governance.calendars).map((calendar) => ({
    calendar,
    state: calendar.at(input.at),
  }))
  const open = calendars.find((each) => each.state.open)
  if (open) return { is: 'calendar', why: `calendar ${open.calendar.name} is open: ${open.state.why}` }
  const changes: Change[] = []
  const uncovered: string[] = []
  for (const { name } of input.draft.targets) {
    const environment = input.environments.get(name)?.environment.name
    if (environment === undefined || !needing.includes(environment)) continue
    const answer = input.facts.changes[name]
    if (!answer?.known) return { is: 'unknown', target: name, reason: answer?.reason ?? 'not read' }
    const change = answer.value.find((each) => isOpenChange(each, input.at))
    if (change) changes.push(change)
    else uncovered.push(name)
  }
  const [target] = uncovered
  if (target !== undefined) {
    const named = input.draft.runbook.class
    const template = named === null ? undefined : own(input.governance.classes, named)?.standardChange
    const { standardChange } = input.facts
    // Its own change was opened once: where somebody closed it since, that is a no.
    if (named !== null && template !== undefined && !standardChange)
      return { is: 'preApproved', template, class: named, changes }
    const none = calendars.length > 0 ? ', and no calendar is open' : ''
    const closed = standardChange ? `, not ${standardChange.number} either` : ''
    return { is: 'closed', target, reason: `no change on ${target} is in Implement now${closed}${none}` }
  }
  return { is: 'changes', changes }
}

/** ServiceNow's conflict check, where the runbook wants it: decided on what it lists, never on its status. */
function conflictsOf(input: GuardrailInput, changes: readonly Change[]): ReturnType<Guardrail> {
  const wanted = input.runbook.limits.changeWindow?.conflicts
  const numbers = [...new Set(changes.map((each) => each.number))]
  const words = `${numbers.join(', ')} is in Implement`
  if (wanted === undefined) return pass('change window', words)
  for (const number of numbers) {
    const conflicts = own(input.facts.conflicts, number)
    if (!conflicts?.known)
      return unknownAnswer(
        'change window',
        `${words}, but whether it is in conflict cannot be told: ${conflicts?.reason ?? 'not read'}`,
        'run the conflict check of the change in ServiceNow, or try again',
      )
    if (conflicts.value.length > 0) {
      const reason = `${number} is in conflict: ${conflicts.value.join('; ')}`
      return wanted === 'ask' ? ask('change window', reason) : stop('change window', reason, `resolve it in ${number}`)
    }
  }
  return pass('change window', `${words}, without conflicts`)
}
