// Owns what a request to Cosmos DB asks for: its kind, its container, its partition, its conditions. (REST reference, "Common request headers")
import type { Call } from '../server.ts'

/** What is counted apart. A query that names its partition is a `query`, one that does not a `crossPartitionQuery`. */
export type Kind =
  | 'read'
  | 'create'
  | 'upsert'
  | 'replace'
  | 'patch'
  | 'delete'
  | 'batch'
  | 'query'
  | 'crossPartitionQuery'
  | 'queryPlan'
  | 'metadata'

export type Request = {
  kind: Kind
  call: Call
  /** Absent where the request is about the account or its databases. */
  database: string | undefined
  container: string | undefined
  /** The document's id, from the path. */
  id: string | undefined
  /** The value of x-ms-documentdb-partitionkey; undefined where the header is missing or names no partition. */
  partition: unknown
  ifMatch: string | undefined
  ifNoneMatch: string | undefined
  /** The JSON of the body, undefined where there is none or it does not parse. */
  body: unknown
  /** The type and the name of the resource, as a signature covers them. */
  resource: { type: string; link: string }
}

const headerOf = (call: Call, name: string): string | undefined => {
  const value = call.headers[name]
  return Array.isArray(value) ? value[0] : value
}
export const isTrue = (call: Call, name: string): boolean => headerOf(call, name)?.toLowerCase() === 'true'

/** A POST names what it is by a header, all else is in method and path. */
const kindOf = (call: Call, type: string, id: string | undefined, partition: unknown): Kind => {
  if (type !== 'docs') return 'metadata'
  if (call.method === 'PUT') return 'replace'
  if (call.method === 'PATCH') return 'patch'
  if (call.method === 'DELETE') return 'delete'
  if (call.method === 'GET' && id !== undefined) return 'read'
  if (isTrue(call, 'x-ms-cosmos-is-query-plan-request')) return 'queryPlan'
  if (call.method === 'GET' || isTrue(call, 'x-ms-documentdb-isquery'))
    return partition === undefined ? 'crossPartitionQuery' : 'query'
  if (isTrue(call, 'x-ms-cosmos-is-batch-request')) return 'batch'
  return isTrue(call, 'x-ms-documentdb-is-upsert') ? 'upsert' : 'create'
}

/** `["a"]` is the partition a, `[{}]` a document without the property, which runbot never writes. */
const partitionOf = (header: string | undefined): unknown => {
  const values = header === undefined ? undefined : parsed(header)
  const [value] = Array.isArray(values) ? (values as unknown[]) : []
  return typeof value === 'object' ? undefined : value
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Reads method, path and headers; nothing is refused here. */
export const requestOf = (call: Call): Request => {
  const { segments } = call
  const [, database, , container] = segments
  const odd = segments.length % 2 === 1
  const type = (odd ? segments.at(-1) : segments.at(-2)) ?? ''
  const id = segments[4] === 'docs' ? segments[5] : undefined
  const partition = partitionOf(headerOf(call, 'x-ms-documentdb-partitionkey'))
  return {
    kind: kindOf(call, type, id, partition),
    call,
    database,
    container,
    id,
    partition,
    ifMatch: headerOf(call, 'if-match'),
    ifNoneMatch: headerOf(call, 'if-none-match'),
    body: typeof call.body === 'string' ? parsed(call.body) : call.body,
    resource: { type, link: (odd ? segments.slice(0, -1) : segments).join('/') },
  }
}
