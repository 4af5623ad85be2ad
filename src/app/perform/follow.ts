// Owns following a request that was started: by its handle, or by its key after a crash. Never a blind retry (P3).
import type { Work } from '../../core/owed.ts'
import type { At, Sent } from '../../core/run.ts'
import type { Millis } from '../../core/values.ts'
import type { Endpoint, Progress } from '../../ports/endpoint.ts'
import { isPortError } from '../../ports/errors.ts'
import { recordEnd, recordProgress, send, SEND_WITHIN_MS, frozenNow } from './act.ts'
import { sentence, wait, type Performed, type Performing } from './context.ts'
import { recheck } from './gate.ts'

/** After a step's time limit it is asked for so long; then its outcome is unknown for good (DESIGN §9 Files). */
const UNKNOWN_AFTER_MS: Millis = 60_000
/** The send deadline plus this: only then does "no such key" mean that nothing happened. */
const MARGIN_MS: Millis = 5_000
const POLL_MS: Millis = 1_000
const RETRY_MS: Millis = 2_000

type Follow = Extract<Work, { do: 'follow' }>

export async function follow(work: Performing, owed: Follow): Promise<Performed> {
  const { deps } = work
  const { at, which, sent } = owed
  const endpoint = deps.endpoints(sent.request)
  const now = deps.clock.now()
  const overAt = sent.startedAt + sent.request.timeoutMs
  const hopelessAt = overAt + UNKNOWN_AFTER_MS
  if (!endpoint) return giveUp(work, owed, `${sent.request.system} is no longer configured`, now >= hopelessAt)
  try {
    const progress =
      sent.handle === null
        ? await endpoint.find(sent.request, sent.key)
        : await endpoint.progress(sent.request, sent.handle)
    if (!progress) return await notFound(work, owed, endpoint)
    if (progress.state === 'ended' || sent.handle !== progress.handle)
      return await recordProgress(work, at, which, sent.key, progress)
    return await running(work, owed, endpoint, progress, { overAt, hopelessAt })
  } catch (error) {
    if (!isPortError(error)) throw error
    if (work.signal.aborted) return { againMs: 0 }
    if (now >= hopelessAt) return giveUp(work, owed, sentence(error), true)
    return wait(
      work,
      `${sent.request.system} cannot be asked about ${at.step}: ${sentence(error)}`,
      error.retryAfterMs ?? RETRY_MS,
    )
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
    return recordEnd(work, at, which, sent.key, {
      outcome: 'unknown',
      effect: 'possible',
      reason: `it still ran ${Math.round((now - sent.startedAt) / 1000)} s after its start, and a cancel did not end it`,
    })
  const cancelled = `cancel:${sent.key}`
  const stopped = work.run.stopRequested !== null && which === 'action'
  if ((now >= overAt || stopped) && !work.holds.has(cancelled)) {
    work.holds.set(cancelled, now)
    await endpoint.cancel(sent.request, progress.handle)
  }
  return { againMs: progress.retryAfterMs ?? POLL_MS }
}

/**
 * The endpoint says that it knows no such key. Before the deadline the request may still be on its way.
 * An endpoint that is idempotent by the key is sent the same key again, after the same checks; any other is only asked.
 */
async function notFound(work: Performing, { at, which, sent }: Follow, endpoint: Endpoint): Promise<Performed> {
  const { deps, run } = work
  const now = deps.clock.now()
  if (sent.handle !== null) return giveUp(work, { at, which, sent }, 'the endpoint no longer knows it', true)
  const gone = now >= sent.deadlineAt + MARGIN_MS
  const early = now < sent.startedAt + sent.request.timeoutMs
  if (endpoint.idempotent && early && !run.stopRequested) {
    const closed = which === 'rollback' ? await frozenNow(work) : await whyClosed(work, at)
    if (closed === null) {
      await send(work, at, which, sent.request, sent.key, now + Math.min(sent.request.timeoutMs, SEND_WITHIN_MS))
      return { againMs: POLL_MS }
    }
    if (!gone) return wait(work, closed, RETRY_MS)
  } else if (!gone) return { againMs: Math.min(RETRY_MS, sent.deadlineAt + MARGIN_MS - now) }
  return recordEnd(work, at, which, sent.key, {
    outcome: 'failed',
    effect: 'none',
    reason: `${sent.request.system} knows nothing of it: it never started`,
  })
}

async function whyClosed(work: Performing, at: At): Promise<string | null> {
  const { answer } = await recheck(work, scopesOf(work, at))
  if (answer.gate !== 'open') return answer.reason
  return frozenNow(work)
}

const scopesOf = ({ run }: Performing, at: At): readonly string[] =>
  run.asks[`step:${at.step}`] ? ['run', `step:${at.step}`] : ['run']

function giveUp(
  work: Performing,
  { at, which, sent }: { readonly at: At; readonly which: 'action' | 'rollback'; readonly sent: Sent },
  reason: string,
  forGood: boolean,
): Promise<Performed> {
  if (!forGood) return wait(work, reason, RETRY_MS)
  return recordEnd(work, at, which, sent.key, { outcome: 'unknown', effect: 'possible', reason })
}
