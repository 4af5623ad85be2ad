// Owns the planner: one model, asked at most for its time and for its share of the time, left alone where it is down.
import type { TokenCredential } from '@azure/identity'
import { BrokenCircuitError, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel'
import type { Millis } from '../../core/values.ts'
import type { Content, PlannerSettings } from '../../ports/catalog.ts'
import { isPortError, PortError } from '../../ports/errors.ts'
import type { Planner } from '../../ports/planner.ts'
import { readAnswer, responseFormat } from './answer-schema.ts'
import { modelClient } from './client.ts'
import { messagesOf } from './prompt.ts'

export interface PlannersOptions {
  /** The model as it is configured now; asked at every call. */
  readonly settings: () => Content['planner']
  /** Go through HTTPS_PROXY, HTTP_PROXY, NO_PROXY; not unless told. */
  readonly proxyFromEnv?: boolean
  readonly credential?: TokenCredential
  /** How long a model that failed twice in a row is left alone; a minute unless told. */
  readonly restMs?: Millis
  /** What all questions of one minute may take together; 30 s unless told. Incidents wait for it meanwhile. */
  readonly shareMs?: Millis
}

const MINUTE_MS: Millis = 60_000
const FAILURES = 2

/** undefined where no model is configured: the rules decide alone. */
export function planners({ settings, ...options }: PlannersOptions): () => Planner | undefined {
  // The files' settings are new objects after every change.
  const built = new WeakMap<PlannerSettings, Planner>()
  return () => {
    const configured = settings()
    if (!configured) return undefined
    const planner = built.get(configured) ?? plannerOf(configured, options)
    built.set(configured, planner)
    return planner
  }
}

function plannerOf(settings: PlannerSettings, options: Omit<PlannersOptions, 'settings'>): Planner {
  const { restMs = MINUTE_MS, shareMs = MINUTE_MS / 2 } = options
  const client = modelClient({ settings, ...options })
  const breaker = circuitBreaker(
    handleWhen((error) => isPortError(error)),
    { halfOpenAfter: restMs, breaker: new ConsecutiveBreaker(FAILURES) },
  )
  let spent: readonly { readonly at: number; readonly ms: Millis }[] = []
  const once = async (body: Parameters<typeof client.ask>[0], signal: AbortSignal) =>
    readAnswer(await client.ask(body, signal))
  return {
    model: settings.model,
    async rank(question) {
      const begun = performance.now()
      spent = spent.filter(({ at }) => at > begun - MINUTE_MS)
      if (spent.reduce((sum, { ms }) => sum + ms, 0) >= shareMs)
        throw new PortError('throttled', 'it has had its share of this minute')
      const body = { messages: [...messagesOf(question)], response_format: responseFormat() }
      const limit = AbortSignal.timeout(settings.timeoutMs)
      try {
        return await breaker.execute(async () => {
          try {
            return await once(body, limit)
          } catch (error) {
            // Once more where that is worth it and half of the time is left.
            const isLate = performance.now() - begun > settings.timeoutMs / 2
            if (isLate || !isPortError(error, 'unavailable')) throw error
            return await once(body, limit)
          }
        })
      } catch (error) {
        if (!(error instanceof BrokenCircuitError)) throw error
        throw new PortError('unavailable', 'it failed several times in a row, so it is left alone for a moment')
      } finally {
        spent = [...spent, { at: begun, ms: performance.now() - begun }]
      }
    },
  }
}
