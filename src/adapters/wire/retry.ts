// Owns trying again: read-only requests only, a bounded number of times, with jitter, as the other side asks.
import { DelegateBackoff, type FailureReason, handleWhen, type IRetryBackoffContext, retry } from 'cockatiel'
import { isPortError, isTransient } from '../../ports/errors.ts'
import type { Wire, WireResponse } from './http.ts'
import { retryAfterOf } from './response.ts'

export interface RetryOptions {
  /** How often it is tried again after the first time; 2 unless told. */
  readonly retries?: number
  /** The upper end of the first wait; each further one doubles it. 200 ms unless told. */
  readonly baseMs?: number
  /** Asked to wait longer than this, it gives up and hands the answer on. 5 s unless told. */
  readonly maxWaitMs?: number
  /** All attempts and waits together; what a caller's own signal says unless told. */
  readonly withinMs?: number
  /** A number in [0, 1). */
  readonly random?: () => number
}

const transient: ReadonlySet<number> = new Set([408, 429, 502, 503, 504])

/** A wire that repeats reads which failed for a while. A mutating request goes out once, whatever comes back (P3). */
export function retried(wire: Wire, options: RetryOptions = {}): Wire {
  const { retries = 2, baseMs = 200, maxWaitMs = 5000, withinMs, random = Math.random } = options
  const soon = (wait: number | undefined): boolean => (wait ?? 0) <= maxWaitMs
  const policy = retry(
    handleWhen((error) => isPortError(error) && isTransient(error) && soon(error.retryAfterMs)).orWhenResult(
      (answer) => transient.has((answer as WireResponse).status) && soon(retryAfterOf(answer as WireResponse)),
    ),
    {
      maxAttempts: retries,
      backoff: new DelegateBackoff(({ attempt, result }: IRetryBackoffContext<unknown>) =>
        Math.max(waitAsked(result) ?? 0, Math.min(maxWaitMs, baseMs * 2 ** (attempt - 1)) * random()),
      ),
    },
  )
  return {
    send(request) {
      const read = request.mutating === undefined ? /^(GET|HEAD)$/.test(request.method) : !request.mutating
      if (!read) return wire.send(request)
      const limits = withinMs === undefined ? [] : [AbortSignal.timeout(withinMs)]
      const signal = AbortSignal.any(request.signal ? [request.signal, ...limits] : limits)
      return policy.execute(() => wire.send({ ...request, signal }), signal)
    },
  }
}

function waitAsked(result: FailureReason<unknown>): number | undefined {
  if ('value' in result) return retryAfterOf(result.value as WireResponse)
  return isPortError(result.error) ? result.error.retryAfterMs : undefined
}
