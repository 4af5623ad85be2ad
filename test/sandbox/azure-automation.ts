// Owns the sandbox Azure Automation account: jobs that run for a moment, and a count of what really ran. CONTRACTS 5
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type AzureEffect, type AzureJob, type AzureRunbook, hasEnded } from './azure-automation/model.ts'
import { createRoutes } from './azure-automation/routes.ts'
import { type ServeOptions, type Server, serve } from './server.ts'

export type AzureAutomationOptions = Omit<ServeOptions, 'handler'> & {
  runbooks: Record<string, AzureRunbook>
  /** Milliseconds that a job lasts; it stays New for good where it is undefined. */
  durationMs?: number
}

export type AzureAutomation = Server & {
  /** Every job that was really begun. */
  effects: AzureEffect[]
  jobs: AzureJob[]
  /** Overwrites fields of the newest job. */
  amend: (fields: Partial<AzureJob>) => void
  /** Makes another token the valid one. */
  setToken: (token: string) => void
  set: (behaviour: Partial<Behaviour>) => void
  idle: () => Promise<void>
}

/** `pageSize`: records of a page of streams. */
type Behaviour = { pageSize: number; heedsFilter: boolean }

export const AZURE_TOKEN = 'eyJ.azure-token.sig'
export const AZURE_ACCOUNT =
  '/subscriptions/00000000-1111-4222-8333-444444444444/resourceGroups/ops-rg/providers/Microsoft.Automation/automationAccounts/ops-automation'

export const startAzureAutomation = async (options: AzureAutomationOptions): Promise<AzureAutomation> => {
  const { runbooks, durationMs } = options
  const jobs: AzureJob[] = []
  const effects: AzureEffect[] = []
  const underWay = new Set<Promise<void>>()
  const stopped = new AbortController()
  let token = AZURE_TOKEN
  const behaviour: Behaviour = { pageSize: 100, heedsFilter: true }

  const live = async (job: AzureJob): Promise<void> => {
    if (durationMs === undefined) return
    await sleep(1, undefined, { signal: stopped.signal })
    if (job.status === 'New') job.status = 'Running'
    await sleep(durationMs, undefined, { signal: stopped.signal })
    if (job.status !== 'Running') return
    const { end = 'Completed', exception = null } = runbooks[job.runbook] ?? {}
    Object.assign(job, { status: end, exception })
  }
  const begin = (asked: AzureEffect): AzureJob => {
    const job: AzureJob = { ...asked, jobId: randomUUID(), status: 'New', statusDetails: null, exception: null }
    jobs.push(job)
    effects.push(asked)
    const life = live(job)
      .catch(() => {})
      .finally(() => underWay.delete(life))
    underWay.add(life)
    return job
  }
  const handler = createRoutes({
    runbooks,
    jobs,
    begin,
    account: AZURE_ACCOUNT,
    tokens: () => [token],
    url: () => server.url,
    behaviour,
    // Asynchronous: it is Stopping for a while.
    stop: (job) => {
      if (!hasEnded(job)) job.status = 'Stopping'
    },
  })
  const server = await serve({ ...options, handler })
  return {
    ...server,
    effects,
    jobs,
    amend: (fields) => void Object.assign(jobs.at(-1) ?? {}, fields),
    setToken: (other) => {
      token = other
    },
    set: (fields) => void Object.assign(behaviour, fields),
    idle: async () => {
      while (underWay.size > 0) await Promise.all(underWay)
    },
    async stop() {
      stopped.abort()
      await server.stop()
    },
  }
}
