// Owns the way of one alert: to the cause that it is of, to its one incident, and to the proposal; once however often told.
import type { Alert } from '../core/alert.ts'
import type { Member } from '../core/informed.ts'
import type { Cause } from '../core/storm.ts'
import type { Millis } from '../core/values.ts'
import { isPortError } from '../ports/errors.ts'
import type { AlertResult, Entered } from './alert-ledger.ts'
import type { Placed } from './causes.ts'
import type { Deps } from './deps.ts'
import type { Journal } from './journal.ts'
import { type LeadOutcome, leading } from './lead-alert.ts'
import type { Storms } from './storms.ts'

/** Rejects with a PortError where something cannot be asked: then the event waits, and to repeat it does no harm. */
export type HandleAlert = (event: string, alert: Alert) => Promise<void>

/** Whoever was to open the incident has not: another member does. */
const LED_WITHIN_MS: Millis = 60_000

export function alerts(deps: Deps, journal: Journal, storms: Storms): HandleAlert {
  const { clock } = deps
  const { causes, ledger } = storms
  const lead = leading(deps, journal, storms)

  const finish = (
    event: string,
    cause: Cause | null,
    member: Member,
    entry: Entered,
    result: AlertResult,
    reason?: string,
  ): Promise<void> => storms.enter(cause, member, event, entry, reason === undefined ? { result } : { result, reason })

  const resolved = async (event: string, alert: Alert, member: Member): Promise<void> => {
    const before = await ledger.find(member.key)
    const { startsAt } = alert
    // Before anything was known of it: when its firing comes late, it is over.
    if (!before) return finish(event, null, member, { storm: '', startsAt, resolved: true }, 'resolved')
    // It has begun anew since, or this is known: nothing changes by it.
    if (before.startsAt > startsAt || before.resolved) return finish(event, null, member, before, 'resolved')
    const cause = before.storm === '' ? undefined : await causes.one(before.storm)
    return finish(event, cause ?? null, member, { ...before, startsAt, resolved: true }, 'resolved')
  }

  /** The same alert goes on with its incident while that is open; another finds its cause, or begins one. */
  const placeOf = async (alert: Alert, key: string, before: Entered | undefined) => {
    const { ci, tried } = await storms.around.find(alert.cis)
    const own = before && !before.resolved && before.storm !== '' ? await causes.one(before.storm) : undefined
    const placed: Placed =
      own && !(await causes.isOver(own))
        ? { cause: own, why: 'it came before', leads: own.leader === key }
        : await causes.place(
            {
              key,
              isAlert: true,
              ci,
              symptom: alert.symptom,
              ...(ci ? await storms.around.around(ci.id) : { above: [], below: [] }),
            },
            String(alert.startsAt),
          )
    return { ci, tried, placed }
  }

  const joins = async ({ cause }: Placed, symptom: string): Promise<LeadOutcome> => {
    if (!cause.incident && cause.declined) return { result: 'declined', reason: cause.declined.reason }
    const quiet = (await storms.runOf(cause))?.knowledge.suppressed
    const isQuiet = quiet && quiet.until > clock.now() && quiet.symptoms.includes(symptom)
    return { result: isQuiet ? 'suppressed' : 'joined' }
  }

  const declined = async (event: string, { source, key: own, title, startsAt }: Alert): Promise<void> => {
    const key = `${source}:${own}`
    const entry = (await ledger.find(key)) ?? { storm: '', startsAt, resolved: false }
    const member: Member = { key, title: title.slice(0, 120), ci: null, why: '' }
    await finish(event, null, member, entry, 'declined', 'runbot met a bug')
  }

  const handle: HandleAlert = async (event, alert) => {
    const key = `${alert.source}:${alert.key}`
    if (await ledger.has(key, event)) return
    const unplaced: Member = { key, title: alert.title.slice(0, 120), ci: null, why: '' }
    if (alert.status === 'resolved') return resolved(event, alert, unplaced)
    const before = await ledger.find(key)
    if (before?.resolved && before.startsAt >= alert.startsAt) return finish(event, null, unplaced, before, 'resolved')
    const { ci, tried, placed } = await placeOf(alert, key, before)
    const { cause } = placed
    const missing = cause.declined ? clock.now() - cause.declined.at : clock.now() - cause.since
    const leads = alert.incident !== null || placed.leads || (!cause.incident && missing > LED_WITHIN_MS)
    const { result, reason } = leads
      ? await lead(event, alert, cause, { ci, tried })
      : await joins(placed, alert.symptom)
    const entry: Entered = {
      storm: cause.key,
      startsAt: Math.max(alert.startsAt, before?.startsAt ?? alert.startsAt),
      resolved: false,
    }
    // What it led to stands in the list by now.
    const newest = (await causes.one(cause.key)) ?? cause
    await finish(event, newest, { ...unplaced, ci: ci?.name ?? null, why: placed.why }, entry, result, reason)
  }
  return async (event, alert) => {
    try {
      await handle(event, alert)
    } catch (error) {
      // Whoever handed it over declines it for good: it is counted like every other.
      if (!isPortError(error)) await declined(event, alert)
      throw error
    }
  }
}
