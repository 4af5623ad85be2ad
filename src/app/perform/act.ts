// Owns sending a mutating request: recheck, record the start with its key, send, record what the endpoint said (P1–P3).
import { filled } from '../../core/captured.ts'
import { decide, type RunCommand } from '../../core/decide.ts'
import { halt } from '../../core/ending.ts'
import type { Work } from '../../core/owed.ts'
import type { PlannedRequest } from '../../core/plan.ts'
import type { At, EndStatus } from '../../core/run.ts'
import { hasMutated, stepOf } from '../../core/step-state.ts'
import type { Instant, Millis } from '../../core/values.ts'
import type { Progress } from '../../ports/endpoint.ts'
import { isPortError } from '../../ports/errors.ts'
import { dropFlap, lockKey, releaseLocks, reserveFlap, takeLocks } from '../locks.ts'
import { partiesOf } from '../parties.ts'
import { requesterOf } from './calls.ts'
import { lookOutside } from './check.ts'
import { type Performed, type Performing, wait } from './context.ts'
import { recheck } from './gate.ts'
import { frozenNow, type Keeper, keeper } from './leaving.ts'
import { recordEnd, recordProgress } from './outcome.ts'
import { replan } from './plan.ts'

/** A request that has not left by then never leaves. */
export const SEND_WITHIN_MS: Millis = 30_000
const HOLD_MS: Millis = 5_000
const HOLD_FOR_MS: Millis = 5 * 60_000

/** The idempotency key: run, plan, step, target, attempt (DESIGN §9 Life), as one opaque word. */
export function keyOf(work: Performing, at: At, what: 'action' | 'rollback'): string {
  const { deps, run } = work
  const { attempt, rollbackAttempt } = stepOf(run, at)
  const words = [run.id, run.plan, at.step, at.target, what, what === 'action' ? attempt : rollbackAttempt]
  return `${run.id}-${deps.hash.digest(deps.hash.canonicalize(words)).slice(0, 24)}`
}

export async function act(work: Performing, owed: Extract<Work, { do: 'act' }>): Promise<Performed> {
  const { deps, run } = work
  const before = hasMutated(run) ? 'needsHuman' : 'stoppedByPolicy'
  const lookedAt = deps.clock.now()
  const elsewhere = await heldElsewhere(work)
  if (elsewhere !== null) return hold(work, owed.at, elsewhere)
  const alarm = await alarmOf(work, owed.at)
  if (alarm) return alarm.raised ? stopFor(work, 'needsHuman', alarm.reason) : hold(work, owed.at, alarm.reason)
  const { answer, assessment } = await recheck(work, owed.scopes)
  if (answer.gate === 'hold') return hold(work, owed.at, answer.reason)
  work.holds.delete(heldKey(work, owed.at))
  if (answer.gate === 'stricter') {
    const { scope, rule } = answer
    return work.transact((current, at) => decide({ do: 'askPart', scope, rule, again: true }, current, at))
  }
  if (answer.gate === 'changed' && assessment && !hasMutated(run)) {
    // It asks again, and may wait long: the CIs are free meanwhile.
    const replanned = await replan(work, assessment)
    // Refused: another target of this run has begun meanwhile, and needs its lock.
    if (replanned === 'done') await releaseLocks(deps.store, run, (run.draft?.targets ?? []).map(lockKey))
    return replanned
  }
  const checkedAt = deps.clock.now()
  const closed = answer.gate === 'open' ? await frozenNow(work) : answer.reason
  if (answer.gate !== 'open' || closed !== null) return stopFor(work, before, closed ?? '')
  const fits = filled(run, owed.at.target, owed.request, deps.compileTemplate)
  if (!fits.ok) return stopFor(work, before, fits.reason)
  // The process stood still while it checked, or the world was slow to answer: what was looked at first is old.
  const now = deps.clock.now()
  const deadlineAt = now + Math.min(owed.request.timeoutMs, SEND_WITHIN_MS)
  if (now - lookedAt > SEND_WITHIN_MS) return hold(work, owed.at, 'the checks before it took too long to count')
  const counted = await countForAntiFlap(work, owed.at)
  const key = keyOf(work, owed.at, 'action')
  const start = { do: 'startAction', at: owed.at, key, gate: answer.record, deadlineAt } as const
  const { performed, sent } = await recordStart(work, start)
  // One that was counted before stays: its request may be on its way.
  if (!sent && counted) await uncountForAntiFlap(work, owed.at)
  else if (sent && (await send(work, owed.at, sent, { key, deadlineAt, checkedAt })) === 'neverStarted')
    await uncountForAntiFlap(work, owed.at)
  return performed
}

type Start = Extract<RunCommand, { do: 'startAction' | 'startRollback' }>

/** On disk before anything leaves; answers the request as it was recorded, which is what is sent. null: it was refused. */
export async function recordStart(
  work: Performing,
  start: Omit<Start, 'parties' | 'compile'>,
): Promise<{ readonly performed: Performed; readonly sent: PlannedRequest | null }> {
  const { deps } = work
  let sent: PlannedRequest | null = null
  const performed = await work.transact((current, at) => {
    const parties = partiesOf(deps, current)
    const verdict = decide({ ...start, parties, compile: deps.compileTemplate }, current, at)
    const [event] = verdict.ok ? verdict.events : []
    sent = event?.type === 'actionStarted' || event?.type === 'rollbackStarted' ? event.request : null
    return verdict
  })
  return { performed, sent }
}

