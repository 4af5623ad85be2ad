// Owns the few kinds of requests that the store sends: each ends in time, feeds the clock and fails as a known Failure.
import type { Container, OperationInput, PatchRequestBody, RequestOptions, SqlQuerySpec } from '@azure/cosmos'
import type { Json, Millis } from '../../../core/values.ts'
import type { Clock } from '../../../ports/clock.ts'
import { PortError } from '../../../ports/errors.ts'
import { type Failure, failureOf, failureOfThrown } from './errors.ts'
import { type Patience, turns } from './patience.ts'
import type { ServerClock } from './server-clock.ts'

/** Where a document is. */
export interface Place {
  readonly pk: string
  readonly id: string
}

/** What every document has; `_etag` where it came out of the store. */
export interface Stored extends Place {
  readonly _etag?: string
}

export type Written = { readonly ok: true; readonly etag: string } | ({ readonly ok: false } & Failure)

/** One operation of a transactional batch: the first guards the others. */
export type Operation =
  | { readonly kind: 'create' | 'upsert'; readonly document: Stored }
  | { readonly kind: 'replace'; readonly document: Stored; readonly etag: string }

/** The requests on one container. Reads are repeated and reject with a PortError; writes are sent once and never reject. */
export interface Requests {
  /** Undefined only where the store says that it is not there. */
  read<T extends Stored>(place: Place): Promise<T | undefined>
  create(document: Stored): Promise<Written>
  replace(document: Stored, etag: string): Promise<Written>
  patch(place: Place, body: PatchRequestBody): Promise<Written>
  remove(place: Place, etag: string): Promise<Written>
  /** All in one partition and all or nothing; `etag` is the first operation's document's. */
  batch(pk: string, operations: readonly Operation[]): Promise<Written>
  /** All results of a query over the partitions. */
  query<T>(query: string, parameters: Parameters): Promise<readonly T[]>
  /** The results of a query of one partition, page by page; `query` says `c.pk = @pk` itself. */
  pages<T>(pk: string, query: string, parameters: Parameters): AsyncGenerator<readonly T[]>
}

export interface Parameters {
  readonly [name: `@${string}`]: Json
}

export interface Sending {
  readonly patience: Patience
  readonly random: () => number
  readonly time: ServerClock
  readonly local: Pick<Clock, 'now'>
}

interface Answered {
  readonly headers?: { readonly [name: string]: unknown }
}

/** The SDK knows it for batches only. */
const SMALLEST_ANSWER: RequestOptions = { contentResponseOnWriteEnabled: false }

