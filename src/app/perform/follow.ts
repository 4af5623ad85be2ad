// Owns following a request that was started: by its handle, or by its key after a crash. Never a blind retry (P3).
import type { Work } from '../../core/owed.ts'
import { scopesOf } from '../../core/plan.ts'
import type { At } from '../../core/run.ts'
import type { Sent } from '../../core/step-state.ts'
import { type Millis, own } from '../../core/values.ts'
import { events, refuse } from '../../core/verdict.ts'
import type { Endpoint, Progress } from '../../ports/endpoint.ts'
import { isPortError, type PortError } from '../../ports/errors.ts'
import { alarmOf, launch, SEND_WITHIN_MS } from './act.ts'
import { pollAfter } from './calls.ts'
import { tryToLook } from './check.ts'
import { type Performed, type Performing, wait } from './context.ts'
import { recheck } from './gate.ts'
import { frozenNow, keeper, mayGoOn } from './leaving.ts'
import { recordEnd, recordProgress } from './outcome.ts'

/** After a step's time limit it is asked for so long; then its outcome is unknown for good (DESIGN §9 Files). */
const UNKNOWN_AFTER_MS: Millis = 60_000
/** The send deadline plus this: only then does "no such key" mean that nothing happened. */
const MARGIN_MS: Millis = 5_000
const RETRY_MS: Millis = 2_000
const SOONEST_MS: Millis = 50
const RESEND_MS: Millis = 5_000

type Follow = Extract<Work, { do: 'follow' }>

export async function follow(work: Performing, owed: Follow): Promise<Performed> {
  const { deps } = work
  const { at, which, sent } = owed
  const endpoint = deps.endpoints(sent.request)
  const now = deps.clock.now()
  const overAt = sent.startedAt + sent.request.timeoutMs
  const hopelessAt = overAt + UNKNOWN_AFTER_MS
  if (!endpoint) return giveUp(work, owed, `${sent.request.system} is no longer configured`, now >= hopelessAt)
  const asked = await ask(endpoint, sent)
  if (work.signal.aborted) return { againMs: 0 }
  if ('error' in asked) {
    if (now >= hopelessAt) return giveUp(work, owed, asked.error.message, true)
    const reason = `${sent.request.system} cannot be asked about ${at.step}: ${asked.error.message}`
    return wait(work, reason, Math.min(asked.error.retryAfterMs ?? RETRY_MS, dueIn(now, overAt, hopelessAt)))
  }
  const { progress } = asked
  if (!progress) return notFound(work, owed, endpoint)
  if (progress.state === 'ended' || sent.handle !== progress.handle)
    return recordProgress(work, at, which, sent, progress)
  return running(work, owed, endpoint, progress, { overAt, hopelessAt })
}

/** By its handle, or by its key. Only the endpoint's own errors are caught here, never the store's. */
async function ask(
  endpoint: Endpoint,
  { handle, request, key }: Sent,
): Promise<{ readonly progress: Progress | undefined } | { readonly error: PortError }> {
  try {
    return { progress: handle === null ? await endpoint.find(request, key) : await endpoint.progress(request, handle) }
  } catch (error) {
    if (!isPortError(error)) throw error
    return { error }
  }
}

/** Still running: after the time limit, or when a person stopped the run, it is asked to cancel, once. */
async function running(
  work: Performing,
  { at, which, sent }: Follow,
  endpoint: Endpoint,
  progress: Extract<Progress, { state: 'running' }>,
  { overAt, hopelessAt }: { readonly overAt: number; readonly hopelessAt: number },
): Promise<Performed> {
  const now = work.deps.clock.now()
  if (now >= hopelessAt)
    return recordEnd(work, at, which, sent, {
      outcome: 'unknown',
      effect: 'possible',
      reason: `it still ran ${Math.round((now - sent.startedAt) / 1000)} s after its start, and a cancel did not end it`,
    })
  const latestMs = dueIn(now, overAt, hopelessAt)
  const cancelled = `cancel:${sent.key}`
  const stopped = work.run.stopRequested !== null && which === 'action'
  if ((now >= overAt || stopped) && !work.holds.has(cancelled)) {
    try {
      await endpoint.cancel(sent.request, progress.handle)
      work.holds.set(cancelled, now)
    } catch (error) {
      if (!isPortError(error)) throw error
      return wait(
        work,
        `${at.step} cannot be asked to cancel: ${error.message}`,
        Math.min(error.retryAfterMs ?? RETRY_MS, latestMs),
      )
    }
  }
  // What it waits for is shown, for it may wait for a person.
  if (progress.note !== undefined)
    return wait(work, `${at.step} on ${at.target}: ${progress.note}`, Math.min(pollAfter(progress), latestMs))
  return { againMs: Math.min(pollAfter(progress), latestMs) }
}

