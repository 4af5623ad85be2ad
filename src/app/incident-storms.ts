// Owns how incidents of ServiceNow are members of a cause: they begin one, or join the run that is open for it.
import type { Incident, IncidentContext } from '../core/incident.ts'
import type { Member } from '../core/informed.ts'
import type { Run } from '../core/run.ts'
import { type Arrival, type Cause, causeOf } from '../core/storm.ts'
import type { Millis } from '../core/values.ts'
import { PortError } from '../ports/errors.ts'
import { ruledFor, signatureOf } from './correlation.ts'
import type { Deps } from './deps.ts'
import { episodeOf } from './episodes.ts'
import type { Journal } from './journal.ts'
import type { Storms } from './storms.ts'

/** After this time what was to be made will not be: whoever was to make it died, or declined. */
const MADE_WITHIN_MS: Millis = 60_000

interface Joining {
  readonly context: IncidentContext
  readonly episode: number
  /** The runbook that the rules would propose for it alone, the first of several that fit equally. */
  readonly runbook: string | null
  /** Whether anything would be proposed for it: what would not begins no cause, it may only join a storm. */
  readonly fits: boolean
}

/**
 * Answers the run that an incident has joined because of its cause; null: it goes its own way. Rejects (`unavailable`)
 * while the run of its cause is being made.
 */
export async function joinCause(
  deps: Deps,
  journal: Journal,
  storms: Storms,
  joining: Joining,
): Promise<string | null> {
  const { context, episode, fits } = joining
  const { incident, ci } = context
  if (!incident || !ci) return null
  const { sysId, number } = incident
  const { causes, around } = storms
  const arrival: Arrival = {
    key: sysId,
    isAlert: false,
    ci: { id: ci.sysId, name: ci.name },
    // What alerts call it is not what incidents are called: its joining is told by itself.
    symptom: '',
    ...(await around.around(ci.sysId)),
  }
  if (!fits && !(await isOfStorm(deps, storms, arrival))) return null
  const placed = await causes.place(arrival, String(episode))
  const cause = await adopted(deps, storms, placed.cause, sysId, number)
  const title = `${number} ${incident.shortDescription}`.slice(0, 120)
  const member: Member = { key: sysId, title, ci: ci.name, why: placed.why }
  const entry = { storm: cause.key, startsAt: deps.clock.now(), resolved: false }
  const enter = () => storms.enter(cause, member, `${sysId}:${episode}`, entry, null)
  if (cause.incident?.sysId === sysId) {
    // One that an alert has opened is that alert once more.
    if (cause.leader === sysId) await enter()
    return null
  }
  const run = await runOfCause(deps, storms, cause)
  const isStorm = cause.told.members >= deps.files.current().governance.storm.from
  if (!run || run.finished || !(isStorm || isAlike(deps, run, joining))) return null
  const joined = await journal.transact(run.id, (newest) => {
    if (newest.finished) return { ok: false, refusal: { reason: 'it has ended' } }
    const known = newest.context.incident?.sysId === sysId || newest.joined.some((each) => each.sysId === sysId)
    const why = isStorm ? { why: placed.why } : {}
    return { ok: true, events: known ? [] : [{ type: 'joined', incident: { sysId, number }, ...why }] }
  })
  if (!joined.ok) return null
  await enter()
  return run.id
}

async function isOfStorm(deps: Deps, { causes }: Storms, arrival: Arrival): Promise<boolean> {
  const { correlationWindowMs, storm } = deps.files.current().governance
  const found = causeOf(arrival, await causes.all(), deps.clock.now(), correlationWindowMs)
  return found !== null && found.cause.told.members >= storm.from
}

/** Whether runbot opened this incident for an alert; for a week that is known. */
export const isOfAnAlert = async ({ causes }: Storms, sysId: string): Promise<boolean> =>
  (await causes.all()).some(({ incident }) => incident?.mine === true && incident.sysId === sysId)

/** A cause whose alert found no incident, or did not come to it in time, has one now: no incident waits on an alert. */
async function adopted(deps: Deps, { causes }: Storms, cause: Cause, sysId: string, number: string): Promise<Cause> {
  if (cause.incident) return cause
  const isYoung = cause.since > deps.clock.now() - MADE_WITHIN_MS
  if (cause.leader !== sysId && cause.declined === null && isYoung)
    throw new PortError('unavailable', 'the incident of this cause is being opened')
  const incident = { sysId, number, mine: false }
  await causes.change(cause.key, (each) => ({ ...each, incident: each.incident ?? incident, declined: null }))
  return (await causes.one(cause.key)) ?? { ...cause, incident }
}

async function runOfCause(deps: Deps, storms: Storms, cause: Cause): Promise<Run | undefined> {
  const run = await storms.runOf(cause)
  if (run || !cause.incident || cause.since < deps.clock.now() - MADE_WITHIN_MS) return run
  const { declined } = await episodeOf(deps.store, cause.incident.sysId)
  if (declined === null) throw new PortError('unavailable', 'the run that this incident belongs to is being made')
  return undefined
}

/** Until a cause is a storm only what has the same signature on the same CI is taken for the same. */
function isAlike(deps: Deps, run: Run, { context, runbook }: Joining): boolean {
  const mine = signatureOf(deps, context, runbook)
  return mine !== null && mine === signatureOf(deps, run.context, ruledFor(run))
}

/** An incident that is over counts as resolved in its cause. Safe to repeat. */
export async function leaveCause(
  { ledger, causes, enter }: Storms,
  { sysId, number }: Incident,
  episode: number,
): Promise<void> {
  const before = await ledger.find(sysId)
  if (!before || before.resolved || before.storm === '') return
  const cause = (await causes.one(before.storm)) ?? null
  // With its own incident the cause is over, and its run tells so.
  if (cause?.incident?.sysId === sysId) return
  await enter(
    cause,
    { key: sysId, title: number, ci: null, why: '' },
    `over:${sysId}:${episode}`,
    { ...before, resolved: true },
    null,
  )
}
