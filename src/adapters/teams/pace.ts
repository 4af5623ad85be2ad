// Owns how fast the bot may speak: Teams' limits per thread and per tenant, and one request at a time per thread.
import PQueue from 'p-queue'
import type { Instant, Millis } from '../../core/values.ts'
import type { Clock } from '../../ports/clock.ts'
import { PortError } from '../../ports/errors.ts'

/** At most `count` requests in any `ms`. */
export interface Limit {
  readonly count: number
  readonly ms: Millis
}

/** Per bot and thread, and per app and tenant (TEAMS, Platform). */
export const threadLimits: readonly Limit[] = [
  { count: 7, ms: 1_000 },
  { count: 8, ms: 2_000 },
  { count: 60, ms: 30_000 },
  { count: 1_800, ms: 3_600_000 },
]
export const tenantLimits: readonly Limit[] = [{ count: 50, ms: 1_000 }]

/** Sliding windows over past sends: `next` is the first instant at which one more fits, `took` records one. */
export function windows(limits: readonly Limit[]) {
  const longest = Math.max(...limits.map(({ count }) => count))
  const sent: Instant[] = []
  return {
    next: (now: Instant): Instant =>
      limits.reduce((at, { count, ms }) => Math.max(at, (sent.at(-count) ?? Number.NEGATIVE_INFINITY) + ms), now),
    took(at: Instant): void {
      sent.push(at)
      if (sent.length > longest) sent.shift()
    },
    last: (): Instant => sent.at(-1) ?? Number.NEGATIVE_INFINITY,
  }
}

/**
 * `inTurn` runs work of one thread one after the other (two at once are a 412); `slot` waits until the limits allow a
 * request, or throws PortError throttled where that is further away than `patienceMs`.
 */
export function pace(clock: Clock, patienceMs: Millis = 10_000) {
  const threads = new Map<string, { readonly queue: PQueue; readonly sent: ReturnType<typeof windows> }>()
  const tenants = new Map<string, ReturnType<typeof windows>>()

  const threadOf = (key: string) => {
    const known = threads.get(key)
    if (known) return known
    if (threads.size >= 2_000) forgetIdle()
    const fresh = { queue: new PQueue({ concurrency: 1 }), sent: windows(threadLimits) }
    threads.set(key, fresh)
    return fresh
  }
  const forgetIdle = () => {
    for (const [key, { queue, sent }] of threads)
      if (queue.size + queue.pending === 0 && clock.now() - sent.last() > 30_000) threads.delete(key)
  }
  const tenantOf = (tenant: string) => {
    const known = tenants.get(tenant) ?? windows(tenantLimits)
    tenants.set(tenant, known)
    return known
  }

  return {
    inTurn: <T>(thread: string, work: () => Promise<T>): Promise<T> => threadOf(thread).queue.add(work),
    async slot(thread: string, tenant: string): Promise<void> {
      const { sent } = threadOf(thread)
      const all = tenantOf(tenant)
      for (;;) {
        const now = clock.now()
        const at = Math.max(sent.next(now), all.next(now))
        if (at <= now) {
          sent.took(now)
          all.took(now)
          return
        }
        if (at - now > patienceMs)
          throw new PortError('throttled', 'Teams allows no more messages here for now', { retryAfterMs: at - now })
        await clock.sleep(at - now)
      }
    },
  }
}
