// Owns sending a mutating request: recheck, record the start with its key, send, record what the endpoint said (P1–P3).
import { decide } from '../../core/decide.ts'
import type { Work } from '../../core/owed.ts'
import type { PlannedRequest } from '../../core/plan.ts'
import type { At, RunEvent } from '../../core/run.ts'
import { hasMutated, stepOf } from '../../core/step-state.ts'
import type { Instant, Millis } from '../../core/values.ts'
import type { Progress } from '../../ports/endpoint.ts'
import { isPortError } from '../../ports/errors.ts'
import { whyFrozen } from '../freezes.ts'
import { dropFlap, lockKey, releaseLocks, reserveFlap } from '../locks.ts'
import { partiesOf } from '../parties.ts'
import { requesterOf } from './calls.ts'
import { type Performed, type Performing, record, wait } from './context.ts'
import { recheck } from './gate.ts'
import { replan } from './plan.ts'

/** A request that has not left by then never leaves. */
export const SEND_WITHIN_MS: Millis = 30_000
const HOLD_MS: Millis = 5_000
const HOLD_FOR_MS: Millis = 5 * 60_000

/** The idempotency key: run, plan, step, target, attempt (DESIGN §9 Life), as one opaque word. */
export function keyOf(work: Performing, at: At, what: 'action' | 'rollback'): string {
  const { deps, run } = work
  const words = [run.id, run.plan, at.step, at.target, what, 1]
  return `${run.id}-${deps.hash.digest(deps.hash.canonicalize(words)).slice(0, 24)}`
}

export async function act(work: Performing, owed: Extract<Work, { do: 'act' }>): Promise<Performed> {
  const { deps, run } = work
  const { answer, assessment } = await recheck(work, owed.scopes)
  if (answer.gate === 'hold') return hold(work, answer.reason)
  if (answer.gate === 'stricter') {
    const { scope, rule } = answer
    return work.transact((current, at) => decide({ do: 'askPart', scope, rule, again: true }, current, at))
  }
  if (answer.gate === 'changed' && assessment && !hasMutated(run)) {
    // It asks again, and may wait long: the CIs are free meanwhile.
    const replanned = await replan(work, assessment)
    await releaseLocks(deps.store, run.id, (run.draft?.targets ?? []).map(lockKey))
    return replanned
  }
  const closed = answer.gate === 'open' ? await frozenNow(work) : answer.reason
  if (answer.gate !== 'open' || closed !== null) {
    const status = hasMutated(run) ? 'needsHuman' : 'stoppedByPolicy'
    return record(work, { type: 'finished', status, reason: closed ?? '' })
  }
  await countForAntiFlap(work, owed.at)
  const key = keyOf(work, owed.at, 'action')
  const deadlineAt = deps.clock.now() + Math.min(owed.request.timeoutMs, SEND_WITHIN_MS)
  let started = false
  const performed = await work.transact((current, at) => {
    const parties = partiesOf(deps, current)
    const verdict = decide(
      { do: 'startAction', at: owed.at, key, gate: answer.record, deadlineAt, parties },
      current,
      at,
    )
    started = verdict.ok
    return verdict
  })
  if (!started) await uncountForAntiFlap(work, owed.at)
  else if ((await send(work, owed.at, owed.request, key, deadlineAt)) === 'neverStarted')
    await uncountForAntiFlap(work, owed.at)
  return performed
}

/**
 * Sends what was recorded as started, and records its handle, its end, or that it certainly never started.
 * Where it may have happened nothing is recorded: following by its key tells (P3).
 */
export async function send(
  work: Performing,
  at: At,
  request: PlannedRequest,
  key: string,
  deadlineAt: Instant,
  which: 'action' | 'rollback' = 'action',
): Promise<'sent' | 'neverStarted'> {
  const launched = await launch(work, at, request, key, deadlineAt)
  if (launched.progress) await recordProgress(work, at, which, key, launched.progress)
  else if (!launched.maybe) {
    await recordEnd(work, at, which, key, { outcome: 'failed', effect: 'none', reason: launched.reason })
    return 'neverStarted'
  }
  return 'sent'
}

type Launched =
  | { readonly progress: Progress }
  /** `maybe`: it may have happened all the same. */
  | { readonly progress: null; readonly maybe: boolean; readonly reason: string }

