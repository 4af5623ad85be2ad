// Owns having every open run looked at again after something changed beside it, whichever replica works on it.
import { OPEN } from '../core/run.ts'
import type { Instant } from '../core/values.ts'
import type { ChainRecord, Store } from '../ports/store.ts'

const PAGE = 200

/** Wakes them all, and answers how many. The replica that holds a run's lease, or any other, draws its card anew. */
export async function wakeOpenRuns(store: Store, at: Instant): Promise<number> {
  let woken = 0
  let before: ChainRecord | undefined
  for (;;) {
    const page = await store.list({ statuses: OPEN, limit: PAGE, ...(before ? { before } : {}) })
    for (const { chain } of page) await store.wake(chain, at)
    woken += page.length
    before = page.at(-1)
    if (before === undefined) return woken
  }
}
