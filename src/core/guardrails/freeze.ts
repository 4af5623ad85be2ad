// Owns the freeze guardrail: the kill switch and the freeze calendars.
import {
  environmentNames,
  pass,
  stop,
  unknownAnswer,
  type Freeze,
  type Guardrail,
  type GuardrailInput,
} from './input.ts'
import type { Json } from '../values.ts'

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
      `${freeze.scope === 'all' ? 'everything' : freeze.scope} is frozen by ${freeze.by}: ${freeze.reason}`,
      `wait for the unfreeze${freeze.scope === 'all' ? '' : ` of ${freeze.scope}`}`,
    )
  for (const { calendar } of input.governance.freezes) {
    const state = calendar.at(input.at)
    if (!state.open)
      return stop('freeze', `calendar ${calendar.name} freezes it: ${state.why}`, 'wait until it is over')
  }
  return pass('freeze', `nothing is frozen in ${environmentNames(input).join(', ')}`)
}
