// Owns a web site that really breaks: an application pool behind a real HTTP server, and how it recovers.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, type Call, type ServeOptions, type Server, serve } from './server.ts'

export type PoolState = 'Started' | 'Degraded' | 'Stopped'

/** What a recycle does to a broken pool: heals it, changes nothing, or leaves it stopped. */
export type RecycleOutcome = 'healthy' | 'broken' | 'stopped'

export type SiteOptions = Omit<ServeOptions, 'handler'> & {
  name?: string
  pool?: string
  /** How long a recycle keeps the site down, in milliseconds; 50 unless told. */
  recycleMs?: number
  recycleOutcome?: RecycleOutcome
}

export type Site = Server & {
  name: string
  pool: string
  healthUrl: string
  poolState: () => PoolState
  healthy: () => boolean
  /** From now on 503 with this reason, until something heals it. */
  break: (reason?: string, state?: PoolState) => void
  /** Down for a moment, then as the outcome says; throws where the pool is stopped, as IIS does. */
  recycle: () => Promise<PoolState>
  /** Starts a stopped pool with a fresh, healthy process; a running one stays as it is. */
  startPool: () => PoolState
  stopPool: () => PoolState
  heal: () => void
  setRecycleOutcome: (outcome: RecycleOutcome) => void
  /** How often the pool was recycled. */
  recycles: () => number
}

export const startSite = async (options: SiteOptions = {}): Promise<Site> => {
  const { name = 'web-01', pool = 'DefaultAppPool', recycleMs = 50 } = options
  let outcome = options.recycleOutcome ?? 'healthy'
  let state: PoolState = 'Started'
  let reason: string | null = null
  let recycling = false
  let recycles = 0

  /** What it answered since it began, by status. */
  const answered = new Map<number, number>([
    [200, 0],
    [503, 0],
  ])

  const trouble = (): string | null => {
    if (recycling) return 'recycling'
    return state === 'Stopped' ? 'the application pool is stopped' : reason
  }
  const become = (next: PoolState, why: string | null): PoolState => {
    state = next
    reason = why
    return state
  }
  const handler = ({ path }: Call): Answer => {
    if (path === '/metrics')
      return { status: 200, headers: { 'content-type': 'text/plain' }, body: metricsOf(answered) }
    const why = trouble()
    const status = why === null ? 200 : 503
    answered.set(status, (answered.get(status) ?? 0) + 1)
    const health = { status: why === null ? 'ok' : 'unavailable', site: name, pool, poolState: state, reason: why }
    if (path === '/health') return { status, body: health }
    const text = why === null ? `Welcome to ${name}` : 'Service Unavailable'
    return path === '/' ? { status, headers: { 'content-type': 'text/plain' }, body: text } : { status: 404 }
  }
  const server = await serve({ ...options, handler })

  return {
    ...server,
    name,
    pool,
    healthUrl: `${server.url}/health`,
    poolState: () => state,
    healthy: () => trouble() === null,
    break: (why = 'worker processes answer with 500', next = 'Degraded') => void become(next, why),
    async recycle() {
      if (state === 'Stopped') throw new Error(`pool ${pool} is stopped and cannot be recycled`)
      recycling = true
      recycles += 1
      await sleep(recycleMs)
      recycling = false
      if (outcome === 'stopped') return become('Stopped', reason)
      return reason !== null && outcome === 'broken' ? state : become('Started', null)
    },
    startPool: () => (state === 'Stopped' ? become('Started', null) : state),
    stopPool: () => become('Stopped', reason),
    heal: () => void become('Started', null),
    setRecycleOutcome(next) {
      outcome = next
    },
    recycles: () => recycles,
  }
}

/** In the text format of Prometheus. */
const metricsOf = (answered: ReadonlyMap<number, number>): string =>
  [
    '# HELP site_responses_total Responses of the site by status.',
    '# TYPE site_responses_total counter',
    ...[...answered].map(([status, count]) => `site_responses_total{code="${status}"} ${count}`),
    '',
  ].join('\n')
