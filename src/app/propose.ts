// Owns the way from an incident that was read back to a run: episode, correlation, match, proposal (P8).
import { classified } from '../core/classify.ts'
import { type IncidentContext, isOver } from '../core/incident.ts'
import { best, match } from '../core/match.ts'
import type { RunEvent } from '../core/run.ts'
import type { Millis } from '../core/values.ts'
import { isPortError, PortError } from '../ports/errors.ts'
import { visibleCi } from './cis.ts'
import { nameOpen, openRun, ruledBy, signatureOf } from './correlation.ts'
import type { Deps } from './deps.ts'
import { type Episode, endEpisode, episodeOf, isNew, writeEpisode } from './episodes.ts'
import { gathering, toGather } from './handoff.ts'
import { runId } from './ids.ts'
import { isOfAnAlert, joinCause, leaveCause } from './incident-storms.ts'
import type { Journal } from './journal.ts'
import { learnFromRecord } from './post-incident.ts'
import { recurrencesOf } from './recurrence.ts'
import type { Storms } from './storms.ts'
import { type Weighed, weigh } from './weigh.ts'

/** What came of an intake event. `declined` is worth an entry in the control chain, `nothing` is not. */
export type Proposed =
  | { readonly kind: 'proposed' | 'joined'; readonly run: string }
  /** The incident was resolved, closed or cancelled: a plan that still waits is looked at again. */
  | { readonly kind: 'over'; readonly run: string }
  | { readonly kind: 'declined'; readonly reason: string }
  | { readonly kind: 'nothing' }

/**
 * Rejects with a PortError where ServiceNow or the store cannot be asked: then the event waits. Without `storms` each
 * incident is taken for a cause of its own.
 */
export async function propose(
  deps: Deps,
  journal: Journal,
  intake: string,
  sysId: string,
  storms?: Storms,
): Promise<Proposed> {
  const { tickets, store } = deps
  // Before the incident: runbot's own resolution between the two reads must not look like a reopening.
  const episode = await episodeOf(store, sysId)
  let read
  try {
    read = await tickets.incident(sysId)
  } catch (error) {
    if (isPortError(error, 'notFound')) return { kind: 'declined', reason: 'the incident cannot be read back' }
    throw error
  }
  const { incident } = read
  if (isOver(incident)) {
    await learnFromRecord(deps, journal, read, episode.run)
    if (episode.n === 0) return { kind: 'declined', reason: `${incident.number} is ${incident.state}` }
    await endEpisode(store, sysId, episode)
    if (storms) await leaveCause(storms, incident, episode.n)
    return episode.run === null ? { kind: 'nothing' } : { kind: 'over', run: episode.run }
  }
  const fresh = isNew(episode, incident)
  if (!fresh && episode.run !== null) return { kind: 'nothing' }
  // A recorded run of the episode before was compared with what did not last: it looks again.
  if (fresh && episode.run !== null) await store.wake(episode.run, deps.clock.now())
  const n = fresh ? episode.n + 1 : episode.n
  const decline = async (reason: string): Promise<Proposed> => {
    if (!fresh && episode.declined === reason) return { kind: 'nothing' }
    await writeEpisode(store, sysId, { n, reopened: incident.reopened, over: false, run: null, declined: reason })
    return { kind: 'declined', reason: `${incident.number}: ${reason}` }
  }
  // What runbot opened for an alert is proposed for, whatever the trigger says.
  if (!read.triggers && !(storms && (await isOfAnAlert(storms, sysId))))
    return decline('it does not fit the declared trigger')
  const ci = read.ciId === undefined ? undefined : await visibleCi(tickets, read.ciId)
  const { catalog, governance } = deps.files.current()
  const seen: IncidentContext = { incident, ...(ci ? { ci } : {}), readAt: deps.clock.now() }
  const context = classified(seen, governance)
  const recurrences = await recurrencesOf(deps, context, true)
  const candidates = match(context, catalog.runbooks.values(), governance, recurrences)
  const chosen = best(candidates)
  const gather = toGather(deps, context, chosen)
  const next: Episode = { n, reopened: incident.reopened, over: false, run: null, declined: null }
  const fits = chosen.runbook !== null || chosen.tie.length > 0
  const ruled = ruledBy(chosen)
  const joining = { context, episode: n, runbook: ruled, fits }
  const ofCause = storms && (await joinCause(deps, journal, storms, joining))
  if (ofCause) {
    await writeEpisode(store, sysId, { ...next, run: ofCause })
    return { kind: 'joined', run: ofCause }
  }
  if (!gather && !fits) return decline('no runbook fits')
  // What is handed over is over at once: nothing joins it.
  const key = gather ? null : signatureOf(deps, context, ruled)
  const id = runId(deps.hash.digest, 'incident', sysId, `${n}`)
  const joined = key === null ? null : await joinOpen(deps, journal, key, id, { sysId, number: incident.number })
  if (joined !== null) {
    await writeEpisode(store, sysId, { ...next, run: joined })
    return { kind: 'joined', run: joined }
  }
  // Only for a run that is to be made: a model is not asked about each incident that joins one.
  const weighed = await weigh(deps, context, gather ? [] : candidates)
  // Whoever stood still since it was named may have been given up on.
  if (key !== null && (await openRun(deps, key))?.run !== id)
    throw new PortError('unavailable', 'another incident has begun a run for this meanwhile')
  const events = gather
    ? await gathering(deps, intake, context, candidates, gather)
    : proposal(deps, intake, context, weighed)
  const named = gather || weighed.choice.runbook === null ? {} : { runbook: weighed.choice.runbook }
  await journal.create(id, events, { incident: incident.number, sysId, ...named })
  await writeEpisode(store, sysId, { ...next, run: id })
  return { kind: 'proposed', run: id }
}

