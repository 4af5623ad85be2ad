// Owns the handle of an AWX job: what it is, its number, and whether it must not count.
import { PortError } from '../../../ports/errors.ts'

/** A sliced job template makes a workflow job, too. */
export type Jobs = 'jobs' | 'workflow_jobs'

export interface Handle {
  readonly jobs: Jobs
  readonly id: number
  /** What AWX left out of the launch. Where it is not empty the job must never count, however it ends. */
  readonly ignored: readonly string[]
}

const pattern = /^(jobs|workflow_jobs)\/([1-9]\d{0,14})(?:\/ignored\/([a-z_+]{1,100}))?$/

export const handleText = ({ jobs, id, ignored }: Handle): string =>
  `${jobs}/${id}${ignored.length === 0 ? '' : `/ignored/${ignored.join('+')}`}`

/** PortError malformed for what `handleText` has not made: it goes into a path. */
export function handleOf(text: string): Handle {
  const [, jobs, id, ignored] = pattern.exec(text) ?? []
  if (jobs === undefined || id === undefined) throw new PortError('malformed', 'this handle is not that of an AWX job')
  return { jobs: jobs as Jobs, id: Number(id), ignored: ignored?.split('+') ?? [] }
}
