// Owns the freeze guardrail: the kill switch and the freeze calendars.
import type { Governance } from '../governance.ts'
import type { Instant, Json } from '../values.ts'
import {
  environmentNames,
  type Freeze,
  type Guardrail,
  type GuardrailInput,
  pass,
  stop,
  unknownAnswer,
} from './input.ts'

/** The freeze covers this plan. An unreadable scope covers everything: a freeze never fails open. */
export function freezeCovers(freeze: Freeze, input: Pick<GuardrailInput, 'draft' | 'environments'>): boolean {
  const colon = freeze.scope.indexOf(':')
  if (colon < 0) return true
  const [kind, name] = [freeze.scope.slice(0, colon), freeze.scope.slice(colon + 1)]
  switch (kind) {
    case 'env':
      return [...input.environments.values()].some((each) => each.environment.name === name)
    case 'runbook':
      return input.draft.runbook.id === name
    case 'endpoint':
      return Object.values(input.draft.steps).some((steps) =>
        steps.some((step) => [step.action, step.rollback].some((request) => request?.system === name)),
      )
    case 'service':
      return input.draft.targets.some((target) => {
        const service = target.ci?.facts['service']
        // A target whose service is not known may belong to the frozen one.
        return isNamed(target.name, name) || !service?.known || isNamed(service.value, name)
      })
    default:
      return true
  }
}

/** People type a service's name: capitals must not make a freeze miss. */
const isNamed = (value: Json, name: string): boolean =>
  typeof value === 'string' && value.toLowerCase() === name.toLowerCase()

export const freezeGuardrail: Guardrail = (input) => {
  const { freezes } = input.facts
  if (!freezes.known)
    return unknownAnswer('freeze', `whether there is a freeze cannot be told: ${freezes.reason}`, 'try again')
  const freeze = freezes.value.find((each) => freezeCovers(each, input))
  if (freeze)
    return stop(
      'freeze',
      freezeWords(freeze),
      `wait for the unfreeze${freeze.scope === 'all' ? '' : ` of ${freeze.scope}`}`,
    )
  const calendar = frozenByCalendar(input.governance, input.at)
  if (calendar) return stop('freeze', calendar, 'wait until it is over')
  return pass('freeze', `nothing is frozen in ${environmentNames(input).join(', ')}`)
}

/** A freeze as a person reads it. */
export const freezeWords = ({ scope, by, reason }: Freeze): string =>
  `${scope === 'all' ? 'everything' : scope} is frozen by ${by}: ${reason}`

/** Freeze calendars are open by default; an event closes them, and everything with them. */
export function frozenByCalendar(governance: Pick<Governance, 'freezes'>, at: Instant): string | null {
  for (const { calendar } of governance.freezes) {
    const state = calendar.at(at)
    if (!state.open) return `calendar ${calendar.name} freezes it: ${state.why}`
  }
  return null
}
