// Owns the timeline of a hand-off: what happened when, one short English sentence for each entry that a person would tell.
import type { At, RunEvent } from './run.ts'
import type { Instant } from './values.ts'

export interface Moment {
  readonly seq: number
  readonly at: Instant
  readonly what: string
}

/** Of a whole log. Entries that only matter to runbot itself are left out; the log beside it has them. */
export const timelineOf = (
  entries: readonly { readonly seq: number; readonly at: Instant; readonly event: RunEvent }[],
): readonly Moment[] =>
  entries.flatMap(({ seq, at, event }) => {
    const what = told(event)
    return what === null ? [] : [{ seq, at, what }]
  })

function told(event: RunEvent): string | null {
  switch (event.type) {
    case 'proposed':
      if (event.gather) return 'read, and handed over without a proposal'
      return event.runbook ? `${event.runbook.id} was proposed` : 'several runbooks fitted equally well'
    case 'joined':
      return `${event.incident.number} joined`
    case 'planned':
      return event.replaces === null ? `planned for ${names(event.draft.targets)}` : 'planned anew'
    case 'evidenceCaptured':
      return `${event.do} of ${event.target} was looked at${event.ok ? '' : ', in vain'}`
    case 'decided':
      return `policy said ${event.decision.effect}: ${event.decision.because.join('; ')}`
    case 'approved':
      return `${event.by.name} approved`
    case 'rejected':
      return `${event.by.name} rejected`
    case 'glassBroken':
      return `${event.by.name} broke the glass`
    case 'stopRequested':
      return `${event.by.name} asked to stop`
    case 'takenOver':
      return `${event.by.name} took it over`
    case 'executionStarted':
      return 'execution started'
    case 'preflighted':
      return `preflight of ${where(event)}: ${event.ok ? 'good' : event.reason}`
    case 'actionStarted':
      return `${event.request.do} left for ${where(event)}`
    case 'actionEnded':
      return `${where(event)}: ${event.outcome}${because(event.reason)}`
    case 'verified':
      return `${where(event)}: ${event.ok ? 'verified' : 'not verified'}${because(event.reason)}`
    case 'rollbackStarted':
      return `rollback of ${where(event)} left`
    case 'rollbackEnded':
      return `rollback of ${where(event)}: ${event.outcome}${because(event.reason)}`
    case 'finished':
      return `ended as ${event.status}${because(event.reason)}`
    default:
      return null
  }
}

const where = ({ step, target }: At): string => `${step} on ${target}`
const because = (reason: string): string => (reason === '' ? '' : `: ${reason}`)

function names(targets: readonly { readonly name: string }[]): string {
  const shown = targets.slice(0, 5).map(({ name }) => name)
  return `${shown.join(', ')}${targets.length > 5 ? ` and ${targets.length - 5} more` : ''}`
}
