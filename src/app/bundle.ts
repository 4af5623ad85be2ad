// Owns the evidence bundle of a run: the whole log with its hashes, every artefact by SHA-256, every request as it was sent.
import { handOffOf } from '../core/handoff.ts'
import type { Run, RunEvent } from '../core/run.ts'
import { timelineOf } from '../core/timeline.ts'
import type { Json } from '../core/values.ts'
import type { Entry } from '../ports/store.ts'

/** Each end of a run has a bundle of its own: one that was taken up again ends twice. */
export const bundleName = (run: string, seq: number): string => `runbot-${run}-bundle-${seq}.json`

/** Whether an end has one: where something ran, and where somebody has to take it over. */
export const bundled = (run: Run): boolean => run.startedAt !== null || handOffOf(run) !== null

/** Of a run as it ended with the last of `entries`, as JSON text that is the same whenever it is made. */
export function bundleOf(run: Run, entries: readonly Entry[]): string {
  const events = entries.map((entry) => ({ ...entry, event: entry.event as unknown as RunEvent }))
  const handOff = handOffOf(run)
  return JSON.stringify(
    {
      bundle: 1,
      run: run.id,
      plan: run.plan,
      runbook: run.draft?.runbook ?? null,
      incident: run.context.incident?.number ?? null,
      end: run.finished,
      head: { seq: entries.at(-1)?.seq ?? 0, hash: entries.at(-1)?.hash ?? '' },
      requests: events.flatMap(({ seq, at, event }) => requestOf(run, seq, at, event)),
      evidence: run.evidence.map(({ id, do: operation, target, ok, sha256, bytes }) => ({
        id,
        operation,
        target,
        ok,
        sha256,
        bytes,
      })),
      // What whoever takes it over needs first; null where nobody has to.
      handOff: handOff && { ...handOff, timeline: timelineOf(events) },
      log: entries as unknown as Json,
    },
    null,
    1,
  )
}

/** What left, where to, and the CI that it was about; secrets are no part of a plan. */
function requestOf(run: Run, seq: number, at: number, event: RunEvent): readonly Json[] {
  if (event.type !== 'actionStarted' && event.type !== 'rollbackStarted') return []
  const target = run.draft?.targets.find(({ name }) => name === event.target)
  const { request } = event
  return [
    {
      seq,
      at,
      what: event.type === 'actionStarted' ? 'action' : 'rollback',
      step: event.step,
      target: event.target,
      ci: target?.ci ? { sysId: target.ci.sysId, name: target.ci.name } : null,
      key: event.key,
      operation: request.do,
      system: request.system,
      url: request.url,
      with: request.with,
    },
  ]
}
