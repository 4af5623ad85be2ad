// Owns the way from an incident that was read back to a run: episode, correlation, match, proposal (P8).
import { type IncidentContext, isOver } from '../core/incident.ts'

import { best, type Candidate, match } from '../core/match.ts'
import type { RunEvent } from '../core/run.ts'
import type { Millis } from '../core/values.ts'
import { isPortError, PortError } from '../ports/errors.ts'
import { visibleCi } from './cis.ts'
import { nameOpen, openRun, signatureOf } from './correlation.ts'
import type { Deps } from './deps.ts'
import { type Episode, endEpisode, episodeOf, isNew, writeEpisode } from './episodes.ts'
import { runId } from './ids.ts'
import type { Journal } from './journal.ts'
import { recurrencesOf } from './recurrence.ts'

/** What came of an intake event. `declined` is worth an entry in the control chain, `nothing` is not. */
export type Proposed =
  | { readonly kind: 'proposed' | 'joined'; readonly run: string }
  /** The incident was resolved, closed or cancelled: a plan that still waits is looked at again. */
  | { readonly kind: 'over'; readonly run: string }
  | { readonly kind: 'declined'; readonly reason: string }
  | { readonly kind: 'nothing' }

/** Rejects with a PortError where ServiceNow or the store cannot be asked: then the event waits. */
export async function propose(deps: Deps, journal: Journal, intake: string, sysId: string): Promise<Proposed> {
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
    if (episode.n === 0) return { kind: 'declined', reason: `${incident.number} is ${incident.state}` }
    await endEpisode(store, sysId, episode)
    return episode.run === null ? { kind: 'nothing' } : { kind: 'over', run: episode.run }
  }
  const fresh = isNew(episode, incident)
  if (!fresh && episode.run !== null) return { kind: 'nothing' }
  const n = fresh ? episode.n + 1 : episode.n
  const decline = async (reason: string): Promise<Proposed> => {
    if (!fresh && episode.declined === reason) return { kind: 'nothing' }
    await writeEpisode(store, sysId, { n, reopened: incident.reopened, over: false, run: null, declined: reason })
    return { kind: 'declined', reason: `${incident.number}: ${reason}` }
  }
  if (!read.triggers) return decline('it does not fit the declared trigger')
  const ci = read.ciId === undefined ? undefined : await visibleCi(tickets, read.ciId)
  const context: IncidentContext = { incident, ...(ci ? { ci } : {}), readAt: deps.clock.now() }
  const content = deps.files.current()
  const recurrences = await recurrencesOf(deps, context, true)
  const candidates = match(context, content.catalog.runbooks.values(), content.governance, recurrences)
  const chosen = best(candidates)
  if (chosen.runbook === null && chosen.tie.length === 0) return decline('no runbook fits')
  const next: Episode = { n, reopened: incident.reopened, over: false, run: null, declined: null }
  const key = signatureOf(deps, context, chosen.runbook)
  const id = runId(deps.hash.digest, 'incident', sysId, `${n}`)
  const joined = key === null ? null : await joinOpen(deps, journal, key, id, { sysId, number: incident.number })
  if (joined !== null) {
    await writeEpisode(store, sysId, { ...next, run: joined })
    return { kind: 'joined', run: joined }
  }
  // Whoever stood still since it was named may have been given up on.
  if (key !== null && (await openRun(deps, key))?.run !== id)
    throw new PortError('unavailable', 'another incident has begun a run for this meanwhile')
  await journal.create(id, proposal(deps, intake, context, candidates, chosen), {
    incident: incident.number,
    sysId,
    ...(chosen.runbook === null ? {} : { runbook: chosen.runbook }),
  })
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
  candidates: readonly Candidate[],
  { runbook: id, tie }: ReturnType<typeof best>,
): readonly RunEvent[] {
  const runbook = id === null ? undefined : deps.files.current().catalog.runbooks.get(id)
  const proposed: RunEvent = {
    type: 'proposed',
    origin: { kind: 'event', intake },
    context,
    candidates,
    runbook: runbook ? { id: runbook.id, title: runbook.title, owner: runbook.owner } : null,
    requested: { parameters: {}, targets: [] },
  }
  if (runbook) return [proposed]
  const number = context.incident?.number ?? ''
  const choices = tie.map((name) => `run ${name} for ${number}`).join(', or ')
  return [
    proposed,
    { type: 'finished', status: 'needsHuman', reason: `${tie.join(' and ')} fit equally well: say ${choices}` },
  ]
}
