// Owns the time that all replicas share: the store's, as the `date` headers of its answers bound it.
import type { Instant, Millis } from '../../../core/values.ts'
import type { Clock } from '../../../ports/clock.ts'

export interface ServerClock {
  readonly clock: Clock
  /** Learns from one answer: its `date` header, and when the request left and the answer came by the local clock. */
  heard(date: string | undefined, sentAt: Instant, receivedAt: Instant): void
  /** How far the store's time is ahead of the local clock, and how far that may be wrong; undefined before an answer. */
  offset(): { readonly ms: Millis; readonly withinMs: Millis } | undefined
}

interface Bounds {
  readonly above: Millis
  readonly upTo: Millis
}

/** A header has whole seconds (RFC 9110 §5.6.7): the answer was made within the second that begins there. */
const SECOND_MS = 1000

/**
 * The store's time. `local` is any clock that runs at the right speed; where it is set meanwhile, what was known of it no
 * longer holds, and the newest answer alone counts. The time goes back only then: a process that was paused sees it jump
 * forward, a replica whose clock is wrong by minutes sees the same time as the others.
 */
export function serverClock(local: Clock): ServerClock {
  let known: Bounds | undefined
  let last = Number.NEGATIVE_INFINITY

  const middle = ({ above, upTo }: Bounds): Millis => (above + upTo) / 2

  return {
    clock: {
      now() {
        last = Math.max(last, Math.round(local.now() + (known ? middle(known) : 0)))
        return last
      },
      sleep: (ms, signal) => local.sleep(ms, signal),
    },
    heard(date, sentAt, receivedAt) {
      const at = date === undefined ? Number.NaN : Date.parse(date)
      if (Number.isNaN(at) || receivedAt < sentAt) return
      const news: Bounds = { above: at - receivedAt, upTo: at + SECOND_MS - sentAt }
      const both = known && { above: Math.max(known.above, news.above), upTo: Math.min(known.upTo, news.upTo) }
      if (both && both.above < both.upTo) {
        known = both
        return
      }
      known = news
      last = Number.NEGATIVE_INFINITY
    },
    offset: () => known && { ms: middle(known), withinMs: (known.upTo - known.above) / 2 },
  }
}
