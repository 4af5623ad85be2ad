// Owns the estimate of request units. It follows Microsoft's published points, rounds against us, and is an estimate, not a bill.
//
// Published: a point read of 1 KB is 1 RU and of 100 KB 10 RU, a write of 1 KB 5 RU and of 100 KB 50 RU, and any read
// costs twice that under Strong and BoundedStaleness ("Optimize request cost in Azure Cosmos DB"). Measured by the capacity
// planner for a document of two properties: create 5.71, replace 10.67, delete 5.71. So, with KB rounded up:
//   read    1 + (KB - 1) / 11                          × 2 under Strong
//   create  5.5 + 0.46 × (KB - 1) + 0.2 × index terms   (a delete the same; a replace, an upsert of what is there and a
//                                                        patch both, for the old terms leave the index)
//   query   2.3 × physical partitions + 0.1 × documents + 0.1 × KB returned, each page   × 2 under Strong
//   batch   the sum of its operations; a refused operation a read of 1 KB
// Not modelled: the work of a filter that no index serves. An index term is a value, or a composite index, that the policy covers.
import type { Doc, IndexingPolicy } from './package.ts'

const kilobytes = (bytes: number): number => Math.max(1, Math.ceil(bytes / 1024))
const round = (units: number): number => Math.round(units * 100) / 100

export const readCharge = (bytes: number, factor: number): number => round((1 + (kilobytes(bytes) - 1) / 11) * factor)

export const writeCharge = (bytes: number, terms: number): number =>
  round(5.5 + 0.46 * (kilobytes(bytes) - 1) + 0.2 * terms)

export const queryCharge = (
  { documents, bytes }: { documents: number; bytes: number },
  partitions: number,
  factor: number,
): number => round((2.3 * partitions + 0.1 * documents + (0.1 * bytes) / 1024) * factor)

/** Two for a consistency that reads from two replicas, else one. */
export const readFactor = (consistency: string): number =>
  consistency === 'Strong' || consistency === 'BoundedStaleness' ? 2 : 1

/** How many entries of a document the index holds under this policy; without a policy every value ("Indexing policies"). */
export const indexTerms = (document: Doc, policy: IndexingPolicy | undefined): number => {
  const leaves = leavesOf(document, '')
  const composites = (policy?.compositeIndexes ?? []).filter((paths) =>
    paths.every(({ path }) => leaves.includes(path)),
  )
  return leaves.filter((leaf) => isIndexed(leaf, policy)).length + composites.length
}

/** Whether the index holds the value at this path: the longer of the paths that cover it decides. The id always is. */
export const isIndexed = (leaf: string, policy: IndexingPolicy | undefined): boolean => {
  const longest = (paths: { path: string }[]): number =>
    Math.max(-1, ...paths.filter(({ path }) => covers(path, leaf)).map(({ path }) => path.length))
  return leaf === '/id' || longest(policy?.includedPaths ?? [{ path: '/*' }]) > longest(policy?.excludedPaths ?? [])
}

/** `/a/?` is the value at a, `/a/*` all below it. */
const covers = (path: string, leaf: string): boolean =>
  path.endsWith('/?') ? path.slice(0, -2).replaceAll('"', '') === leaf : `${leaf}/`.startsWith(path.slice(0, -1))

const leavesOf = (value: unknown, path: string): string[] => {
  if (Array.isArray(value)) return (value as unknown[]).flatMap((each) => leavesOf(each, `${path}/[]`))
  if (typeof value !== 'object' || value === null) return path.startsWith('/_') ? [] : [path]
  return Object.entries(value).flatMap(([key, each]) => leavesOf(each, `${path}/${key}`))
}