/** Whatever the endpoint says, it is asked again at the step's time limit, and when its outcome is unknown for good. */
const dueIn = (now: number, overAt: number, hopelessAt: number): Millis =>
  Math.max(SOONEST_MS, (now < overAt ? overAt : hopelessAt) - now)

/**
 * The endpoint says that it knows no such key. Until the last deadline of a send has passed, a request may still be on
 * its way. An endpoint that is idempotent by the key is sent the same key again, after the same checks and another
 * fenced entry; any other is only asked.
 */
async function notFound(work: Performing, { at, which, sent }: Follow, endpoint: Endpoint): Promise<Performed> {
  const { deps, run } = work
  if (sent.handle !== null) return giveUp(work, { at, which, sent }, 'the endpoint no longer knows it', true)
  const overAt = sent.startedAt + sent.request.timeoutMs
  const lastDeadlineAt = endpoint.idempotent ? Math.max(sent.deadlineAt, overAt) : sent.deadlineAt
  const goneAt = lastDeadlineAt + MARGIN_MS
  if (endpoint.idempotent && deps.clock.now() < overAt && !run.stopRequested) {
    const checkedAt = deps.clock.now()
    const closed = which === 'action' ? await whyClosed(work, at) : run.released ? null : await frozenNow(work)
    if (closed !== null) return wait(work, `${at.step} is not sent again: ${closed}`, RESEND_MS)
    if (work.signal.aborted) return { againMs: 0 }
    const reason = `${sent.request.system} does not know ${at.step}: the same key is sent again`
    const fenced = await work.transact((now) =>
      mayGoOn(now, which) ? events({ type: 'waited', reason }) : refuse('nothing more is sent'),
    )
    if (fenced !== 'done') return { againMs: RESEND_MS }
    const deadlineAt = Math.min(checkedAt + SEND_WITHIN_MS, overAt)
    const gate = keeper(work, { which, checkedAt, deadlineAt, freezable: which === 'action' || !run.released })
    const launched = await launch(work, at, { request: sent.request, key: sent.key, deadlineAt }, gate)
    if (launched.progress) return recordProgress(work, at, which, sent, launched.progress)
    const held = gate.why()
    if (held !== null) return wait(work, `${at.step} is not sent again: ${held}`, RESEND_MS)
    return { againMs: RESEND_MS }
  }
  const now = deps.clock.now()
  if (now < goneAt) return { againMs: Math.min(RETRY_MS, goneAt - now) }
  return recordEnd(work, at, which, sent, {
    outcome: 'failed',
    effect: 'none',
    reason: `${sent.request.system} knows nothing of it: it never started`,
  })
}

/** The same checks as before the first send, the preflight included (P2). */
async function whyClosed(work: Performing, at: At): Promise<string | null> {
  const alarm = await alarmOf(work, at)
  if (alarm) return alarm.reason
  const { answer } = await recheck(work, scopesFor(work, at))
  if (answer.gate === 'stricter') return `${answer.scope} needs ${answer.rule.name} by now`
  if (answer.gate !== 'open') return answer.reason
  const step = work.run.draft?.steps[at.target]?.find((each) => each.id === at.step)
  if (step?.preflight) {
    const looked = await tryToLook(work, step.preflight, at.target, `preflight ${at.step}`)
    if (!looked.ok) return looked.reason
  }
  return frozenNow(work)
}

const scopesFor = ({ run }: Performing, at: At): readonly string[] => {
  const step = own(run.draft?.steps ?? {}, at.target)?.find(({ id }) => id === at.step)
  return run.draft && step ? scopesOf(run.draft, step, at.target) : ['run']
}

function giveUp(
  work: Performing,
  { at, which, sent }: { readonly at: At; readonly which: 'action' | 'rollback'; readonly sent: Sent },
  reason: string,
  forGood: boolean,
): Promise<Performed> {
  if (!forGood) return wait(work, reason, RETRY_MS)
  return recordEnd(work, at, which, sent, { outcome: 'unknown', effect: 'possible', reason })
}
