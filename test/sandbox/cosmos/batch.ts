// Owns the transactional batch: all of it or nothing, and nobody sees the middle, for it runs without a pause. ("Transactional batch operations in Azure Cosmos DB")
import { isDeepStrictEqual } from 'node:util'
import type { Answer } from '../server.ts'
import { refuse } from './answers.ts'
import type { Container } from './container.ts'
import { type Done, LARGEST_BYTES, type Operation, perform } from './items.ts'
import type { Doc } from './package.ts'
import { isTrue, type Request } from './request.ts'

const TYPES = ['Create', 'Upsert', 'Replace', 'Delete', 'Read', 'Patch'] as const
/** Service quotas: a batch has at most 100 operations and a payload of 2 MB. */
const MOST = 100

type Sent = {
  operationType?: string
  id?: string
  partitionKey?: string
  ifMatch?: string
  resourceBody?: Doc & { operations?: unknown[]; condition?: string }
}

/** The answer and the request units. 200 when all went through, else 207 with 424 for those that are not to blame. */
export const runBatch = (
  container: Container,
  request: Request,
  factor: number,
): { answer: Answer; charge: number; operations: number } => {
  const refused = (status: number, message?: string) => ({
    answer: refuse(status, message === undefined ? {} : { message }),
    charge: 0,
    operations: 0,
  })
  if (!isTrue(request.call, 'x-ms-cosmos-batch-atomic')) return refused(400, 'The sandbox knows atomic batches only.')
  if (request.partition === undefined) return refused(400, 'A batch needs a partition key.')
  const { body } = request
  if (!Array.isArray(body) || body.length === 0) return refused(400, 'The batch is empty or no list.')
  if (body.length > MOST) return refused(400, `Batch request has more operations than what is supported: ${MOST}.`)
  if (request.call.raw.length > LARGEST_BYTES) return refused(413)
  const operations: Operation[] = []
  for (const sent of body as Sent[]) {
    const operation = operationOf(sent)
    if (!operation) return refused(400, `Operation type '${sent.operationType}' is not supported in a batch.`)
    if (sent.partitionKey !== undefined && !isDeepStrictEqual(JSON.parse(sent.partitionKey), [request.partition]))
      return refused(400, 'An operation of the batch names another partition.')
    operations.push(operation)
  }

  const results: Done[] = []
  for (const operation of operations) {
    const done = perform(container, request.partition, operation, factor)
    results.push(done)
    if (done.status < 400) continue
    for (const { undo } of results.toReversed()) undo?.()
    const others = operations.map((_, at) => ({ statusCode: at === results.length - 1 ? done.status : 424 }))
    const charge = sum(results)
    const blamed = others.map((each) => ({ ...each, requestCharge: each.statusCode === 424 ? 0 : done.charge }))
    return { answer: { status: 207, body: blamed }, charge, operations: operations.length }
  }
  const minimal = request.call.headers['prefer'] === 'return=minimal'
  const said = results.map(({ status, charge, document }, at) => ({
    statusCode: status,
    requestCharge: charge,
    ...(document && { eTag: document._etag }),
    ...(document && (!minimal || operations[at]?.type === 'Read') && { resourceBody: document }),
  }))
  return { answer: { status: 200, body: said }, charge: sum(results), operations: operations.length }
}

const sum = (results: Done[]): number => results.reduce((total, { charge }) => total + charge, 0)

const operationOf = ({ operationType, id, ifMatch, resourceBody }: Sent): Operation | null => {
  const type = TYPES.find((each) => each === operationType)
  if (!type) return null
  const patch =
    type === 'Patch' ? { operations: resourceBody?.operations ?? (resourceBody as unknown as unknown[]) } : {}
  return {
    type,
    id: id ?? resourceBody?.id ?? '',
    document: resourceBody,
    ifMatch,
    condition: type === 'Patch' ? resourceBody?.condition : undefined,
    ...patch,
  }
}
