// Owns Graph's error envelope and the failures that the sandbox knows. CONTRACTS 7.1 (errors)
import type { Answer } from '../server.ts'

const failure = (status: number, code: string, message: string, headers: Record<string, string> = {}): Answer => {
  const innerError = { date: '2026-01-01T00:00:00', 'request-id': 'sandbox', 'client-request-id': 'sandbox' }
  return { status, headers, body: { error: { code, message, innerError } } }
}

/** The code is not in CONTRACTS; the status is what counts. */
export const unauthenticated = (): Answer =>
  failure(401, 'InvalidAuthenticationToken', 'Access token validation failure.')

/** [I] in CONTRACTS 7.1: the code's text. */
export const denied = (): Answer =>
  failure(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.')

export const notFound = (id: string): Answer =>
  failure(404, 'Request_ResourceNotFound', `Resource '${id}' does not exist`)

export const badRequest = (message: string): Answer => failure(400, 'Request_BadRequest', message)

/** For a cast without `ConsistencyLevel: eventual` and `$count=true`. */
export const unsupportedQuery = (): Answer =>
  failure(400, 'Request_UnsupportedQuery', 'The specified cast is not supported in this request.')

/** Other codes are seen on a 429 too. */
export const throttled = (retryAfterS: number, code = 'TooManyRequests'): Answer =>
  failure(429, code, 'Too many requests', { 'retry-after': String(retryAfterS) })
