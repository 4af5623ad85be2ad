// Owns what ServiceNow is told of a run: work notes in order, states, evidence, the close code, the resolver group (P6).
import { isOver } from '../../core/incident.ts'
import type { Run, RunEvent } from '../../core/run.ts'
import type { JsonObject } from '../../core/values.ts'
import type { CallerRecords } from '../../ports/caller.ts'
import { isPortError, type PortError } from '../../ports/errors.ts'
import type { Entry } from '../../ports/store.ts'
import type { IncidentUpdate } from '../../ports/tickets.ts'
import { bundled, bundleName, bundleOf } from '../bundle.ts'
import type { Deps } from '../deps.ts'
import { continueEpisode, endEpisode, settleEpisode } from '../episodes.ts'
import type { Journal } from '../journal.ts'
import { plain } from '../views/escape.ts'
import { noteMarker, workNote } from '../views/notes.ts'
import { questionFor } from '../views/question.ts'
import { type Surface, surface, type Telling } from './surface.ts'

export function serviceNowSurface(deps: Deps, journal: Journal): Surface {
  const { tickets, log } = deps

  /** A state that the instance refuses (a data policy, a missing role) is said in a note; the rest goes on. */
  const update = async ({ run, entry, still }: Telling, sysId: string, change: IncidentUpdate): Promise<boolean> => {
    still()
    try {
      await tickets.update(sysId, change)
      return true
    } catch (error) {
      if (!isRefusal(error)) throw error
      log.warn({ run: run.id, reason: error.message }, 'ServiceNow refused the update of the incident')
      const marker = noteMarker(run.id, `${entry.seq}:update`)
      const text = `ServiceNow refused to update this incident: ${plain(error.message, 600)}\n${marker}`
      await tickets.note(sysId, text, marker, true)
      return false
    }
  }

  /** A joined incident that refuses the note, or is gone, delays nothing. */
  const noteJoined = async (
    run: Run,
    sysId: string,
    text: string,
    marker: string,
    maybeTold: boolean,
  ): Promise<void> => {
    try {
      await tickets.note(sysId, text, marker, maybeTold)
    } catch (error) {
      if (!isRefusal(error) && !isPortError(error, 'notFound')) throw error
      log.warn({ run: run.id, incident: sysId, reason: error.message }, 'a joined incident does not take the note')
    }
  }

  /** The artefacts, then the bundle that lists them by SHA-256 with the log up to this end and what was sent. */
  const attachEvidence = async (run: Run, sysId: string, entry: Entry): Promise<void> => {
    for (const { id, sha256, do: operation } of run.evidence) {
      if (sha256 === null) continue
      const bytes = await deps.store.evidence(run.id, id)
      if (!bytes) continue
      const name = `runbot-${run.id}-evidence-${id}-${operation}.json`
      await tickets.attach(sysId, { name, contentType: 'application/json', bytes })
    }
    const entries = (await journal.entries(run.id, 1)).filter(({ seq }) => seq <= entry.seq)
    const bytes = Buffer.from(bundleOf(run, entries))
    await tickets.attach(sysId, { name: bundleName(run.id, entry.seq), contentType: 'application/json', bytes })
  }

  /** A comment that the caller sees. An instance that refuses it leaves the card, where they can answer too. */
  const askCaller = async (caller: CallerRecords, run: Run, entry: Entry, maybeTold: boolean): Promise<void> => {
    const { incident } = run.context
    if (!incident) return
    const marker = noteMarker(run.id, entry.seq)
    try {
      await caller.ask(incident.sysId, questionFor(run, entry, marker), marker, maybeTold)
    } catch (error) {
      if (!isRefusal(error)) throw error
      log.warn({ run: run.id, reason: error.message }, 'the caller cannot be asked in ServiceNow')
    }
  }

  const conclude = async (telling: Telling, event: Extract<RunEvent, { type: 'finished' }>): Promise<void> => {
    const { run } = telling
    const { incident } = run.context
    if (!incident || !run.draft) return
    const { onSuccess, onFailure } = run.draft
    const { closeCode, failed } = deps.files.current().servicenow
    if (event.status === 'succeeded' && onSuccess.resolve) {
      const code = onSuccess.closeCode ?? closeCode
      const change: IncidentUpdate = {
        state: 'resolved',
        ...(code === null ? {} : { closeCode: code }),
        closeNotes: `${resolvedBy(run)}${plain(event.reason, 1000)}`,
      }
      const ids = [incident.sysId, ...(onSuccess.resolveJoined ? run.joined.map((each) => each.sysId) : [])]
      for (const sysId of ids) if (await update(telling, sysId, change)) await endEpisode(deps.store, sysId)
    }
    if (isFailure(run, event)) {
      const group = onFailure.assign ?? failed.assign
      const change: IncidentUpdate = {
        ...(failed.state === null ? {} : { stateValue: failed.state }),
        ...(group === null ? {} : { assign: group }),
      }
      const reopens = change.stateValue !== undefined && run.reopened > 0
      if (reopens) await continueEpisode(deps.store, incident.sysId)
      if (Object.keys(change).length > 0)
        await update(telling, incident.sysId, { ...change, ...(reopens ? { reopens: resolvedBy(run) } : {}) })
      // Where somebody else has resolved or closed it since it is left as it is, and its reopening is theirs.
      if (reopens)
        await settleEpisode(deps.store, incident.sysId, isOver((await tickets.incident(incident.sysId)).incident))
    }
  }

  /** The change that runbot opened as evidence tells how it ended; also one whose opening was cut short by a crash. */
  const closeChange = async (run: Run, entry: Entry, event: Extract<RunEvent, { type: 'finished' }>): Promise<void> => {
    if (!run.standardChange && run.decision?.standardChange === undefined) return
    const successful = event.status === 'succeeded'
    try {
      await tickets.closeChange(run.id, { successful, notes: `runbot ${run.id}: ${plain(event.reason, 1000)}` })
    } catch (error) {
      if (!isRefusal(error) && !isPortError(error, 'notFound')) throw error
      const number = run.standardChange?.number ?? 'of this run'
      log.error({ run: run.id, change: number, reason: error.message }, 'the standard change could not be closed')
      if (!run.context.incident) return
      const marker = noteMarker(run.id, `${entry.seq}:change`)
      const text = `The standard change ${number} could not be closed: ${plain(error.message, 300)}\n${marker}`
      await tickets.note(run.context.incident.sysId, text, marker, true)
    }
  }

  const tell = async (telling: Telling): Promise<JsonObject> => {
    const { run, entry, cursor, maybeTold, still, attempt } = telling
    const { incident } = run.context
    const event = entry.event as unknown as RunEvent
    if (event.type === 'finished') await closeChange(run, entry, event)
    if (!incident) return cursor.data
    const marker = noteMarker(run.id, entry.seq)
    const text = workNote({ seq: entry.seq, event }, run, entry.hash)
    if (event.type === 'finished' && bundled(run)) await attachEvidence(run, incident.sysId, entry)
    if (text !== null) {
      // On disk before it is sent: only then is it known, after a crash or a takeover, which note may stand already.
      await attempt()
      await tickets.note(incident.sysId, text, marker, maybeTold)
      for (const joined of run.joined) {
        still()
        await noteJoined(run, joined.sysId, text, marker, maybeTold)
      }
    }
    if (event.type === 'confirmAsked' && deps.callerRecords) {
      await attempt()
      await askCaller(deps.callerRecords, run, entry, maybeTold)
    }
    if (event.type === 'executionStarted') await update(telling, incident.sysId, { state: 'inProgress' })
    if (event.type === 'finished') await conclude(telling, event)
    return cursor.data
  }

  return surface(deps, journal, { name: 'servicenow', looksFirst: true, isFinal, tell })
}

/** What the instance will not do, however often it is asked: a data policy, a missing role. */
const isRefusal = (error: unknown): error is PortError =>
  isPortError(error, 'malformed') || isPortError(error, 'denied')

/** A role can be granted and a record restored, so a refusal of the incident itself is tried for about a quarter of an hour. */
const isFinal = (error: PortError, failures: number): boolean =>
  failures >= 20 && (isRefusal(error) || isPortError(error, 'notFound'))

/** How the close notes of what this run resolved begin: by them it is told from what somebody else resolved. */
const resolvedBy = ({ id }: Run): string => `Resolved by runbot ${id}: `

/** The automation began, or was let through, and did not mend it: the incident goes to people. */
const isFailure = (run: Run, { status }: { readonly status: string }): boolean =>
  run.startedAt !== null && ['failed', 'rolledBack', 'rollbackFailed', 'needsHuman', 'stoppedByPolicy'].includes(status)
