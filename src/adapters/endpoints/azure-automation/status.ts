// Owns what the status of a job means: which words are an end, and what else must hold for a success (CONTRACTS §5).
import type { Outcome, Progress } from '../../../ports/endpoint.ts'
import type { Wire } from '../../wire/http.ts'
import { plainText } from '../../wire/text.ts'
import type { Job } from './schema.ts'
import { firstError, outputOf, readLog } from './streams.ts'

const ends: ReadonlySet<string> = new Set(['Completed', 'Failed', 'Stopped'])
const goesOn: ReadonlySet<string> = new Set(['New', 'Activating', 'Running', 'Stopping', 'Suspending', 'Resuming'])
/** It goes on only when somebody does something in Azure. */
const help: ReadonlyMap<string, string> = new Map([
  ['Suspended', 'it is suspended: resume it in Azure, or stop it'],
  ['Blocked', 'it is blocked: look at its account in Azure'],
  ['Disconnected', 'its worker is disconnected: look at the hybrid worker'],
  ['Removing', 'it is being removed in Azure'],
])
const suspendedMs = 10_000

export const hasEnded = ({ properties }: Job): boolean => ends.has(properties.status)
export const isStopping = ({ properties }: Job): boolean => properties.status === 'Stopping'

/** A status that is not in the contract is not an end. `result` is `{status, output}` (DESIGN §9). */
export async function progressOf(reads: Wire, jobUrl: string, job: Job, retryAfterMs?: number): Promise<Progress> {
  const { status } = job.properties
  const handle = job.name.toLowerCase()
  if (!hasEnded(job)) {
    const note = help.get(status) ?? (goesOn.has(status) ? undefined : `its status is ${plainText(status, 40)}`)
    const waitMs = retryAfterMs ?? (note === undefined ? undefined : suspendedMs)
    return {
      state: 'running',
      handle,
      ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
      ...(note === undefined ? {} : { note }),
    }
  }
  // First of all, for without it a completed job has no outcome.
  const { outcome, reason } = await judged(reads, jobUrl, job)
  const output = await outputOf(reads, jobUrl)
  const log = await readLog(reads, jobUrl)
  return {
    state: 'ended',
    handle,
    outcome,
    reason,
    result: { status, output },
    ...(log === '' ? {} : { log }),
  }
}

/** Completed does not mean without errors: those are in its exception or its Error stream. */
async function judged(reads: Wire, jobUrl: string, { properties }: Job): Promise<{ outcome: Outcome; reason: string }> {
  const { status, statusDetails, exception } = properties
  const details = [exception, statusDetails].find((each) => each && each !== 'None')
  const because = details ? `: ${plainText(details)}` : ''
  if (status !== 'Completed') return { outcome: 'failed', reason: `${status.toLowerCase()}${because}` }
  if (exception) return { outcome: 'failed', reason: `completed, but with an exception${because}` }
  const error = await firstError(reads, jobUrl)
  if (error === undefined) return { outcome: 'succeeded', reason: 'completed' }
  return { outcome: 'failed', reason: `completed, but with errors${error ? `: ${plainText(error)}` : ''}` }
}
