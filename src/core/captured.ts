// Owns how captured values enter a request: only those that a preflight recorded, only where the runbook left room (P9).
import type { PlannedRequest } from './plan.ts'
import type { Run } from './run.ts'
import { stepScope } from './scope.ts'
import type { Evaluation, Json, Place, Template } from './values.ts'

/** Compiles text that a plan left deferred. Comes in as a function because the core imports no packages. */
export type Compile = (source: Json) => Template

/**
 * The exact request as it is sent: what was deferred is filled with the values that were captured on this target.
 * Not ok, with the reason, where a value is missing: then nothing may leave.
 */
export function filled<R extends PlannedRequest>(
  run: Run,
  target: string,
  request: R,
  compile: Compile,
): { readonly ok: true; readonly value: R } | { readonly ok: false; readonly reason: string } {
  const { deferred = [], ...rest } = request
  if (deferred.length === 0) return { ok: true, value: request }
  const scope = stepScope(run, target)
  let values: Json = request.with
  for (const place of deferred) {
    const source = at(values, place)
    const answer: Evaluation = compile(source).fill(scope)
    if (!answer.ok) return { ok: false, reason: `${request.do}: ${answer.reason}` }
    values = replaced(values, place, answer.value)
  }
  return { ok: true, value: { ...rest, with: values } as R }
}

function at(value: Json, place: Place): Json {
  let found: Json | undefined = value
  for (const part of place)
    found = typeof found === 'object' && found !== null ? (found as { [key: string]: Json })[part] : undefined
  return found ?? null
}

function replaced(value: Json, [part, ...rest]: Place, by: Json): Json {
  if (part === undefined) return by
  if (Array.isArray(value)) return value.map((each: Json, index) => (index === part ? replaced(each, rest, by) : each))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, key === part ? replaced(each, rest, by) : each]),
  )
}
