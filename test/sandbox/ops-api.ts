// Owns the sandbox ops-runbook API: its runbooks are functions, and it counts what they really did. CONTRACTS 8
import { createExecution } from './ops-api/execution.ts'
import { createHolds, type Holds } from './ops-api/holds.ts'
import { openJournal } from './ops-api/journal.ts'
import { createOrders, type Orders } from './ops-api/orders.ts'
import { createRoutes } from './ops-api/routes.ts'
import { type Effect, isTerminal, type Run, type Runbook } from './ops-api/runs.ts'
import { type ServeOptions, type Server, serve } from './server.ts'
import type { Delivery } from './webhooks.ts'

export type OpsApiOptions = Omit<ServeOptions, 'handler'> & {
  runbooks: Record<string, Runbook>
  /** Bearer tokens, one per caller. */
  tokens?: string[]
  callbackSecret?: string
  acceptMs?: number
  queueMs?: number
  /** The least that a run lasts, per runbook, in milliseconds. */
  durationsMs?: Record<string, number>
  /** The Retry-After of a run that is under way, in seconds; 1 unless told, 0 to hurry a test. */
  retryAfterS?: number
  /** A JSON lines file from which runs and effects come back after a restart. */
  journalPath?: string
}

export type OpsApi = Server & {
  /** Every real execution, counted when it begins. */
  effects: Effect[]
  effectsOf: (runbook: string) => Effect[]
  runs: () => Run[]
  /** Overwrites fields of a run, such as its status with an unknown one. */
  amend: (runId: string, fields: Partial<Run>) => void
  setDuration: (runbook: string, ms: number) => void
  /** Runs of this runbook, on one target or on all, stay under way once they were counted, until the answer is called. */
  hold: Holds['hold']
  orders: Orders
  deliveries: Delivery[]
  idle: () => Promise<void>
}

export const OPS_TOKEN = 'ops-token'

export const startOpsApi = async (options: OpsApiOptions): Promise<OpsApi> => {
  const { runbooks, tokens = [OPS_TOKEN], acceptMs = 0, queueMs = 0, retryAfterS = 1, now = () => new Date() } = options
  const journal = openJournal(options.journalPath)
  const { records, effects } = journal.load()
  const durations = { ...options.durationsMs }
  const deliveries: Delivery[] = []
  const durationMs = (runbook: string): number => durations[runbook] ?? 0
  const { callbackSecret } = options
  const { hold, held } = createHolds()
  const orders = createOrders()
  const execution = createExecution({
    runbooks,
    journal,
    effects,
    deliveries,
    callbackSecret,
    queueMs,
    durationMs,
    held,
    orders,
    now,
  })
  // What an earlier life had under way ended with it.
  for (const { run } of records) {
    const statusReason = 'the API restarted while the run was under way'
    if (!isTerminal(run)) Object.assign(run, { status: 'failed', statusReason, finishedAt: now().toISOString() })
  }
  const names = (): string[] => Object.keys(runbooks)
  const handler = createRoutes({ tokens, records, journal, execution, runbooks: names, acceptMs, retryAfterS, now })
  const server = await serve({ ...options, handler })

  return {
    ...server,
    effects,
    effectsOf: (runbook) => effects.filter((effect) => effect.runbook === runbook),
    runs: () => records.map(({ run }) => run),
    amend(runId, fields) {
      const record = records.find(({ run }) => run.id === runId)
      if (!record) throw new Error(`no run ${runId}`)
      Object.assign(record.run, fields)
    },
    setDuration(runbook, ms) {
      durations[runbook] = ms
    },
    hold,
    orders,
    deliveries,
    idle: execution.idle,
    async stop() {
      execution.abandon()
      await server.stop()
      await execution.idle()
    },
  }
}
