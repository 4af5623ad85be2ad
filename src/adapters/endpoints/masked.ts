// Owns the edge where secrets end: nothing that an endpoint answers goes on with one in it.
import type { Endpoint, Progress } from '../../ports/endpoint.ts'
import { isPortError, PortError } from '../../ports/errors.ts'
import type { Mask } from './mask.ts'

/**
 * The same endpoint with every result, log, reason, note and error masked. `mask` is asked for each answer. A handle
 * stays as it is, for it has to find its job again; so does the request, which is the plan's.
 */
export function masked(endpoint: Endpoint, mask: () => Mask): Endpoint {
  const answer = async <T>(asked: Promise<T>, clean: (value: T) => T): Promise<T> => {
    try {
      return clean(await asked)
    } catch (error) {
      throw cleanError(error, mask())
    }
  }
  const clean = (progress: Progress): Progress => cleanProgress(progress, mask())
  const { history } = endpoint
  return {
    idempotent: endpoint.idempotent,
    // Numbers alone.
    ...(history ? { history: (request, range) => answer(history(request, range), (points) => points) } : {}),
    describe: (request) => endpoint.describe(request),
    launch: (launch) => answer(endpoint.launch(launch), clean),
    progress: (request, handle) => answer(endpoint.progress(request, handle), clean),
    find: (request, key) => answer(endpoint.find(request, key), (found) => found && clean(found)),
    cancel: (request, handle) => answer(endpoint.cancel(request, handle), () => undefined),
  }
}

function cleanProgress(progress: Progress, { text, json }: Mask): Progress {
  if (progress.state === 'running')
    return progress.note === undefined ? progress : { ...progress, note: text(progress.note) }
  const { reason, result, log } = progress
  return { ...progress, reason: text(reason), result: json(result), ...(log === undefined ? {} : { log: text(log) }) }
}

/** A bug's message may quote an answer as well, and goes into the log and to a person. */
function cleanError(error: unknown, { text }: Mask): unknown {
  if (isPortError(error)) {
    const { kind, message, retryAfterMs, mayHaveHappened } = error
    return new PortError(kind, text(message), { retryAfterMs, mayHaveHappened })
  }
  if (!(error instanceof Error)) return error
  error.message = text(error.message)
  if (error.stack !== undefined) error.stack = text(error.stack)
  return error
}
