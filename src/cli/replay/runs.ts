// Owns the runs of a replay: what was proposed is told on and kept for as long as others may join it, nothing runs.
import type { Journal, Loaded } from '../../app/journal.ts'
import { emptyRun, evolve } from '../../core/evolve.ts'
import type { Run, RunEvent } from '../../core/run.ts'
import type { Instant } from '../../core/values.ts'

export interface Runs {
  readonly journal: Journal
  /** The run's incident is over: nothing joins it any more. */
  end(run: string): void
}

/** Incidents join a run within the correlation window; so many newest runs are enough for any. */
const KEPT = 5000

/** `made` hears of every run that would have been made. */
export function runs(clock: { now(): Instant }, made: (run: Run) => void): Runs {
  const open = new Map<string, Run>()
  const keep = (run: Run): void => {
    open.delete(run.id)
    open.set(run.id, run)
    for (const oldest of open.keys()) {
      if (open.size <= KEPT) break
      open.delete(oldest)
    }
  }
  const none = async (): Promise<never> => {
    throw new Error('a replay has no run logs')
  }
  const folded = (run: Run, events: readonly RunEvent[]): Run =>
    events.reduce((state, event) => evolve(state, event, clock.now()), run)
  const journal: Journal = {
    load: async (id) => loaded(open.get(id)),
    last: async (id) => loaded(open.get(id)),
    see: none,
    async transact(id, decide) {
      const run = open.get(id)
      if (!run) return { ok: false, refusal: { reason: `there is no run ${id}` }, run: null }
      const verdict = decide(run, clock.now())
      if (!verdict.ok) return { ...verdict, run }
      const next = folded(run, verdict.events)
      keep(next)
      return { ok: true, run: next, record: recordOf(next), events: verdict.events }
    },
    async create(id, events) {
      if (open.has(id)) return false
      const run = folded(emptyRun(id), events)
      keep(run)
      made(run)
      return true
    },
    control: async () => undefined,
    entries: async () => [],
    seenEntries: async () => [],
    onAppend: () => undefined,
  }
  return {
    journal,
    end(id) {
      const run = open.get(id)
      const over = { type: 'finished', status: 'cancelled', reason: 'the incident is over' } as const
      if (run && !run.finished) keep(folded(run, [over]))
    },
  }
}

const loaded = (run: Run | undefined): Loaded | undefined => run && { run, record: recordOf(run) }

const recordOf = ({ id, status, seq, proposedAt }: Run): Loaded['record'] => ({
  chain: id,
  status,
  seq,
  head: '',
  fence: 0,
  lease: null,
  dueAt: null,
  createdAt: proposedAt,
  wakes: 0,
  labels: {},
  version: seq,
})
