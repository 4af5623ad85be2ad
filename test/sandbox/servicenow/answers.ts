// Owns the instance's response envelopes: results and its error shape. CONTRACTS 1.2 (errors)
import type { Answer } from '../server.ts'

export const failure = (status: number, message: string, detail: string | null): Answer => ({
  status,
  body: { error: { message, detail }, status: 'failure' },
})

export const unauthenticated = (): Answer => ({
  ...failure(401, 'User Not Authenticated', 'Required to provide Auth information'),
  headers: { 'www-authenticate': 'BASIC realm="Service-now"' },
})

/** A client registered as securely scoped. CONTRACTS 1.1 */
export const unscoped = (): Answer => failure(403, 'User Not Authorized', 'Access to unscoped api is not allowed')

export const noRecord = (): Answer =>
  failure(404, 'No Record found', "Record doesn't exist or ACL restricts the record retrieval")

export const invalidTable = (table: string): Answer => failure(400, `Invalid table ${table}`, null)

export const refused = (detail: string): Answer => failure(403, 'Operation Failed', detail)

export const result = (body: unknown, status = 200, headers: Record<string, string> = {}): Answer => ({
  status,
  headers,
  body: { result: body },
})
