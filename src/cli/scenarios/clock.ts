// Owns time in a scenario: it stands still until everybody waits, then jumps to whoever waits for the shortest.
import type { Instant, Millis } from '../../core/values.ts'
import type { Clock } from '../../ports/clock.ts'

export interface VirtualClock extends Clock {
  /** Lets everything happen that needs no time. Throws when that never ends. */
  settle(): Promise<void>
  /** Jumps to the next moment that somebody waits for, at most to `until`, and settles. */
  step(until?: Instant): Promise<void>
  /** Jumps to `at`: whoever waited for an earlier moment is woken late, as after a suspended machine. */
  jump(at: Instant): Promise<void>
}

interface Waiter {
  readonly at: Instant
  readonly wake: () => void
}

/** So often somebody may wait for a moment that has come already before it counts as a loop. */
const TURNS = 10_000

export function virtualClock(start: Instant): VirtualClock {
  let now = start
  const waiters = new Set<Waiter>()

  const sleep = (ms: Millis, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const waiter: Waiter = {
        at: now + Math.max(0, ms),
        wake: () => {
          waiters.delete(waiter)
          signal?.removeEventListener('abort', waiter.wake)
          resolve()
        },
      }
      waiters.add(waiter)
      signal?.addEventListener('abort', waiter.wake, { once: true })
    })

  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < TURNS; turn += 1) {
      // Nothing here waits for a disk or a network, so after one turn of the event loop all have come to a wait.
      await new Promise((resolve) => setImmediate(resolve))
      const due = [...waiters].filter(({ at }) => at <= now).toSorted((a, b) => a.at - b.at)
      if (due.length === 0) return
      for (const { wake } of due) wake()
    }
    throw new Error('runbot goes round in a circle: it waits for a moment that has come already')
  }

  const jump = async (at: Instant): Promise<void> => {
    now = Math.max(now, at)
    await settle()
  }

  return {
    now: () => now,
    sleep,
    settle,
    jump,
    step: (until = Number.POSITIVE_INFINITY) => {
      const next = Math.min(until, ...[...waiters].map(({ at }) => at))
      return jump(Number.isFinite(next) ? next : now)
    },
  }
}
