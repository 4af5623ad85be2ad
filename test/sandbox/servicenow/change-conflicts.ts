// Owns the conflict checks of changes: begun by a request, ended some answers later, the status always "Conflict".
// CONTRACTS 1.6
import { randomBytes } from 'node:crypto'
import { stamp } from './dates.ts'

type Job = { lastRun: string; answersLeft: number; status: string; found?: Conflict[] }

const NOT_RUN = { status: 'Not Run', last_run: '', record_count: '0', job_status: '', conflicts: [] as Conflict[] }

/** A conflict as the API shows it: columns by name, each with its display value. */
export type Conflict = Record<string, { display_value: string; value: string }>

export const createConflicts = (now: () => Date) => {
  const jobs = new Map<string, Job>()
  /** Begun, and not seen yet: the next answer is still about the check before. */
  const queued = new Map<string, Job>()
  const found = new Map<string, Conflict[]>()
  let [answers, end] = [2, '2']

  const stateOf = (change: string) => {
    const job = jobs.get(change)
    if (!job) return NOT_RUN
    const running = job.answersLeft > 0
    job.answersLeft -= 1
    return {
      status: 'Conflict', // also where there is none
      last_run: job.lastRun,
      record_count: '1',
      job_status: running ? '1' : job.status,
      conflicts: running ? [] : (job.found ??= found.get(change) ?? []),
    }
  }

  return {
    /** What the next checks of this change find. */
    set: (change: string, conflicts: Conflict[]): void => void found.set(change, conflicts),
    /** After how many answers a check ends (Infinity: never), and with which job status; 2 is success. */
    pace(answersUntilEnd: number, status = '2'): void {
      ;[answers, end] = [answersUntilEnd, status]
    },
    start(change: string): string {
      // The time is that of the start, to the second. CONTRACTS 1.6
      queued.set(change, { lastRun: stamp(now()), answersLeft: answers, status: end })
      return randomBytes(16).toString('hex')
    },
    read(change: string) {
      const shown = stateOf(change)
      const next = queued.get(change)
      if (next) jobs.set(change, next)
      queued.delete(change)
      return shown
    },
  }
}
