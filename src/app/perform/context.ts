// Owns what every performed piece of work is given, and how it says what came of it.

import type { Run, RunEvent } from '../../core/run.ts'
import type { Instant, Millis } from '../../core/values.ts'
import type { Verdict } from '../../core/verdict.ts'
import type { Artefact } from '../../ports/store.ts'
import type { Assess } from '../assess.ts'
import type { Authority } from '../authority.ts'
import type { Deps } from '../deps.ts'
import type { Journal } from '../journal.ts'

/** done: something was recorded, look for the next work. again: nothing to record yet, come back after so long. */
export type Performed = 'done' | { readonly againMs: Millis }

export interface Performing {
  readonly deps: Deps
  readonly journal: Journal
  readonly assess: Assess
  readonly authority: Authority
  readonly run: Run
  /** Aborted when this process must let go: it stops, or it lost the lease. */
  readonly signal: AbortSignal
  /** Since when a verification has held; kept in memory, so that a crash starts the hold anew. */
  readonly holds: Map<string, Instant>
  /** Decides and appends under this worker's fence. A refusal means that the run moved on meanwhile. */
  transact(decide: (run: Run, at: Instant) => Verdict, evidence?: readonly Artefact[]): Promise<Performed>
  /** Makes the lease last and reads the run again; `conflict` where another process holds it by now. */
  renew(): Promise<Run>
}

/** Appends events that need no further decision, all of them in one commit. */
export const record = (work: Performing, ...events: readonly RunEvent[]): Promise<Performed> =>
  recordWith(work, [], ...events)

/** The same with the artefacts that the events speak of. */
export const recordWith = (
  work: Performing,
  evidence: readonly Artefact[],
  ...events: readonly RunEvent[]
): Promise<Performed> =>
  work.transact(
    (run) => ({ ok: true, events: run.finished || (run.edit && !work.run.edit) ? [] : events }),
    evidence.length > 0 ? evidence : undefined,
  )

/** Makes a reason visible, once as long as it stays the same, and comes back later. */
export async function wait(work: Performing, reason: string, againMs: Millis): Promise<Performed> {
  const { run, holds, deps } = work
  // Of several targets that wait each says why once; they do not take turns.
  const said = `said:${reason}`
  if (run.waiting === null || (run.waiting.reason !== reason && !holds.has(said))) {
    holds.set(said, deps.clock.now())
    await record(work, { type: 'waited', reason })
  }
  return { againMs }
}

/** An error as a sentence. */
export const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error))