/** Only the endpoint's own errors are judged here: one of the store must never pass for "it never started". */
export async function launch(
  work: Performing,
  at: At,
  request: PlannedRequest,
  key: string,
  deadlineAt: Instant,
): Promise<Launched> {
  const { deps, run } = work
  const endpoint = deps.endpoints(request)
  if (!endpoint)
    return { progress: null, maybe: false, reason: `this version cannot call ${request.kind} (${request.do})` }
  const requestedBy = requesterOf(work)
  try {
    return {
      progress: await endpoint.launch({ request, key, run: run.id, target: at.target, requestedBy, deadlineAt }),
    }
  } catch (error) {
    if (!isPortError(error)) throw error
    return { progress: null, maybe: error.mayHaveHappened, reason: error.message }
  }
}

/** Written before the request leaves, under the CI's lock. */
async function countForAntiFlap({ deps, run }: Performing, at: At): Promise<void> {
  const target = run.draft?.targets.find((each) => each.name === at.target)
  if (target && run.runbook) await reserveFlap(deps.store, run.runbook.id, target, run.id, deps.clock.now())
}

/** Nothing was sent to this target after all; an earlier step of this run may have been. */
async function uncountForAntiFlap({ deps, run }: Performing, at: At): Promise<void> {
  const target = run.draft?.targets.find((each) => each.name === at.target)
  const earlier = Object.values(run.steps[at.target] ?? {}).some(
    (step) => step.action?.ended?.effect !== 'none' && step.action,
  )
  if (target && run.runbook && !earlier) await dropFlap(deps.store, run.runbook.id, target, run.id)
}

export async function recordProgress(
  work: Performing,
  at: At,
  which: 'action' | 'rollback',
  key: string,
  progress: Progress,
): Promise<Performed> {
  const known = stepOf(work.run, at)[which]?.handle === progress.handle
  const type = which === 'action' ? 'actionAccepted' : 'rollbackAccepted'
  const accepted: readonly RunEvent[] = known ? [] : [{ type, ...at, key, handle: progress.handle }]
  if (progress.state === 'running') return record(work, ...accepted)
  const { outcome, reason, result } = progress
  return recordEnd(work, at, which, key, { outcome, effect: 'possible', reason, result }, accepted)
}

interface End {
  readonly outcome: 'succeeded' | 'failed' | 'unknown'
  readonly effect: 'none' | 'possible'
  readonly reason: string
  readonly result?: Extract<Progress, { state: 'ended' }>['result']
}

export async function recordEnd(
  work: Performing,
  at: At,
  which: 'action' | 'rollback',
  key: string,
  end: End,
  before: readonly RunEvent[] = [],
): Promise<Performed> {
  const { outcome, effect, reason, result = null } = end
  work.deps.meter.acted(which, outcome)
  if (which === 'rollback') return record(work, ...before, { type: 'rollbackEnded', ...at, key, outcome, reason })
  const ended: RunEvent = { type: 'actionEnded', ...at, key, outcome, effect, reason, result }
  // What follows a success at once goes into the same commit: each costs a sync of the disk.
  const step = work.run.draft?.steps[at.target]?.find(({ id }) => id === at.step)
  const verifies = outcome === 'succeeded' && step?.verify && !stepOf(work.run, at).verify
  return record(work, ...before, ended, ...(verifies ? [{ type: 'verifyStarted', ...at } as const] : []))
}

/** Nothing leaves meanwhile. It is tried again until the approval expires (DESIGN §9 Life). */
async function hold(work: Performing, reason: string): Promise<Performed> {
  const { run, deps } = work
  const since = run.waiting?.since ?? deps.clock.now()
  // An approval that was complete when its part began does not expire under it: then a bounded time is left.
  const until = Math.max(...Object.values(run.asks).map((asked) => asked.expiresAt), since + HOLD_FOR_MS)
  if (deps.clock.now() < until) return wait(work, reason, HOLD_MS)
  const status = hasMutated(run) ? 'needsHuman' : 'expired'
  return record(work, { type: 'finished', status, reason: `it could not be checked in time: ${reason}` })
}

/** The last look before the start is recorded: a freeze that came while the rest was checked. */
export async function frozenNow({ deps, run }: Performing): Promise<string | null> {
  const why = await whyFrozen(deps, run)
  return why && `freeze: ${why}`
}
