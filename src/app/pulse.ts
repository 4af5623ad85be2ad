// Owns waiting for whichever comes first: a time, or somebody who has news.
import type { Instant } from '../core/values.ts'
import type { Clock } from '../ports/clock.ts'

export interface Pulse {
  /** Ends the current wait, or the next one at once. */
  beat(): void
  /** Resolves at `until`, on a beat, or when the signal aborts; Infinity waits for a beat. */
  wait(until: Instant, signal: AbortSignal): Promise<void>
}

const LONGEST_MS = 60_000

export function pulse(clock: Clock): Pulse {
  let pending = false
  let wake: AbortController | undefined
  return {
    beat() {
      pending = true
      // With a reason, because a default one is an error with a stack, and beats are many.
      wake?.abort('beat')
    },
    async wait(until, signal) {
      if (!pending && !signal.aborted) {
        const woken = new AbortController()
        wake = woken
        // By hand: a signal that is composed anew for each wait costs more than the wait.
        const stopped = () => woken.abort('stopped')
        signal.addEventListener('abort', stopped, { once: true })
        const ms = Math.max(0, Math.min(LONGEST_MS, until - clock.now()))
        await clock.sleep(ms, woken.signal)
        signal.removeEventListener('abort', stopped)
        wake = undefined
      }
      pending = false
    },
  }
}