/** A run that was named and is not there after this time will not be made: whoever was to make it died, or declined. */
const MADE_WITHIN_MS: Millis = 60_000

/**
 * Has an incident join the run that is open for its signature, and answers that run; null: its own run `id` is named
 * now, and to be made. Rejects (`unavailable`) while another incident's is being made.
 */
async function joinOpen(
  deps: Deps,
  journal: Journal,
  key: string,
  id: string,
  incident: { readonly sysId: string; readonly number: string },
): Promise<string | null> {
  for (;;) {
    const open = await openRun(deps, key)
    if (open && open.run !== id) {
      const joined = await journal.transact(open.run, (run) => {
        if (run.finished) return { ok: false, refusal: { reason: 'it has ended' } }
        const { sysId } = incident
        const known = run.context.incident?.sysId === sysId || run.joined.some((each) => each.sysId === sysId)
        return { ok: true, events: known ? [] : [{ type: 'joined', incident }] }
      })
      if (joined.ok) return open.run
      if (joined.run === null && open.at > deps.clock.now() - MADE_WITHIN_MS)
        throw new PortError('unavailable', 'the run that this incident belongs to is being made')
    }
    if (await nameOpen(deps, key, id, open)) return null
  }
}

function proposal(
  deps: Deps,
  intake: string,
  context: IncidentContext,
  { candidates, choice, parameters, advice }: Weighed,
): readonly RunEvent[] {
  const { runbook: id, tie } = choice
  const runbook = id === null ? undefined : deps.files.current().catalog.runbooks.get(id)
  const proposed: RunEvent = {
    type: 'proposed',
    origin: { kind: 'event', intake },
    context,
    candidates,
    runbook: runbook ? { id: runbook.id, title: runbook.title, owner: runbook.owner } : null,
    requested: { parameters, targets: [] },
  }
  const advised: readonly RunEvent[] = advice ? [{ type: 'advised', ...advice }] : []
  if (runbook) return [proposed, ...advised]
  const number = context.incident?.number ?? ''
  const choices = tie.map((name) => `run ${name} for ${number}`).join(', or ')
  return [
    proposed,
    ...advised,
    { type: 'finished', status: 'needsHuman', reason: `${tie.join(' and ')} fit equally well: say ${choices}` },
  ]
}
