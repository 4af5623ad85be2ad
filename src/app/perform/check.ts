// Owns the read-only halves of a step: the preflight before the action, and the verification that it helped.
import type { Work } from '../../core/owed.ts'
import type { PlannedCheck } from '../../core/plan.ts'
import { stepScope } from '../../core/scope.ts'
import { evaluateBoolean, type Json, type Millis } from '../../core/values.ts'
import { isPortError, type PortError } from '../../ports/errors.ts'
import { call, lookKey } from './calls.ts'
import { type Performed, type Performing, record, wait } from './context.ts'

/** A preflight whose endpoint does not answer is tried again for so long; then the endpoint counts as down. */
const PREFLIGHT_DOWN_MS: Millis = 60_000
const RETRY_MS: Millis = 3_000

interface Looked {
  readonly ok: boolean
  readonly reason: string
  readonly result: Json
}

export async function preflight(work: Performing, owed: Extract<Work, { do: 'preflight' }>): Promise<Performed> {
  const { deps, holds } = work
  const { at, request } = owed
  const looked = await lookOrError(work, request, at.target, `preflight ${at.step}`)
  if (work.signal.aborted) return { againMs: 0 }
  const silent = `silent:${at.target}/${at.step}`
  if (!('error' in looked)) {
    holds.delete(silent)
    return record(work, { type: 'preflighted', ...at, ...looked })
  }
  const { error } = looked
  const now = deps.clock.now()
  const since = holds.get(silent) ?? now
  holds.set(silent, since)
  if (!isLasting(error.kind) && now - since < PREFLIGHT_DOWN_MS)
    return wait(work, `preflight of ${at.step} cannot be made: ${error.message}`, error.retryAfterMs ?? RETRY_MS)
  const reason = `${request.system} does not answer: ${error.message}`
  return record(work, { type: 'preflighted', ...at, ok: false, reason, result: null })
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

async function lookOrError(
  work: Performing,
  request: PlannedCheck,
  target: string,
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
async function look(work: Performing, request: PlannedCheck, target: string, what: string): Promise<Looked> {
  const called = await call(work, request, target, lookKey(work, `${what} ${target}`))
  const { result } = called
  if (called.outcome !== 'succeeded')
    return { ok: false, reason: `${request.do} ${called.outcome}: ${called.reason}`, result }
  if (request.expect === null) return { ok: true, reason: `${request.do} succeeded`, result }
  const answer = evaluateBoolean(work.deps.compile(request.expect), stepScope(work.run, target, result))
  if (!answer.ok) return { ok: false, reason: `${request.expect} cannot be told: ${answer.reason}`, result }
  return {
    ok: answer.value,
    reason: answer.value ? request.expect : `${request.expect} does not hold, it is ${brief(result)}`,
    result,
  }
}

const brief = (result: Json): string => {
  const text = JSON.stringify(result)
  return text.length > 120 ? `${text.slice(0, 119)}…` : text
}

const isLasting = (kind: string): boolean => kind === 'denied' || kind === 'malformed' || kind === 'notFound'
