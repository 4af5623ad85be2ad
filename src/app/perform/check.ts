// Owns the read-only halves of a step: the preflight before the action, and the verification that it helped.

import { filled } from '../../core/captured.ts'
import type { Work } from '../../core/owed.ts'
import { bind, wanted } from '../../core/parameters.ts'
import type { PlannedCheck, PlannedPreflight } from '../../core/plan.ts'
import type { Run } from '../../core/run.ts'
import { scopeOf, stepScope } from '../../core/scope.ts'
import { withStep } from '../../core/step-state.ts'
import { evaluateBoolean, type Json, type JsonObject, type Millis, type Scope } from '../../core/values.ts'
import { isPortError, type PortError } from '../../ports/errors.ts'
import { clearStale, markStale } from '../stale.ts'
import { call, lookKey } from './calls.ts'
import { type Performed, type Performing, record, wait } from './context.ts'

/** A preflight whose endpoint does not answer is tried again for so long; then the endpoint counts as down. */
const PREFLIGHT_DOWN_MS: Millis = 60_000
const RETRY_MS: Millis = 3_000

export interface Looked {
  readonly ok: boolean
  readonly reason: string
  readonly result: Json
  /** It was answered, and the answer is not what is expected. */
  readonly contradicts?: true
}

export async function preflight(work: Performing, owed: Extract<Work, { do: 'preflight' }>): Promise<Performed> {
  const { deps, holds } = work
  const { at, request } = owed
  const looked = await lookOrError(work, request, at.target, `preflight ${at.step}`)
  if (work.signal.aborted) return { againMs: 0 }
  const silent = `silent:${at.target}/${at.step}`
  const found = 'error' in looked ? looked : await withMore(work, owed, looked)
  if (work.signal.aborted) return { againMs: 0 }
  if (!('error' in found)) {
    holds.delete(silent)
    if (!('error' in looked)) await noteStale(work, looked)
    return record(work, { type: 'preflighted', ...at, ...found })
  }
  const { error } = found
  const now = deps.clock.now()
  const since = holds.get(silent) ?? now
  holds.set(silent, since)
  if (!isLasting(error.kind) && now - since < PREFLIGHT_DOWN_MS)
    return wait(
      work,
      `preflight of ${at.step} cannot be made: ${error.message}`,
      Math.min(error.retryAfterMs ?? RETRY_MS, Math.max(0, since + PREFLIGHT_DOWN_MS - now)),
    )
  holds.delete(silent)
  const reason = `${request.system} does not answer: ${error.message}`
  return record(work, { type: 'preflighted', ...at, ok: false, reason, result: null })
}

/** Kept beside the runs, so that whoever lists the runbooks sees it. */
async function noteStale({ deps, run }: Performing, { ok, contradicts, reason }: Looked): Promise<void> {
  if (!run.draft) return
  const { id, content } = run.draft.runbook
  if (contradicts) await markStale(deps.store, id, { content, run: run.id, reason, at: deps.clock.now() })
  else if (ok) await clearStale(deps.store, id, run.id)
}

/** What passed is not enough: the values that it captures must lie within their bounds, and an undo must be possible. */
async function withMore(work: Performing, { at, request }: Extract<Work, { do: 'preflight' }>, looked: Looked) {
  if (!looked.ok) return looked
  const captured = capturedOf(work, request.capture ?? {}, looked.result)
  if (!captured.ok) return { ...looked, ok: false, reason: captured.reason }
  const found = { ...looked, ...(Object.keys(captured.value).length > 0 ? { captured: captured.value } : {}) }
  const check = work.run.draft?.steps[at.target]?.find(({ id }) => id === at.step)?.rollbackCheck
  if (!check) return found
  const { ok, reason } = looked
  const passed = { ok, reason, contradicts: false, captured: captured.value, at: work.deps.clock.now() }
  const seen = { ...work, run: withStep(work.run, at, (step) => ({ ...step, preflight: passed })) }
  const undo = await lookOrError(seen, check, at.target, `rollback check ${at.step}`)
  if ('error' in undo) return undo
  if (undo.ok) return { ...found, reason: `${found.reason}; it can be rolled back: ${undo.reason}` }
  return { ok: false, reason: `it could not be rolled back: ${undo.reason}`, result: looked.result }
}

