// Owns the freeze guardrail: the kill switch and the freeze calendars.
import type { ApprovalRule, Governance } from '../governance.ts'
import { everyGroup } from '../rule.ts'
import type { Instant, Json } from '../values.ts'
import {
  ask,
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
  const calendars = calendarFreezes(input.governance, input.at)
  const shut = calendars.find((each) => each.override.length === 0)
  if (shut) return stop('freeze', shut.why, 'wait until it is over')
  const [open] = calendars
  if (open) return ask('freeze', `${open.why}; ${open.override.join(' or ')} may let it through`)
  return pass('freeze', `nothing is frozen in ${environmentNames(input).join(', ')}`)
}

/** A freeze as a person reads it. */
export const freezeWords = ({ scope, by, reason }: Freeze): string =>
  `${scope === 'all' ? 'everything' : scope} is frozen by ${by}: ${reason}`

/** Freeze calendars are open by default; an event closes them, and everything with them but what `override` lets through. */
export const calendarFreezes = (
  governance: Pick<Governance, 'freezes'>,
  at: Instant,
): readonly { readonly why: string; readonly override: readonly string[] }[] =>
  governance.freezes.flatMap(({ calendar, override }) => {
    const state = calendar.at(at)
    return state.open ? [] : [{ why: `calendar ${calendar.name} freezes it: ${state.why}`, override }]
  })

/** The calendar freezes of this moment that nobody of `rule` may let through, as a sentence; or null. */
export function frozenByCalendar(
  governance: Pick<Governance, 'freezes'>,
  at: Instant,
  rule: ApprovalRule | null,
): string | null {
  const lines = rule?.lines ?? []
  const shut = calendarFreezes(governance, at).find(
    ({ override }) =>
      override.length === 0 || !lines.some((line) => everyGroup(line).every((group) => override.includes(group))),
  )
  return shut?.why ?? null
}
