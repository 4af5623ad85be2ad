// Owns sparing a system: so many requests at once, and no more questions for a while where it does not answer.
import { BrokenCircuitError, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel'
import PQueue from 'p-queue'
import type { Endpoint } from '../../ports/endpoint.ts'
import { isPortError, PortError } from '../../ports/errors.ts'

const halfOpenAfter = 5000

/**
 * The same endpoint under a limit of concurrent requests. Questions go before launches, and after five in a row that
 * were unavailable or timed out they fail at once for 5 s. Cancels are always tried, and so are launches that may
 * still leave when their turn comes; rejects as `mayLeave` does otherwise.
 */
export function guarded(endpoint: Endpoint, concurrency: number): Endpoint {
  const queue = new PQueue({ concurrency: Math.max(1, Math.floor(concurrency)) })
  const breaker = circuitBreaker(
    handleWhen((error) => isPortError(error, 'unavailable') || isPortError(error, 'timeout')),
    { halfOpenAfter, breaker: new ConsecutiveBreaker(5) },
  )
  const ask = <T>(question: () => Promise<T>): Promise<T> =>
    queue.add(() => breaker.execute(question).catch(asPortError), { priority: 1 })
  const { history } = endpoint
  return {
    idempotent: endpoint.idempotent,
    ...(history ? { history: (request, range) => ask(() => history(request, range)) } : {}),
    describe: (request) => endpoint.describe(request),
    // It may have waited long for its turn (P11).
    launch: (launch) =>
      queue.add(async () => {
        await launch.mayLeave()
        return endpoint.launch(launch)
      }),
    progress: (request, handle) => ask(() => endpoint.progress(request, handle)),
    find: (request, key) => ask(() => endpoint.find(request, key)),
    cancel: (request, handle) => queue.add(() => endpoint.cancel(request, handle), { priority: 2 }),
  }
}

function asPortError(error: unknown): never {
  if (!(error instanceof BrokenCircuitError)) throw error
  throw new PortError('unavailable', 'it did not answer several times in a row, so it is left alone for a moment', {
    retryAfterMs: halfOpenAfter,
  })
}