export interface Sending {
  readonly key: string
  readonly deadlineAt: Instant
  /** When it was last looked whether it may leave. */
  readonly checkedAt: Instant
  /** false: a person released it from the freeze. */
  readonly freezable?: boolean
}

/**
 * Sends what was recorded as started, and records its handle, its end, or that it certainly never started.
 * Where it may have happened nothing is recorded: following by its key tells (P3).
 */
export async function send(
  work: Performing,
  at: At,
  request: PlannedRequest,
  { key, deadlineAt, checkedAt, freezable = true }: Sending,
  which: 'action' | 'rollback' = 'action',
): Promise<'sent' | 'neverStarted'> {
  const gate = keeper(work, { which, checkedAt, deadlineAt, freezable })
  const launched = await launch(work, at, { request, key, deadlineAt }, gate)
  if (launched.progress) await recordProgress(work, at, which, { key, request }, launched.progress)
  else if (!launched.maybe) {
    await recordEnd(work, at, which, { key, request }, { outcome: 'failed', effect: 'none', reason: launched.reason })
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
  what: { readonly request: PlannedRequest; readonly key: string; readonly deadlineAt: Instant },
  gate: Keeper,
): Promise<Launched> {
  const { deps, run } = work
  const { request } = what
  const endpoint = deps.endpoints(request)
  if (!endpoint)
    return { progress: null, maybe: false, reason: `this version cannot call ${request.kind} (${request.do})` }
  const requestedBy = requesterOf(work)
  const { mayLeave } = gate
  try {
    await mayLeave()
    return { progress: await endpoint.launch({ ...what, run: run.id, target: at.target, requestedBy, mayLeave }) }
  } catch (error) {
    if (!isPortError(error)) throw error
    const held = gate.why()
    if (held !== null) return { progress: null, maybe: false, reason: held }
    return { progress: null, maybe: error.mayHaveHappened, reason: error.message }
  }
}

/** Written before the request leaves, under the CI's lock; false: it was counted already. */
async function countForAntiFlap({ deps, run }: Performing, at: At): Promise<boolean> {
  const target = run.draft?.targets.find((each) => each.name === at.target)
  if (!target || !run.runbook) return false
  return reserveFlap(deps.store, run.runbook.id, target, run.id, deps.clock.now())
}

/** Nothing was sent to this target after all; an earlier step of this run may have been. */
async function uncountForAntiFlap({ deps, run }: Performing, at: At): Promise<void> {
  const target = run.draft?.targets.find((each) => each.name === at.target)
  const earlier = Object.values(run.steps[at.target] ?? {}).some(
    (step) => step.attempt > 1 || (step.action && step.action.ended?.effect !== 'none'),
  )
  if (target && run.runbook && !earlier) await dropFlap(deps.store, run.runbook.id, target, run.id)
}

/** Since when this attempt is held: another one, or another target, waits for itself. */
const heldKey = ({ run }: Performing, at: At): string => `held:${at.target}/${at.step}/${stepOf(run, at).attempt}`

/** Nothing leaves meanwhile. It is tried again until the approval expires (DESIGN §9 Life). */
async function hold(work: Performing, at: At, reason: string): Promise<Performed> {
  const { run, deps, holds } = work
  const now = deps.clock.now()
  const key = heldKey(work, at)
  const since = holds.get(key) ?? now
  holds.set(key, since)
  // An approval that was complete when its part began does not expire under it: then a bounded time is left.
  const until = Math.max(...Object.values(run.asks).map((asked) => asked.expiresAt), since + HOLD_FOR_MS)
  if (now < until) return wait(work, reason, HOLD_MS)
  return stopFor(work, hasMutated(run) ? 'needsHuman' : 'expired', `it could not be checked in time: ${reason}`)
}

/** Nothing new is started; what is under way on other targets is followed to its end first. */
export const stopFor = (work: Performing, status: EndStatus, reason: string): Promise<Performed> =>
  work.transact((run) => ({ ok: true, events: run.finished || run.brake ? [] : [halt(run, status, reason)] }))

/** A run that had ended gave its CIs back; before it touches one again it takes them all (P7). Who is in the way, or null. */
export async function heldElsewhere({ deps, run }: Performing): Promise<string | null> {
  if (run.reopened === 0) return null
  const holder = await takeLocks(deps.store, run, run.draft?.targets ?? [])
  return holder === null ? null : `run ${holder} is at work on the same CI`
}

/** The brake from outside: once one target was touched, the signal must hold before the next one is. */
export async function alarmOf(
  work: Performing,
  at: At,
): Promise<{ readonly raised: boolean; readonly reason: string } | null> {
  const { run } = work
  const alarm = run.draft?.alarm
  const others = Object.entries(run.steps).filter(([target]) => target !== at.target)
  if (!alarm || !others.some(([, steps]) => Object.values(steps).some(({ action }) => action))) return null
  const looked = await lookOutside(work, alarm, `alarm before ${at.target}`)
  if ('error' in looked)
    return { raised: false, reason: `the alarm of this rollout cannot be read: ${looked.error.message}` }
  return looked.ok ? null : { raised: true, reason: `the alarm of this rollout was raised: ${looked.reason}` }
}
