// Owns one container of the strict layer: the package's documents, indexed by partition, with expiry and a log sequence number.
import { type Collection, type ContainerInfo, type Doc, type Documents, type Kept, viewOf } from './package.ts'

export type Container = {
  info: ContainerInfo
  collection: Collection
  /** The partition that a document belongs to. */
  partitionOf: (document: Doc) => unknown
  get: (id: string, partition: unknown) => Kept | undefined
  create: (document: Doc) => Kept
  replace: (document: Doc, original: Kept) => Kept
  remove: (document: Kept) => void
  /** Takes note of a document that the package's patch has just written. */
  adopt: (document: Kept) => Kept
  /** Puts a document back as it was, etag and all: what undoes a step of a batch. */
  restore: (document: Kept) => void
  /** A view on one partition, on one document, or on all: the package's query runs over it as over a whole container. */
  over: (of: { partition: unknown } | { document: Kept } | 'all') => Documents
  /** Rises with every write: what a session token carries. */
  lsn: () => number
  size: () => number
}

type Rows = Documents['_data']

/** `now` in milliseconds: the service's clock, for `_ts`; `ttlNow` the one by which documents expire. */
export const createContainer = (collection: Collection, now: () => number, ttlNow: () => number): Container => {
  const info = collection.read() as ContainerInfo
  const { documents } = collection
  const path = (info.partitionKey?.paths[0] ?? '/id').split('/').slice(1)
  const partitions = new Map<unknown, Rows>()
  const expiries = new Map<string, { at: number; document: Kept }>()
  let earliest = Number.POSITIVE_INFINITY
  let lsn = 1

  const partitionOf = (document: Doc): unknown =>
    path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], document)

  const keep = (document: Kept): Kept => {
    documents._set(document)
    const partition = partitionOf(document)
    const rows: Rows = partitions.get(partition) ?? new Map()
    rows.set(document._rid, { read: () => document })
    partitions.set(partition, rows)
    const seconds = lifeOf(info, document)
    expiries.delete(document._rid)
    if (seconds !== null) {
      const at = ttlNow() + seconds * 1000
      expiries.set(document._rid, { at, document })
      earliest = Math.min(earliest, at)
    }
    lsn += 1
    return document
  }

  const remove = (document: Kept): void => {
    const partition = partitionOf(document)
    documents.delete(document.id, partition)
    const rows = partitions.get(partition)
    rows?.delete(document._rid)
    if (rows?.size === 0) partitions.delete(partition)
    expiries.delete(document._rid)
    lsn += 1
  }

  /** "Time to live in Azure Cosmos DB": an expired item is not returned, whether or not it has been deleted already. */
  const sweep = (): void => {
    if (ttlNow() < earliest) return
    earliest = Number.POSITIVE_INFINITY
    for (const { at, document } of expiries.values()) {
      if (at <= ttlNow()) remove(document)
      else earliest = Math.min(earliest, at)
    }
  }

  const stamp = (document: Kept): Kept => keep({ ...document, _ts: Math.floor(now() / 1000) })

  return {
    info,
    collection,
    partitionOf,
    get(id, partition) {
      sweep()
      const found = partitions.has(partition) ? collection.document(id, partition).read() : undefined
      // The package takes a document's _rid for its id too.
      return found?.id === id ? found : undefined
    },
    create: (document) => stamp(documents.create(document)),
    replace: (document, original) => stamp(documents.replace(document, original)),
    remove,
    adopt: stamp,
    restore: (document) => void keep(document),
    over(of) {
      sweep()
      const rows = of === 'all' ? documents._data : 'document' in of ? one(of.document) : partitions.get(of.partition)
      return viewOf(documents, rows ?? new Map())
    },
    lsn: () => lsn,
    size() {
      sweep()
      return documents._data.size
    },
  }
}

const one = (document: Kept): Rows => new Map([[document._rid, { read: () => document }]])

/** An item's `ttl` counts only where the container has one; -1 is never, and the item's own goes before the container's. */
const lifeOf = ({ defaultTtl }: ContainerInfo, { ttl }: Kept): number | null => {
  if (defaultTtl === undefined) return null
  const seconds = typeof ttl === 'number' ? ttl : defaultTtl
  return seconds > 0 ? seconds : null
}
