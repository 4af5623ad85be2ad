// Owns reading a POST /v1/runs body: what it must contain, and every pointer to what is wrong. CONTRACTS 8 (1)
import type { RunRequest } from './runs.ts'

export type Issue = { pointer: string; detail: string }

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The issues of a body; none means that it is a RunRequest. CONTRACTS 8 (1, 5) */
export const issuesOf = (body: unknown, key: string, runbooks: string[]): Issue[] => {
  if (!isObject(body)) return [{ pointer: '', detail: 'must be a JSON object' }]
  const { runbook, parameters, clientRunId, requestedBy, target, dryRun, callback } = body
  const text = (value: unknown): boolean => typeof value === 'string' && value !== ''
  const checks: [ok: boolean, pointer: string, detail: string][] = [
    [text(runbook) && runbooks.includes(String(runbook)), '/runbook', `must be one of: ${runbooks.join(', ')}`],
    [isObject(parameters), '/parameters', 'must be an object'],
    [clientRunId === key, '/clientRunId', 'must equal the Idempotency-Key'],
    [text(requestedBy), '/requestedBy', 'must say who asks'],
    [target === undefined || text(target), '/target', 'must be text'],
    [dryRun === undefined || typeof dryRun === 'boolean', '/dryRun', 'must be true or false'],
    [callback === undefined || (isObject(callback) && text(callback.url)), '/callback/url', 'must be a URL'],
  ]
  return checks.filter(([ok]) => !ok).map(([, pointer, detail]) => ({ pointer, detail }))
}

export const asRunRequest = (body: unknown): RunRequest => body as RunRequest
