// Owns the API's errors: RFC 9457 problem+json with `retryable` and pointers. CONTRACTS 8 (5)
import type { Answer, Call } from '../server.ts'

export type Problem = {
  status: number
  type: string
  title: string
  detail?: string
  retryable?: boolean
  errors?: { pointer: string; detail: string }[]
  headers?: Record<string, string>
  extra?: Record<string, unknown>
}

export const problem = (call: Call, { type, headers, extra, retryable = false, ...rest }: Problem): Answer => ({
  status: rest.status,
  headers: { 'content-type': 'application/problem+json', ...headers },
  body: { type: `https://ops.example.com/problems/${type}`, ...rest, instance: call.path, retryable, ...extra },
})

export const unauthorized = (call: Call): Answer =>
  problem(call, {
    status: 401,
    type: 'unauthorized',
    title: 'A bearer token is required',
    headers: { 'www-authenticate': 'Bearer' },
  })

export const unknownRun = (call: Call): Answer =>
  problem(call, { status: 404, type: 'not-found', title: 'No such run' })
