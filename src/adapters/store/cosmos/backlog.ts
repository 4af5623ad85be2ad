// Owns how many intake events wait: counted over all partitions every few seconds, kept up with between.
import type { Instant, Millis } from '../../../core/values.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { Requests } from './requests.ts'

export interface BacklogCount {
  count(): Promise<number>
  /** This process stored one (1) or finished one (-1). */
  add(change: number): void
}

const COUNT = "SELECT VALUE COUNT(1) FROM c WHERE c.waits > ''"
/** It is asked for at each delivery, and what the other replicas do in this time does not matter to back-pressure. */
const COUNTED_FOR_MS: Millis = 5_000

export function backlogCount(requests: Requests, clock: Pick<Clock, 'now'>): BacklogCount {
  let known: { readonly at: Instant; count: number } | undefined
  let counting: Promise<number> | undefined
  let sinceCounting = 0

  const counted = async (): Promise<number> => {
    sinceCounting = 0
    const [count = 0] = await requests.query<number>(COUNT, {})
    // A change that was made meanwhile may be in the count already: back-pressure bears it until the next one.
    known = { at: clock.now(), count: count + sinceCounting }
    return known.count
  }
  return {
    async count() {
      const age = known ? clock.now() - known.at : Number.POSITIVE_INFINITY
      if (known && age >= 0 && age < COUNTED_FOR_MS) return Math.max(0, known.count)
      counting ??= counted().finally(() => {
        counting = undefined
      })
      return Math.max(0, await counting)
    },
    add(change) {
      sinceCounting += change
      if (known) known.count += change
    },
  }
}
