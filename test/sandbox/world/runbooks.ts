// Owns the runbooks behind the ops API: what they really do to the sites of the sandbox world.
import { type Runbook, type RunbookContext, runEnded } from '../ops-api/runs.ts'
import type { Site } from '../site.ts'

export const siteRunbooks = (sites: Site[]): Record<string, Runbook> => {
  const siteOf = (parameters: Record<string, unknown>, { target, log }: RunbookContext): Site => {
    const host = String(parameters.host ?? target ?? '').split('.')[0]
    const site = sites.find(({ name }) => name === host)
    if (!site) throw runEnded('rejected', `unknown host ${host}`)
    const { pool = site.pool } = parameters
    if (pool !== site.pool) throw runEnded('rejected', `no pool ${pool} on ${host}`)
    log(`connected to ${host}`)
    return site
  }

  return {
    async diagnostics(parameters, context) {
      const site = siteOf(parameters, context)
      const response = await fetch(site.healthUrl)
      const health = await response.json()
      context.log(`GET /health answered ${response.status}`)
      return { poolState: site.poolState(), healthStatus: response.status, health, log: 'w3wp.exe at 100 % CPU' }
    },
    'pool-status': (parameters, context) => {
      const site = siteOf(parameters, context)
      return { pool: site.pool, state: site.poolState() }
    },
    'recycle-pool': async (parameters, context) => {
      const site = siteOf(parameters, context)
      context.log(`recycling ${site.pool}`)
      const state = await site.recycle()
      context.log(`${site.pool} is ${state}`)
      return { pool: site.pool, state }
    },
    iisreset: async (parameters, context) => {
      const site = siteOf(parameters, context)
      context.log('restarting IIS')
      return { pool: site.pool, state: await site.recycle() }
    },
    'start-pool': (parameters, context) => {
      const site = siteOf(parameters, context)
      return { pool: site.pool, state: site.startPool() }
    },
  }
}
