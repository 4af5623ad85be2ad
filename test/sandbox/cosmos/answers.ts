// Owns how the service says no: status, substatus and a body with code and message. (REST reference, "HTTP status codes for Azure Cosmos DB")
import type { Answer } from '../server.ts'

const names: Record<number, string> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  408: 'RequestTimeout',
  409: 'Conflict',
  410: 'Gone',
  412: 'PreconditionFailed',
  413: 'RequestEntityTooLarge',
  429: 'TooManyRequests',
  449: 'RetryWith',
  503: 'ServiceUnavailable',
}

const messages: Record<number, string> = {
  404: 'Entity with the specified id does not exist in the system.',
  408: 'Request timed out.',
  409: 'Entity with the specified id already exists in the system.',
  410: 'The requested resource is no longer available at the server.',
  412: 'Operation cannot be performed because one of the specified precondition is not met.',
  413: 'Request size is too large.',
  429: 'Request rate is large. More Request Units may be needed, so no changes were made.',
  449: 'Conflicting request to resource has been attempted. Retry to avoid conflicts.',
  503: 'Service is currently unavailable, please retry after a while.',
}

export type Refusal = { message?: string; substatus?: number; headers?: Record<string, string> }

/** The answer of a refused request. The SDK reads `message` of every answer from 400 on, and fails without one. */
export const refuse = (status: number, { message, substatus, headers = {} }: Refusal = {}): Answer => ({
  status,
  headers: { ...headers, ...(substatus === undefined ? {} : { 'x-ms-substatus': String(substatus) }) },
  body: { code: names[status] ?? 'InternalServerError', message: message ?? messages[status] ?? 'Refused.' },
})

/** REST reference: 429 with the milliseconds after which it may be tried again; substatus 3200 is the container's own budget. */
export const throttle = (retryAfterMs: number): Answer =>
  refuse(429, { substatus: 3200, headers: { 'x-ms-retry-after-ms': String(Math.max(1, Math.ceil(retryAfterMs))) } })

/** The SDK's StatusCodes.ReadSessionNotAvailable: the replica is behind the session. It is not "absent" (TEAMS.md, Cosmos). */
export const sessionNotAvailable = (): Answer =>
  refuse(404, { substatus: 1002, message: 'The read session is not available for the input session token.' })
