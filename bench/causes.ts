// Owns who asked the store for what: each write with the commit that it shared, each read, at its moment.
import type { Millis } from '../src/core/values.ts'
import type { Append, Store } from '../src/ports/store.ts'
import type { Disk } from './disk.ts'

interface Asked {
  readonly cause: string
  /** By `performance.now`: when a write was on disk, or a read was asked for. */
  readonly at: Millis
}

export interface Write extends Asked {
  readonly commit: number
}

export interface Causes {
  store(store: Store): Store
  readonly writes: readonly Write[]
  readonly reads: readonly Asked[]
}

export function causes(disk: Disk): Causes {
  const writes: Write[] = []
  const reads: Asked[] = []

  const written = <A extends readonly unknown[], T>(
    write: (...given: A) => Promise<T>,
    cause: (...given: A) => string,
  ) => {
    return async (...given: A): Promise<T> => {
      const answer = await write(...given)
      // Whoever shared the transaction is answered before the next one begins.
      writes.push({ cause: cause(...given), at: performance.now(), commit: disk.commits() })
      return answer
    }
  }
  const read = <A extends readonly unknown[], T>(ask: (...given: A) => Promise<T>, cause: (...given: A) => string) => {
    return (...given: A): Promise<T> => {
      reads.push({ cause: cause(...given), at: performance.now() })
      return ask(...given)
    }
  }

  return {
    writes,
    reads,
    store: (store) => ({
      ...store,
      append: written(store.append, causeOf),
      claim: written(store.claim, () => 'the lease'),
      renew: written(store.renew, () => 'the lease'),
      release: written(store.release, () => 'the lease'),
      wake: written(store.wake, () => 'the lease'),
      accept: written(store.accept, () => 'intake'),
      postpone: written(store.postpone, () => 'intake'),
      done: written(store.done, () => 'intake'),
      put: written(store.put, documentOf),
      remove: written(store.remove, documentOf),
      record: read(store.record, () => 'record'),
      entries: read(store.entries, () => 'entries'),
      due: read(store.due, () => 'due runs'),
      pending: read(store.pending, () => 'pending intake'),
      get: read(store.get, documentOf),
      all: read(store.all, (kind: string) => `all of ${kind}`),
      evidence: read(store.evidence, () => 'evidence'),
    }),
  }
}

const causeOf = ({ chain, entries }: Append): string => {
  const types = entries.map(({ event }) => (event as { readonly type: string }).type)
  return `${chain === 'control' ? 'control' : 'log'}: ${types.join(' + ')}`
}

/** A surface's cursor is named `<run>:<surface>`. */
const documentOf = (kind: string, key: string): string =>
  kind === 'cursor' ? `cursor: ${key.slice(key.lastIndexOf(':') + 1)}` : `document: ${kind}`
