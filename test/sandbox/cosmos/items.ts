// Owns one operation on one document, alone or in a batch: its conditions, its limits, its charge. (REST reference, "Documents"; "Service quotas")
import { isDeepStrictEqual } from 'node:util'
import type { Refusal } from './answers.ts'
import { indexTerms, readCharge, writeCharge } from './charges.ts'
import type { Container } from './container.ts'
import { type Doc, type Kept, patchWith } from './package.ts'

export type Operation = {
  type: 'Create' | 'Upsert' | 'Replace' | 'Delete' | 'Read' | 'Patch'
  id: string
  document?: Doc | undefined
  ifMatch?: string | undefined
  ifNoneMatch?: string | undefined
  /** A patch's. */
  operations?: unknown[]
  condition?: string | undefined
}

export type Done = {
  status: number
  charge: number
  document?: Kept
  refusal?: Refusal
  /** Takes back what was done; absent where nothing was. */
  undo?: () => void
}

/** Service quotas: the largest item, in bytes of its JSON, and the largest batch. */
export const LARGEST_BYTES = 2 * 1024 * 1024

export const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value))

/** Does one operation, at once and whole; `factor` is what a read costs more under the account's consistency. */
export const perform = (container: Container, partition: unknown, operation: Operation, factor: number): Done => {
  const { type, id, document, ifMatch, ifNoneMatch } = operation
  const refused = (status: number, refusal: Refusal = {}): Done => ({ status, charge: readCharge(0, factor), refusal })
  const cost = (of: Doc): number => writeCharge(bytesOf(of), indexTerms(of, container.info.indexingPolicy))

  const existing = container.get(id, partition)
  if (type === 'Create' || type === 'Upsert' || type === 'Replace') {
    const wrong = whatIsWrong(container, partition, id, document)
    if (wrong) return refused(wrong.status, wrong)
  }
  if (!existing && (type === 'Replace' || type === 'Delete' || type === 'Read' || type === 'Patch')) return refused(404)
  if (existing && type === 'Create') return refused(409)
  // If-Match is for writes and If-None-Match for reads; an upsert of what is absent ignores it, as the service does.
  if (type === 'Read') {
    const known = existing && ifNoneMatch === existing._etag
    const charge = readCharge(known ? 0 : bytesOf(existing), factor)
    return { status: known ? 304 : 200, charge, document: existing as Kept }
  }
  if (existing && ifMatch !== undefined && ifMatch !== '*' && ifMatch !== existing._etag) return refused(412)

  if (!existing) {
    const kept = container.create(document as Doc)
    return { status: 201, charge: cost(kept), document: kept, undo: () => container.remove(kept) }
  }
  const undo = () => putBack(container, existing)
  if (type === 'Delete') {
    container.remove(existing)
    return { status: 204, charge: cost(existing), undo }
  }
  const written = type === 'Patch' ? patch(container, partition, existing, operation) : null
  if (written?.wrong) return refused(written.wrong.status, written.wrong)
  const kept = written?.kept ?? container.replace(document as Doc, existing)
  return { status: 200, charge: cost(existing) + cost(kept), document: kept, undo }
}

const putBack = (container: Container, before: Kept): void => {
  const now = container.get(before.id, container.partitionOf(before))
  if (now) container.remove(now)
  container.restore(before)
}

type Wrong = Refusal & { status: number }

const whatIsWrong = (
  container: Container,
  partition: unknown,
  id: string,
  document: Doc | undefined,
): Wrong | undefined => {
  if (typeof document?.id !== 'string' || document.id === '')
    return { status: 400, message: 'The input content is invalid because the required properties - id - are missing.' }
  if (document.id !== id) return { status: 400, message: 'The id of a document cannot be changed.' }
  if (/[/\\?#]/.test(id) || id.endsWith(' ') || Buffer.byteLength(id) > 1023)
    return { status: 400, message: 'Id contains illegal chars, ends with a space or is longer than 1023 bytes.' }
  if (!isDeepStrictEqual(container.partitionOf(document), partition))
    return {
      status: 400,
      substatus: 1001,
      message: 'PartitionKey extracted from document does not match the one specified in the header.',
    }
  const { ttl } = document
  if (ttl !== undefined && ttl !== -1 && !(Number.isInteger(ttl) && (ttl as number) > 0))
    return { status: 400, message: "The input ttl is invalid. Ensure to provide a nonzero positive integer or '-1'." }
  return bytesOf(document) > LARGEST_BYTES ? { status: 413 } : undefined
}

/** "Partial document update": a condition that does not hold is 412, at most ten operations, nothing of the service's own. */
const patch = (
  container: Container,
  partition: unknown,
  existing: Kept,
  { operations = [], condition }: Operation,
): { kept?: Kept; wrong?: Wrong } => {
  if (condition !== undefined) {
    try {
      const { result } = container.over({ document: existing }).query({ query: `SELECT * ${condition}` }, {})
      if (result.length === 0) return { wrong: { status: 412 } }
    } catch (error) {
      return { wrong: { status: 400, message: String(error) } }
    }
  }
  const { statusCode, body } = patchWith(container.collection, existing.id, partition, operations)
  if (statusCode !== 200 || !body)
    return { wrong: { status: statusCode, ...(body?.message ? { message: body.message } : {}) } }
  const kept = container.adopt(body)
  const wrong = whatIsWrong(container, partition, existing.id, body)
  if (wrong) putBack(container, existing)
  return wrong ? { wrong } : { kept }
}
