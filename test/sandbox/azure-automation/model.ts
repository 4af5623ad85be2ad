// Owns the words of the sandbox Azure Automation: runbooks, jobs, streams and what really ran. CONTRACTS 5

export type JobStatus =
  | 'New'
  | 'Activating'
  | 'Running'
  | 'Completed'
  | 'Failed'
  | 'Stopped'
  | 'Stopping'
  | 'Suspended'
  | (string & {})

export type StreamRecord = { streamType: string; text: string }

/** What a job of this runbook says, and how it ends. */
export type AzureRunbook = { output?: string; streams?: StreamRecord[]; end?: JobStatus; exception?: string }

export type AzureJob = {
  name: string
  jobId: string
  runbook: string
  parameters: Record<string, string>
  runOn: string
  status: JobStatus
  statusDetails: string | null
  exception: string | null
}

export type AzureEffect = Pick<AzureJob, 'name' | 'runbook' | 'parameters' | 'runOn'>

const terminal = new Set<string>(['Completed', 'Failed', 'Stopped'])
export const hasEnded = ({ status }: AzureJob): boolean => terminal.has(status)
