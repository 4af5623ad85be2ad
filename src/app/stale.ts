// Owns which runbooks are possibly stale: the world contradicted what one assumes, and its file has not changed since.
import { type Instant, isObject } from '../core/values.ts'
import type { Store } from '../ports/store.ts'
import { swap } from './documents.ts'

/** What a preflight of this content found, and in which run. */
export interface Stale {
  readonly content: string
  readonly run: string
  readonly reason: string
  readonly at: Instant
}

const KIND = 'stale'

/** The newest contradiction of exactly this content; undefined: none, or the runbook was changed since. */
export async function staleOf(store: Store, runbook: string, content: string): Promise<Stale | undefined> {
  const value = (await store.get(KIND, runbook))?.value
  return isObject(value) && value['content'] === content ? (value as unknown as Stale) : undefined
}

export const markStale = (store: Store, runbook: string, stale: Stale): Promise<void> =>
  swap<void>(store, KIND, runbook, () => ({ write: { ...stale }, result: undefined }))

/** What it assumes held again, in another run: what one target contradicts, another of the same run does not mend. */
export async function clearStale(store: Store, runbook: string, run: string): Promise<void> {
  if (!(await store.get(KIND, runbook))) return
  await swap<void>(store, KIND, runbook, (value) => ({
    ...(isObject(value) && value['run'] === run ? {} : { write: null }),
    result: undefined,
  }))
}
