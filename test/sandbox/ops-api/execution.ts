// Owns executing an accepted run: its runbook, its log lines, its cancellation, its end and its callback.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Delivery, sendWebhook } from '../webhooks.ts'
import type { Holds } from './holds.ts'
import type { Journal } from './journal.ts'
import type { createOrders } from './orders.ts'
import { type Effect, isTerminal, type Runbook, type RunbookContext, type RunRecord } from './runs.ts'

export type ExecutionOptions = {
  runbooks: Record<string, Runbook>
  journal: Journal
  effects: Effect[]
  deliveries: Delivery[]
  callbackSecret: string | undefined
  /** How long a run stays queued, in milliseconds. */
  queueMs: number
  /** How long a run lasts at least, in milliseconds. */
  durationMs: (runbook: string) => number
  /** Waits while runs like this one are held. */
  held: Holds['held']
  orders: ReturnType<typeof createOrders>
  now: () => Date
}

export const createExecution = (options: ExecutionOptions) => {
  const { runbooks, journal, effects, deliveries, now } = options
  const cancels = new Map<string, AbortController>()
  const underWay = new Set<Promise<void>>()
  let abandoned = false
  const time = (): string => now().toISOString()

  const contextOf = (record: RunRecord, signal: AbortSignal): RunbookContext => ({
    runId: record.run.id,
    clientRunId: record.run.clientRunId,
    target: record.request.target ?? null,
    requestedBy: record.request.requestedBy,
    approvalRef: record.request.approvalRef ?? null,
    log: (text, stream = 'stdout') =>
      void record.logs.push({ seq: record.logs.length + 1, time: time(), stream, text }),
    cancelled: () => signal.aborted,
    signal,
    sleep: async (ms) => await sleep(ms, undefined, { signal }),
  })

  const perform = async (record: RunRecord, signal: AbortSignal): Promise<unknown> => {
    const { runbook, dryRun, parameters, target = null } = record.request
    await sleep(options.queueMs, undefined, { signal })
    Object.assign(record.run, { status: 'running', startedAt: time() })
    if (dryRun) return { dryRun: true }
    const effect = { runbook, clientRunId: record.run.clientRunId, target, parameters, at: time() }
    journal.effect(effect)
    effects.push(effect)
    const context = contextOf(record, signal)
    await context.sleep(options.durationMs(runbook))
    const held = async (): Promise<void> => options.held(runbook, target, signal)
    return await options.orders.carryOut(effect, held, () => runbooks[runbook]?.(parameters, context))
  }

  const end = (record: RunRecord, fields: Partial<RunRecord['run']>): void => {
    if (abandoned) return
    if (!isTerminal(record.run)) Object.assign(record.run, { finishedAt: time(), ...fields })
    journal.record(record)
  }

  const execute = async (record: RunRecord, cancel: AbortController): Promise<void> => {
    try {
      const output = (await perform(record, cancel.signal)) ?? null
      end(record, { status: 'succeeded', exitCode: 0, output })
    } catch (error) {
      const { runStatus, exitCode = 1, message } = error as Error & { runStatus?: string; exitCode?: number }
      if (cancel.signal.aborted) end(record, { status: 'cancelled', statusReason: 'cancelled on request' })
      else end(record, { status: runStatus ?? 'failed', statusReason: message, exitCode })
    }
    await callBack(record)
  }

  /** A hint only: the client is expected to read the run again. CONTRACTS 8 (6) */
  const callBack = async ({ request, run }: RunRecord): Promise<void> => {
    if (!request.callback || !options.callbackSecret || abandoned) return
    const target = { url: request.callback.url, secret: options.callbackSecret }
    const body = JSON.stringify({ type: `run.${run.status}`, timestamp: time(), data: run })
    deliveries.push(await sendWebhook(target, `msg_${randomUUID()}`, body, now()))
  }

  return {
    start(record: RunRecord): void {
      const cancel = new AbortController()
      cancels.set(record.run.id, cancel)
      const execution = execute(record, cancel).finally(() => underWay.delete(execution))
      underWay.add(execution)
    },
    cancel(record: RunRecord): void {
      record.run.status = 'cancelling'
      cancels.get(record.run.id)?.abort()
    },
    /** Resolves when no run is under way and its callbacks are answered. */
    async idle(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay)
    },
    /** Ends everything as a crash would: what was under way is not recorded as ended. */
    abandon(): void {
      abandoned = true
      for (const cancel of cancels.values()) cancel.abort()
    },
  }
}

export type Execution = ReturnType<typeof createExecution>
