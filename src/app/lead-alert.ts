// Owns what the first alert of a cause does for all of them: it finds the open incident, or opens one, and proposes for it.
import type { Alert } from '../core/alert.ts'
import type { Arrival, Cause } from '../core/storm.ts'
import { isPortError, isTransient, PortError } from '../ports/errors.ts'
import type { OpenIncident } from '../ports/tickets.ts'
import type { AlertResult } from './alert-ledger.ts'
import type { Deps } from './deps.ts'
import { episodeOf } from './episodes.ts'
import type { Journal } from './journal.ts'
import { sentence } from './perform/context.ts'
import { propose } from './propose.ts'
import type { Storms } from './storms.ts'
import { plain } from './views/escape.ts'

export interface LeadOutcome {
  readonly result: AlertResult
  readonly reason?: string
}

type Found = { readonly ci: Arrival['ci']; readonly tried: string }
type Incident = NonNullable<Cause['incident']>
type Lead = (event: string, alert: Alert, cause: Cause, found: Found) => Promise<LeadOutcome>

const NOT_CONFIGURED = 'connectors.yaml does not say how to open an incident (servicenow.open)'
const BEING_OPENED = 'the incident that this alert belongs to is being opened'
/** CIs above that an open incident is looked for on. */
const ABOVE = 20

export function leading(deps: Deps, journal: Journal, storms: Storms): Lead {
  const { tickets, clock, files, log } = deps
  const { causes } = storms

  /** The incident that the sender names; undefined where it cannot be read. */
  const named = async (number: string | null): Promise<Incident | undefined> => {
    if (number === null) return undefined
    try {
      const { incident } = await tickets.incidentByNumber(number)
      return { sysId: incident.sysId, number: incident.number, mine: false }
    } catch (error) {
      if (!isPortError(error) || isTransient(error)) throw error
      return undefined
    }
  }

  /** One that is open on the CI, else on what it depends on, as young as the cause may be. */
  const openOne = async (cause: Cause, { ci }: Found): Promise<OpenIncident | undefined> => {
    if (!ci) return undefined
    const since = clock.now() - files.current().governance.correlationWindowMs
    const youngOn = async (ids: readonly string[]) =>
      (await tickets.openOn(ids)).filter(({ openedAt }) => openedAt > since)
    const onIt = await youngOn([ci.id])
    // Opened before a crash, or by a request whose answer was lost: the same one.
    const best = onIt.find(({ key }) => key === cause.key) ?? onIt[0]
    if (best) return best
    const above = (await storms.around.around(ci.id)).above.slice(0, ABOVE)
    return above.length === 0 ? undefined : (await youngOn(above))[0]
  }

  /** The same; a sentence where it cannot be told, for then nothing is opened either (P5). */
  const openOneOrWhy = async (cause: Cause, found: Found): Promise<OpenIncident | string | undefined> => {
    try {
      return await openOne(cause, found)
    } catch (error) {
      if (!isPortError(error) || isTransient(error)) throw error
      return `whether an incident is open on its CI cannot be told: ${error.message}`
    }
  }

  const note = async ({ sysId, number }: OpenIncident, alert: Alert, cause: Cause): Promise<void> => {
    const marker = `[runbot ${cause.key}#alert]`
    const text = `${alert.source} reports: ${plain(alert.title, 200)}\n${plain(alert.text, 2000)}\n${marker}`
    try {
      await tickets.note(sysId, text, marker, true)
    } catch (error) {
      if (isTransient(error)) throw error
      log.warn({ incident: number, reason: sentence(error) }, 'an incident does not take the note of its alert')
    }
  }

  const openNew = async (alert: Alert, cause: Cause, { ci, tried }: Found): Promise<Incident | string> => {
    if (files.current().servicenow.open === null) return NOT_CONFIGURED
    try {
      const { sysId, number } = await tickets.open({
        key: cause.key,
        shortDescription: alert.title,
        description: describe(alert, tried),
        ciId: ci?.id ?? null,
      })
      return { sysId, number, mine: true }
    } catch (error) {
      if (!isPortError(error) || isTransient(error)) throw error
      return `no incident can be opened: ${error.message}`
    }
  }

  const findOrOpen = async (event: string, alert: Alert, cause: Cause, found: Found): Promise<Incident | string> => {
    const there = await openOneOrWhy(cause, found)
    if (typeof there === 'string') return there
    if (there) {
      if (there.key !== cause.key) await note(there, alert, cause)
      return { sysId: there.sysId, number: there.number, mine: there.key !== null }
    }
    // Looking may have taken as long as the claim holds.
    if (!(await causes.claim(cause.key, event))) throw new PortError('unavailable', BEING_OPENED)
    return openNew(alert, cause, found)
  }

  /** The cause's incident, made sure of; a sentence where there is none. */
  const incidentOf = async (event: string, alert: Alert, cause: Cause, found: Found): Promise<Incident | string> => {
    if (cause.incident) return cause.incident
    if (!(await causes.claim(cause.key, event))) throw new PortError('unavailable', BEING_OPENED)
    const incident = await findOrOpen(event, alert, cause, found)
    await causes.change(cause.key, (each) =>
      typeof incident === 'string'
        ? { ...each, declined: { reason: incident, at: clock.now() } }
        : { ...each, incident, declined: null },
    )
    return incident
  }

  return async (event, alert, cause, found) => {
    const own = await named(alert.incident)
    if (own && !cause.incident) await causes.change(cause.key, (each) => ({ ...each, incident: each.incident ?? own }))
    const incident = own ?? (await incidentOf(event, alert, cause, found))
    if (typeof incident === 'string') return { result: 'declined', reason: incident }
    const outcome = await propose(deps, journal, event, incident.sysId, storms)
    const declined = (reason: string): LeadOutcome =>
      // Its own runbook or none: the alert stands on an incident that people have.
      incident.mine ? { result: 'declined', reason } : { result: 'joined' }
    if (outcome.kind === 'declined') return declined(withoutNumber(outcome.reason, incident.number))
    if (outcome.kind === 'over') return declined('its incident is over')
    const episode = await episodeOf(deps.store, incident.sysId)
    if (episode.run === null) return declined(episode.declined ?? 'its incident is over')
    // After a crash this is the same event once more: the run is still its own.
    const origin = (await journal.last(episode.run))?.run.origin
    return { result: origin?.kind === 'event' && origin.intake === event ? 'proposed' : 'joined' }
  }
}

/** Reasons are counted, so they do not name the one incident. */
const withoutNumber = (reason: string, number: string): string =>
  (reason.startsWith(`${number}: `) ? reason.slice(number.length + 2) : reason).replaceAll(number, 'its incident')

const describe = ({ text, source, severity, symptom, link, startsAt }: Alert, tried: string): string =>
  [
    text,
    '',
    `Reported by ${source}: ${symptom}${severity === null ? '' : `, ${severity}`}, since ${new Date(startsAt).toISOString()}`,
    ...(link === null ? [] : [link]),
    ...(tried === '' ? [] : [`Its CI is unknown: ${tried}.`]),
  ].join('\n')
