// Owns going through a whole store: every chain, event and document, with some of the work side by side.
import type { ChainRecord, Document, Store } from '../../ports/store.ts'
import type { StoredEvent } from '../../ports/store-transfer.ts'
import type { Source } from './open.ts'

const PAGE = 500
/** The way to a store far away takes longer than its work; more at once would only be throttled. */
const SIDE_BY_SIDE = 8

/** The mark of a copy is of the store that it lies in, and is never copied. */
export const MARK_KIND = 'copy'

export async function* everyRecord(store: Store): AsyncGenerator<ChainRecord> {
  let page = await store.list({ limit: PAGE })
  while (page.length > 0) {
    yield* page
    page = await store.list({ limit: PAGE, before: page.at(-1) as ChainRecord })
  }
}

export async function* everyEvent({ all }: Pick<Source, 'all'>): AsyncGenerator<StoredEvent> {
  for await (const page of all.events()) yield* page
}

/** All but the mark of a copy. */
export async function* everyDocument({ all }: Pick<Source, 'all'>): AsyncGenerator<Document> {
  for await (const page of all.documents()) yield* page.filter(({ kind }) => kind !== MARK_KIND)
}

/** Works on each, several at a time. After a failure nothing new begins; what is under way ends, then it rejects. */
export async function forAll<T>(items: AsyncGenerator<T>, work: (item: T) => Promise<void>): Promise<void> {
  let hasFailed = false
  const worker = async (): Promise<void> => {
    try {
      // `for await` would close the generator that the others still read from.
      for (let next = await items.next(); !next.done && !hasFailed; next = await items.next()) await work(next.value)
    } catch (error) {
      hasFailed = true
      throw error
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: SIDE_BY_SIDE }, worker))
  const failed = ends.find((end) => end.status === 'rejected')
  if (failed) throw failed.reason
}
