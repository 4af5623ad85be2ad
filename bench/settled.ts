// Owns knowing when runs are over: each has ended, all its surfaces were told and its lease is given up.
import type { Millis } from '../src/core/values.ts'
import type { Store } from '../src/ports/store.ts'

export interface Settled {
  store(store: Store): Store
  /** Resolves when this many more runs are over; rejects when one did not succeed, or none is over for too long. */
  more(count: number, patienceMs: Millis): Promise<void>
}

export function settled(): Settled {
  const over = new Set<string>()
  let failed: string | undefined
  let expected = 0
  let look = () => {}

  return {
    store: (store) => ({
      ...store,
      async release(chain, fence, dueAt) {
        await store.release(chain, fence, dueAt)
        const record = dueAt === null ? await store.record(chain) : undefined
        if (record?.lease !== null || record.dueAt !== null || record.status === 'awaitingApproval') return
        over.add(chain)
        if (record.status !== 'succeeded')
          failed ??= `run ${chain} ended as ${record.status}: ${await reasons(store, chain)}`
        look()
      },
    }),
    more(count, patienceMs) {
      expected += count
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      let patience: NodeJS.Timeout | undefined
      look = () => {
        clearTimeout(patience)
        if (failed !== undefined) return reject(new Error(failed))
        if (over.size >= expected) return resolve()
        const missing = expected - over.size
        patience = setTimeout(
          () => reject(new Error(`${missing} of ${count} runs are not over, and none ended in ${patienceMs / 1000} s`)),
          patienceMs,
        )
      }
      look()
      return promise.finally(() => clearTimeout(patience))
    },
  }
}

/** What its log says of what went wrong. */
async function reasons(store: Store, chain: string): Promise<string> {
  const events = (await store.entries(chain)).map(({ event }) => event as Record<string, unknown>)
  const bad = events.filter(({ ok, outcome, type }) => ok === false || outcome === 'failed' || type === 'finished')
  return bad.map(({ type, reason }) => `${String(type)} (${String(reason)})`).join(', ')
}
