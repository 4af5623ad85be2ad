// Owns read-only calls: launch, poll to the end, and the result that an `expect` looks at.
import type { PlannedRequest } from '../../core/plan.ts'
import type { Instant, Json, Millis } from '../../core/values.ts'
import type { Progress } from '../../ports/endpoint.ts'
import { PortError } from '../../ports/errors.ts'
import type { Performing } from './context.ts'

export interface Called {
  readonly outcome: 'succeeded' | 'failed' | 'unknown'
  readonly reason: string
  readonly result: Json
  readonly log: string | undefined
}

const DEFAULT_POLL_MS: Millis = 1_000
const SOONEST_MS: Millis = 50

/** How long before the next question: as the endpoint says, but no tight loop where it says 0 s. */
export const pollAfter = ({ retryAfterMs = DEFAULT_POLL_MS }: { readonly retryAfterMs?: Millis }): Millis =>
  Math.max(SOONEST_MS, retryAfterMs)

/**
 * Calls a read-only operation and waits for its end, at most its time limit.
 * `key` must be new for every look at the world: an idempotent endpoint would replay an old answer otherwise.
 * Rejects with a PortError where the endpoint cannot be asked.
 */
export async function call(work: Performing, request: PlannedRequest, target: string, key: string): Promise<Called> {
  const { deps, run, signal } = work
  const endpoint = deps.endpoints(request)
  if (!endpoint) throw new PortError('malformed', `this version cannot call ${request.kind} (${request.do})`)
  const deadlineAt: Instant = deps.clock.now() + request.timeoutMs
  let progress: Progress = await endpoint.launch({
    request,
    key,
    run: run.id,
    target,
    requestedBy: requesterOf(work),
    deadlineAt,
    // It only reads.
    mayLeave: async () => {},
  })
  while (progress.state === 'running') {
    if (deps.clock.now() >= deadlineAt)
      throw new PortError('timeout', `${request.do} did not end within ${request.timeoutMs / 1000} s`)
    await deps.clock.sleep(Math.min(pollAfter(progress), request.timeoutMs), signal)
    if (signal.aborted) throw new PortError('unavailable', 'runbot is shutting down')
    progress = await endpoint.progress(request, progress.handle)
  }
  const { outcome, reason, result, log } = progress
  return { outcome, reason, result, log }
}

/** Who an endpoint is told asks for this: a person's Entra object id, or the incident. */
export const requesterOf = ({ run }: Pick<Performing, 'run'>): string =>
  run.origin.kind === 'chat' ? run.origin.requester.id : (run.context.incident?.number ?? 'runbot')

/** A key for one look at the world. */
export const lookKey = (work: Performing, what: string): string =>
  work.deps.hash
    .digest(work.deps.hash.canonicalize([work.run.id, what, work.run.seq, work.deps.clock.now()]))
    .slice(0, 40)