export function requests(container: Container, sending: Sending): Requests {
  const { patience, random, time, local } = sending

  /** One attempt: in time, and its `date` heard, also where it failed. */
  const once = async <T>(send: (abortSignal: AbortSignal) => Promise<T>): Promise<T> => {
    const sentAt = local.now()
    const hear = (answer: unknown) => {
      const date = (answer as Answered | undefined)?.headers?.['date']
      time.heard(typeof date === 'string' ? date : undefined, sentAt, local.now())
    }
    try {
      const answer = await send(AbortSignal.timeout(patience.attemptMs))
      hear(answer)
      return answer
    } catch (error) {
      hear((error as Error | undefined)?.cause ?? error)
      throw error
    }
  }
  const written = async (send: (abortSignal: AbortSignal) => Promise<Written & Answered>): Promise<Written> => {
    try {
      return await once(send)
    } catch (error) {
      return { ok: false, ...failureOfThrown(error) }
    }
  }
  const reading = async <T>(send: (abortSignal: AbortSignal) => Promise<T>): Promise<T> => {
    const { again } = turns(patience, random)
    for (;;) {
      try {
        return await once(send)
      } catch (error) {
        const failure = failureOfThrown(error)
        const isPassing = failure.meaning === 'unclear' || failure.meaning === 'busy'
        if (!isPassing || !(await again(failure))) throw withoutDoubt(failure)
      }
    }
  }
  const item = ({ id, pk }: Place) => container.item(id, pk)

  return {
    async read<T extends Stored>(place: Place) {
      const { resource } = await reading(async (abortSignal) => {
        const answer = await item(place).read<T & { id: string }>({ abortSignal })
        const { statusCode, substatus } = answer
        // The SDK answers any 404 instead of throwing it, whatever its substatus (TEAMS, "Cosmos SDK, measured").
        if (statusCode !== 200 && !(statusCode === 404 && (substatus ?? 0) === 0))
          throw Object.assign(new Error('no answer'), { code: statusCode, substatus, headers: answer.headers })
        return answer
      })
      return resource && understood(resource as T)
    },
    create: (document) =>
      written(async (abortSignal) => {
        const { etag, headers } = await container.items.create(document, { abortSignal })
        return { ok: true, etag, headers }
      }),
    replace: (document, etag) =>
      written(async (abortSignal) => {
        const options = { abortSignal, accessCondition: { type: 'IfMatch', condition: etag } }
        const answer = await item(document).replace(document, options)
        return { ok: true, etag: answer.etag, headers: answer.headers }
      }),
    patch: (place, body) =>
      written(async (abortSignal) => {
        const { etag, headers } = await item(place).patch(body, { abortSignal })
        return { ok: true, etag, headers }
      }),
    remove: (place, etag) =>
      written(async (abortSignal) => {
        const { headers } = await item(place).delete({
          abortSignal,
          accessCondition: { type: 'IfMatch', condition: etag },
        })
        return { ok: true, etag: '', headers }
      }),
    batch: (pk, operations) =>
      written(async (abortSignal) => {
        const { result, headers } = await container.items.batch(operations.map(toInput), pk, {
          ...SMALLEST_ANSWER,
          abortSignal,
        })
        return { ...outcomeOf(result, operations.length), headers }
      }),
    async query<T>(query: string, parameters: Parameters) {
      const spec = specOf(query, parameters)
      const { resources } = await reading(async (abortSignal) => {
        const { resources: all } = await container.items.query<T>(spec, { abortSignal }).fetchAll()
        return { resources: all }
      })
      return resources
    },
    async *pages<T>(pk: string, query: string, parameters: Parameters) {
      const spec = specOf(query, { ...parameters, '@pk': pk })
      let continuationToken: string | undefined
      do {
        const page = await reading(async (abortSignal) => {
          const options = {
            partitionKey: pk,
            abortSignal,
            ...(continuationToken !== undefined && { continuationToken }),
          }
          const answer = await container.items.query<T>(spec, options).fetchNext()
          return { resources: answer.resources ?? [], continuationToken: answer.continuationToken }
        })
        yield page.resources
        continuationToken = page.continuationToken
      } while (continuationToken)
    },
  }
}

/** What every document that a version may change in meaning says of itself; absent: the first. */
const SCHEMA = 1

function understood<T extends Stored>(document: T): T {
  const { schema = 1 } = document as { readonly schema?: number }
  if (schema <= SCHEMA) return document
  throw new PortError(
    'malformed',
    `a document of this store was written by a newer runbot (schema ${schema}): run that one`,
  )
}

/** A read changes nothing, however it fails. */
const withoutDoubt = ({ error: { kind, message, retryAfterMs, cause } }: Failure): PortError =>
  new PortError(kind, message, { retryAfterMs, cause })

const specOf = (query: string, parameters: Parameters): SqlQuerySpec => ({
  query,
  parameters: Object.entries(parameters).map(([name, value]) => ({ name, value: value as string })),
})

/** A new object each time: the SDK changes what it is given. */
function toInput(operation: Operation): OperationInput {
  const { kind, document } = operation
  const common = { resourceBody: { ...document }, partitionKey: document.pk }
  if (kind === 'replace') return { ...common, operationType: 'Replace', id: document.id, ifMatch: operation.etag }
  return { ...common, operationType: kind === 'create' ? 'Create' : 'Upsert' }
}

interface OperationAnswer {
  readonly statusCode: number
  readonly subStatusCode?: number
  readonly retryAfterMilliseconds?: Millis
  readonly eTag?: string
}

/** A batch that failed is answered, not thrown: every part says 424 but the one that is to blame. */
function outcomeOf(result: readonly OperationAnswer[] | undefined, count: number): Written {
  if (!Array.isArray(result) || result.length === 0)
    return { ok: false, ...failureOfThrown(new Error('no batch answer')) }
  const answers = result as readonly OperationAnswer[]
  const failed = answers.filter(({ statusCode }) => !(statusCode >= 200 && statusCode <= 299))
  const blamed = failed.find(({ statusCode }) => statusCode !== 424) ?? failed[0]
  if (blamed) {
    return { ok: false, ...failureOf(blamed.statusCode, blamed.subStatusCode, blamed.retryAfterMilliseconds) }
  }
  const etag = answers[0]?.eTag
  if (answers.length !== count || etag === undefined)
    return { ok: false, ...failureOfThrown(new Error('half an answer')) }
  return { ok: true, etag }
}
