// Owns going through every open run, page by page, after something changed beside them.
import { OPEN } from '../core/run.ts'
import type { ChainRecord, Store } from '../ports/store.ts'

const PAGE = 200

/** Does something for each run that is open, newest first, and answers how many there were. */
export async function forOpenRuns(store: Store, act: (run: string) => Promise<void>): Promise<number> {
  let count = 0
  let before: ChainRecord | undefined
  for (;;) {
    const page = await store.list({ statuses: OPEN, limit: PAGE, ...(before ? { before } : {}) })
    for (const { chain } of page) await act(chain)
    count += page.length
    before = page.at(-1)
    if (before === undefined) return count
  }
}
