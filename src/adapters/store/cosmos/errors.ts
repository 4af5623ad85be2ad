// Owns what a failure of Cosmos DB means: to a write that goes on by it, and to the app as a PortError.
import type { Millis } from '../../../core/values.ts'
import { PortError, type PortErrorKind } from '../../../ports/errors.ts'

/**
 * `exists` 409, `changed` 412, `absent` 404: nothing was written, and why is known.
 * `busy`: nothing was written, later it may be. `unclear`: it may have been written. `refused`: never will be.
 */
export type Meaning = 'exists' | 'changed' | 'absent' | 'busy' | 'unclear' | 'refused'

export interface Failure {
  readonly meaning: Meaning
  readonly error: PortError
}

type Known = readonly [Meaning, PortErrorKind, string]

/** learn.microsoft.com/rest/api/cosmos-db/http-status-codes-for-cosmosdb */
const answers: { readonly [status: number]: Known } = {
  400: ['refused', 'malformed', 'the store does not take this request'],
  401: ['refused', 'denied', 'the store does not accept this credential'],
  403: ['refused', 'denied', 'the store does not allow this: the identity lacks its data-plane role'],
  404: ['absent', 'notFound', 'it is not in the store'],
  408: ['unclear', 'unavailable', 'the store did not answer in time'],
  409: ['exists', 'conflict', 'it is already in the store'],
  410: ['unclear', 'unavailable', 'the store is moving this partition'],
  412: ['changed', 'conflict', 'it has changed meanwhile'],
  413: ['refused', 'malformed', 'the value is too large for the store'],
  424: ['busy', 'unavailable', 'another part of the same write failed'],
  429: ['busy', 'throttled', 'the store has used up its request units'],
  449: ['busy', 'unavailable', 'the store is busy with another write of the same document'],
}
const lost: Known = ['unclear', 'unavailable', 'the store failed']
const slow: Known = ['unclear', 'unavailable', 'the store did not answer in time']

/** A 404 that is not "absent": 1002 the replica lags behind its session, 1003 the container is missing. */
const OWNER_MISSING = 1003
/** A 403 while the write region moves: 3 WriteForbidden, 1008 DatabaseAccountNotFound. */
const MOVING = [3, 1008]

/** The fields that the SDK's errors have, one way or another: an ErrorResponse, a RestError, a TimeoutError. */
interface Thrown {
  readonly code?: unknown
  readonly substatus?: unknown
  readonly name?: unknown
  readonly message?: unknown
  readonly retryAfterInMs?: unknown
  readonly cause?: unknown
}

/** What an answer's status means, `substatus` included. */
export function failureOf(status: number, substatus = 0, retryAfterMs?: Millis, cause?: unknown): Failure {
  const [meaning, kind, sentence] = known(status, substatus)
  const error = new PortError(kind, `${sentence} (${substatus === 0 ? status : `${status}/${substatus}`})`, {
    retryAfterMs,
    mayHaveHappened: meaning === 'unclear',
    cause,
  })
  return { meaning, error }
}

function known(status: number, substatus: number): Known {
  if (status === 404 && substatus === OWNER_MISSING)
    return ['refused', 'unavailable', 'the database or a container is missing']
  if (status === 404 && substatus !== 0) return ['unclear', 'unavailable', 'the store lags behind']
  if (status === 403 && MOVING.includes(substatus))
    return ['busy', 'unavailable', 'the store is moving its write region']
  return answers[status] ?? lost
}

/**
 * What a thrown error means. The SDK throws on lost connections (the code also on `cause`), on its own time limit, when the
 * caller's signal ends it, and a TypeError or SyntaxError on answers that are no JSON: of all these a write may have happened.
 */
export function failureOfThrown(error: unknown): Failure {
  const chain = [error, (error as Thrown | undefined)?.cause].filter(
    (each) => typeof each === 'object' && each !== null,
  )
  for (const each of chain as Thrown[]) {
    if (typeof each.code !== 'number') continue
    const substatus = typeof each.substatus === 'number' ? each.substatus : 0
    const retryAfterMs = typeof each.retryAfterInMs === 'number' ? each.retryAfterInMs : undefined
    return failureOf(each.code, substatus, retryAfterMs, error)
  }
  const isSlow = (chain as Thrown[]).some(({ name, code }) => name === 'AbortError' || code === 'TimeoutError')
  const credential = (chain as Thrown[]).find(({ name }) => CREDENTIAL.includes(String(name)))
  if (credential) {
    const message = 'there is no identity to sign in to the store with (managed identity, or AZURE_* variables)'
    return { meaning: 'refused', error: new PortError('denied', message, { cause: error }) }
  }
  const [meaning, kind, sentence] = isSlow ? slow : lost
  const code = (chain as Thrown[]).map((each) => each.code).find((each) => typeof each === 'string')
  const message = typeof code === 'string' && /^[A-Z_a-z]+$/.test(code) ? `${sentence} (${code})` : sentence
  return { meaning, error: new PortError(kind, message, { mayHaveHappened: true, cause: error }) }
}

/** @azure/identity: no token could be had at all, so nothing was sent. */
const CREDENTIAL = [
  'CredentialUnavailableError',
  'AuthenticationError',
  'AggregateAuthenticationError',
  'AuthenticationRequiredError',
]

export const closed = (): PortError => new PortError('unavailable', 'the store is closed')
