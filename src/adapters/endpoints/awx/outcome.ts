// Owns how a job of AWX ended: its outcome, why, its result, and its log once all of it was saved.
import type { Outcome, Progress } from '../../../ports/endpoint.ts'
import { PortError } from '../../../ports/errors.ts'
import type { Wire } from '../../wire/http.ts'
import { plainText } from '../../wire/text.ts'
import { cappedJson, cappedText, maxLogBytes } from '../capped.ts'
import { type Handle, handleText } from './handle.ts'
import { refusalOf } from './refusal.ts'
import type { Job } from './schema.ts'

export const underWay: ReadonlySet<string> = new Set(['new', 'pending', 'waiting', 'running'])

const outcomes: ReadonlyMap<string, Outcome> = new Map([
  ['successful', 'succeeded'],
  ['failed', 'failed'],
  ['error', 'failed'],
  ['canceled', 'failed'],
])

export const hasEnded = (status: string): boolean => outcomes.has(status)

/** The end of a job whose status `hasEnded`. `url`: of the job, with its slash. */
export async function endOf(wire: Wire, url: string, handle: Handle, job: Job): Promise<Progress> {
  const log = handle.jobs === 'jobs' ? await readLog(wire, url, job.event_processing_finished !== false) : ''
  const { status, artifacts = null, host_status_counts: hosts = null } = job
  return {
    state: 'ended',
    handle: handleText(handle),
    ...judged(handle, job),
    result: { status, artifacts: cappedJson(artifacts), hosts: cappedJson(hosts) },
    ...(log === '' ? {} : { log }),
  }
}

/** A job that AWX launched without what it must have: only a cancel that took effect is an end that may be told. */
function judged({ ignored }: Handle, job: Job): { outcome: Outcome; reason: string } {
  const outcome = outcomes.get(job.status) ?? 'unknown'
  if (ignored.length === 0) return { outcome, reason: reasonOf(job) }
  const why = `it must not count: AWX launched it without ${ignored.join(', ')}`
  if (job.status !== 'canceled')
    return { outcome: 'unknown', reason: `${why}, and before the cancel it ended as ${job.status}` }
  const reach = job.started ? 'it was cancelled while it ran, maybe on other hosts' : 'it was cancelled before it began'
  return { outcome: 'failed', reason: `${why}; ${reach}` }
}

function reasonOf({ status, job_explanation: explanation, result_traceback: traceback }: Job): string {
  const why = explanation || traceback?.trim().split('\n').at(-1)
  return why && status !== 'successful' ? `${status}: ${plainText(why)}` : status
}

/**
 * Plain text of any length: the other formats answer a sentence over 1 MiB. A log that cannot be read says so in its
 * place: the outcome stands without it.
 */
async function readLog(wire: Wire, url: string, complete: boolean): Promise<string> {
  const note = complete ? '' : '\n[the log may be incomplete: AWX has not saved all of it]'
  try {
    const response = await wire.send({
      method: 'GET',
      url: `${url}stdout/`,
      query: { format: 'txt_download' },
      headers: { Accept: 'text/plain, */*;q=0.1' },
    })
    if (response.status !== 200) throw refusalOf(response, 'reading the log')
    if (!/^text\/plain\b/i.test(response.headers['content-type'] ?? ''))
      throw new PortError('malformed', 'reading the log: the answer is not plain text')
    return cappedText(response.text(), maxLogBytes - note.length) + note
  } catch (error) {
    if (!(error instanceof PortError)) throw error
    return `[the log could not be read: ${error.message}]`
  }
}
