// Owns the words of the ops-runbook API: runs, effects, what a runbook over there is given and may say.
import type { Call } from '../server.ts'

export type RunStatus =
  | 'queued'
  | 'running'
  | 'waiting'
  | 'cancelling'
  | 'succeeded'
  | 'failed'
  | 'cancelled'
  | 'timed_out'
  | 'rejected'

/** The body of POST /v1/runs. CONTRACTS 8 (1) */
export type RunRequest = {
  runbook: string
  version?: string
  parameters: Record<string, unknown>
  target?: string
  dryRun?: boolean
  clientRunId: string
  requestedBy: string
  approvalRef?: string
  callback?: { url: string }
}

/** CONTRACTS 8 (2); times are RFC 3339 UTC. `status` is open, so that tests can invent unknown ones. */
export type Run = {
  id: string
  clientRunId: string
  runbook: string
  status: RunStatus | (string & {})
  statusReason?: string
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
  exitCode: number | null
  output: unknown
  links: { self: string; logs: string; cancel: string }
}

export type LogEntry = { seq: number; time: string; stream: 'stdout' | 'stderr'; text: string }

/** One real execution, counted before it begins. */
export type Effect = {
  runbook: string
  clientRunId: string
  target: string | null
  parameters: Record<string, unknown>
  at: string
}

/** What the API keeps of one accepted request; `accepted` is the body that a replay repeats. */
export type RunRecord = {
  caller: string
  fingerprint: string
  request: RunRequest
  run: Run
  accepted: Run
  logs: LogEntry[]
}

export type RunbookContext = {
  runId: string
  clientRunId: string
  target: string | null
  requestedBy: string
  approvalRef: string | null
  log: (text: string, stream?: LogEntry['stream']) => void
  cancelled: () => boolean
  /** Aborts when the run is cancelled. */
  signal: AbortSignal
  /** Waits; throws when the run is cancelled meanwhile. */
  sleep: (ms: number) => Promise<void>
}

/** What it returns is the run's output; what it throws makes the run fail. */
export type Runbook = (parameters: Record<string, unknown>, context: RunbookContext) => unknown

const TERMINAL = new Set<string>(['succeeded', 'failed', 'cancelled', 'timed_out', 'rejected'])

export const isTerminal = ({ status }: Run): boolean => TERMINAL.has(status)

/** Throw this in a runbook to end its run with another status than `failed`, or with an exit code. */
export const runEnded = (status: RunStatus, reason: string, exitCode: number | null = null): Error =>
  Object.assign(new Error(reason), { runStatus: status, exitCode })

/** Keys are quoted on the wire; bare text is accepted. CONTRACTS 8 */
export const idempotencyKeyOf = ({ headers }: Call): string => {
  const value = headers['idempotency-key']
  const text = typeof value === 'string' ? value.trim() : ''
  return text.match(/^"(.*)"$/)?.[1]?.replace(/\\(["\\])/g, '$1') ?? text
}
