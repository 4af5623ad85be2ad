// Owns what ServiceNow is told of a run: work notes in order, states, evidence, the close code, the resolver group (P6).
import type { Run } from '../../core/run.ts'
import { isPortError } from '../../ports/errors.ts'
import type { Entry } from '../../ports/store.ts'
import type { IncidentUpdate } from '../../ports/tickets.ts'
import type { RunEvent } from '../../core/run.ts'
import type { Deps } from '../deps.ts'
import { endEpisode } from '../episodes.ts'
import type { Journal } from '../journal.ts'
import { plain } from '../views/escape.ts'
import { noteMarker, workNote } from '../views/notes.ts'
import { surface, type Surface } from './surface.ts'

export function serviceNowSurface(deps: Deps, journal: Journal): Surface {
  const { tickets, log } = deps
  /** Runs whose last telling here is certain; for any other the run's marker is looked for first. */
  const certain = new Set<string>()

  const note = (run: Run, sysId: string, text: string, marker: string): Promise<void> =>
    tickets.note(sysId, text, marker, !certain.has(run.id))

  /** A state that the instance refuses (a data policy, a missing role) is said in a note; the rest goes on. */
  const update = async (run: Run, sysId: string, entry: Entry, change: IncidentUpdate): Promise<boolean> => {
    try {
      await tickets.update(sysId, change)
      return true
    } catch (error) {
      if (!isPortError(error, 'malformed')) throw error
      log.warn({ run: run.id, reason: error.message }, 'ServiceNow refused the update of the incident')
      const marker = `${noteMarker(run.id, entry.seq)} update`
      await note(
        run,
        sysId,
        `ServiceNow refused to update this incident: ${plain(error.message, 300)}\n${marker}`,
        marker,
      )
      return false
    }
  }

  const attachEvidence = async (run: Run, sysId: string): Promise<void> => {
    for (const { id, sha256, do: operation } of run.evidence) {
      if (sha256 === null) continue
      const bytes = await deps.store.evidence(run.id, id)
      if (!bytes) continue
      const name = `runbot-${run.id}-evidence-${id}-${operation}.json`
      await tickets.attach(sysId, { name, contentType: 'application/json', bytes })
    }
  }

  const conclude = async (run: Run, entry: Entry, event: Extract<RunEvent, { type: 'finished' }>): Promise<void> => {
    const { incident } = run.context
    if (!incident || !run.draft) return
    const { onSuccess, onFailure } = run.draft
    const { closeCode, failed } = deps.files.current().servicenow
    if (event.status === 'succeeded' && onSuccess.resolve) {
      const code = onSuccess.closeCode ?? closeCode
      const change: IncidentUpdate = {
        state: 'resolved',
        ...(code === null ? {} : { closeCode: code }),
        closeNotes: `Resolved by runbot ${run.id}: ${plain(event.reason, 1000)}`,
      }
      const ids = [incident.sysId, ...(onSuccess.resolveJoined ? run.joined.map((each) => each.sysId) : [])]
      for (const sysId of ids) if (await update(run, sysId, entry, change)) await endEpisode(deps.store, sysId)
    }
    if (isFailure(run, event)) {
      const group = onFailure.assign ?? failed.assign
      const change: IncidentUpdate = {
        ...(failed.state === null ? {} : { stateValue: failed.state }),
        ...(group === null ? {} : { assign: group }),
      }
      if (Object.keys(change).length > 0) await update(run, incident.sysId, entry, change)
    }
  }

  return surface(deps, journal, 'servicenow', async ({ run, entry, cursor }) => {
    const { incident } = run.context
    if (!incident) return cursor.data
    const event = entry.event as unknown as RunEvent
    const marker = noteMarker(run.id, entry.seq)
    const text = workNote({ seq: entry.seq, event }, run, entry.hash)
    try {
      if (event.type === 'finished' && run.startedAt !== null) await attachEvidence(run, incident.sysId)
      if (text !== null) {
        await note(run, incident.sysId, text, marker)
        for (const joined of run.joined) await note(run, joined.sysId, text, marker)
      }
      if (event.type === 'executionStarted') await update(run, incident.sysId, entry, { state: 'inProgress' })
      if (event.type === 'finished') await conclude(run, entry, event)
      if (text !== null) certain.add(run.id)
    } catch (error) {
      certain.delete(run.id)
      throw error
    }
    if (event.type === 'finished') certain.delete(run.id)
    return cursor.data
  })
}

/** The automation began, or was let through, and did not mend it: the incident goes to people. */
const isFailure = (run: Run, { status }: { readonly status: string }): boolean =>
  run.startedAt !== null && ['failed', 'rolledBack', 'rollbackFailed', 'needsHuman', 'stoppedByPolicy'].includes(status)