/** Good only when it stays good for `hold`; bad when it is not by `within` after the verification began. */
export async function verify(work: Performing, owed: Extract<Work, { do: 'verify' }>): Promise<Performed> {
  const { deps, holds } = work
  const { at, request, startedAt } = owed
  if (startedAt === null) return record(work, { type: 'verifyStarted', ...at })
  const looked = await tryToLook(work, request, at.target, `verify ${at.step}`)
  if (work.signal.aborted) return { againMs: 0 }
  const now = deps.clock.now()
  const key = `${at.target}/${at.step}`
  if (looked.ok) {
    const since = holds.get(key) ?? now
    holds.set(key, since)
    const heldMs = now - since
    if (heldMs >= request.holdMs) {
      holds.delete(key)
      const held = request.holdMs > 0 ? `, and it stayed so for ${Math.round(heldMs / 1000)} s` : ''
      return record(work, {
        type: 'verified',
        ...at,
        ok: true,
        reason: `${looked.reason}${held}`,
        result: looked.result,
      })
    }
    return { againMs: Math.min(request.everyMs, request.holdMs - heldMs) }
  }
  holds.delete(key)
  if (now >= startedAt + request.withinMs) {
    const reason = `not within ${Math.round(request.withinMs / 1000)} s: ${looked.reason}`
    return record(work, { type: 'verified', ...at, ok: false, reason, result: looked.result })
  }
  return { againMs: request.everyMs }
}

/** A look that cannot be made is not good. */
export async function tryToLook(
  work: Performing,
  request: PlannedCheck,
  target: string,
  what: string,
): Promise<Looked> {
  const looked = await lookOrError(work, request, target, what)
  return 'error' in looked ? { ok: false, reason: looked.error.message, result: null } : looked
}

/** A look that belongs to no target: a signal from outside. */
export const lookOutside = (work: Performing, request: PlannedCheck, what: string): ReturnType<typeof lookOrError> =>
  lookOrError(work, request, null, what)

async function lookOrError(
  work: Performing,
  request: PlannedCheck,
  target: string | null,
  what: string,
): Promise<Looked | { readonly error: PortError }> {
  try {
    return await look(work, request, target, what)
  } catch (error) {
    if (!isPortError(error)) throw error
    return { error }
  }
}

/** One look at the world, held against `expect`. What cannot be evaluated is not good. */
async function look(work: Performing, planned: PlannedCheck, target: string | null, what: string): Promise<Looked> {
  const { run, deps } = work
  const request =
    target === null ? { ok: true as const, value: planned } : filled(run, target, planned, deps.compileTemplate)
  if (!request.ok) return { ok: false, reason: request.reason, result: null }
  const { do: name, expect } = request.value
  const place = target ?? run.draft?.targets[0]?.name ?? ''
  const called = await call(work, request.value, place, lookKey(work, `${what} ${place}`))
  const { result } = called
  if (called.outcome !== 'succeeded')
    return { ok: false, reason: `${name} ${called.outcome}: ${called.reason}`, result }
  if (expect === null) return { ok: true, reason: `${name} succeeded`, result }
  const answer = evaluateBoolean(deps.compile(expect), scopeFor(run, target, result))
  if (!answer.ok) return { ok: false, reason: `${expect} cannot be told: ${answer.reason}`, result }
  if (answer.value) return { ok: true, reason: expect, result }
  return { ok: false, reason: `${expect} does not hold, it is ${brief(result)}`, result, contradicts: true }
}

function scopeFor(run: Run, target: string | null, result: Json): Scope {
  if (target !== null) return stepScope(run, target, result)
  const { context, blast, id } = run
  return scopeOf({ context, blast, run: id, parameters: run.draft?.parameters ?? {}, result })
}

/** The values that a preflight brings back, each bound to its declaration as a parameter is. */
function capturedOf(
  { deps }: Performing,
  declared: NonNullable<PlannedPreflight['capture']>,
  result: Json,
): { readonly ok: true; readonly value: JsonObject } | { readonly ok: false; readonly reason: string } {
  const values: [string, Json][] = []
  for (const [name, { from, pattern: source, ...bounds }] of Object.entries(declared)) {
    const found = deps.compile(from).evaluate({ result })
    if (!found.ok) return { ok: false, reason: `${name} cannot be captured: ${found.reason}` }
    const pattern = source === undefined ? undefined : deps.compilePattern(source)
    const parameter = { ...bounds, ...(pattern ? { pattern } : {}) }
    const lost = source !== undefined && !pattern
    const bound = lost ? undefined : bind(parameter, found.value)
    if (bound === undefined)
      return { ok: false, reason: `${name} is ${brief(found.value)}, but has to be ${wanted(parameter)}` }
    values.push([name, bound])
  }
  return { ok: true, value: Object.fromEntries(values) }
}

const brief = (result: Json): string => {
  const text = JSON.stringify(result)
  return text.length > 120 ? `${text.slice(0, 119)}…` : text
}

const isLasting = (kind: string): boolean => kind === 'denied' || kind === 'malformed' || kind === 'notFound'
