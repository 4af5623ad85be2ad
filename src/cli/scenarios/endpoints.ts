// Owns the systems of a scenario: every request that leaves is kept, and answered as `given.world` says.
import { type Answer, type Answers, wordOf } from '../../adapters/catalog/answer-schema.ts'
import type { PlannedRequest } from '../../core/plan.ts'
import { type Instant, type Json, type Millis, own } from '../../core/values.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Endpoint, Endpoints, Launch, Progress } from '../../ports/endpoint.ts'
import { PortError } from '../../ports/errors.ts'

/** A request that really left, and what came of it in a few words. */
export interface Left {
  readonly do: string
  readonly target: string
  readonly with: Json
  readonly at: Instant
  readonly answer: string
}

export interface ScenarioEndpoints {
  readonly endpoints: Endpoints
  /** In the order in which they left. A system that was down got nothing. */
  readonly left: readonly Left[]
}

type Ended = Extract<Progress, { state: 'ended' }>

interface Launched {
  readonly ended: Ended
  endsAt: Instant
  cancelled: boolean
}

/** Kinds that start nothing twice under the same key, as their adapters have it. */
const IDEMPOTENT = new Set(['ops-api', 'azure-automation', 'prometheus'])
const ASKED_AGAIN_MS: Millis = 60_000

export function scenarioEndpoints(
  world: { readonly [operation: string]: Answers },
  clock: Pick<Clock, 'now'>,
): ScenarioEndpoints {
  const left: Left[] = []
  const given = new Map<string, number>()
  const byKey = new Map<string, Launched>()

  /** The next answer in its row, the last one again and again. */
  const next = (operation: string, target: string): Answer => {
    const answers = own(world, operation)
    if (!answers) return { failed: `the scenario gives no answer for ${operation}` }
    const row = 'row' in answers ? answers.row : own(answers.answers, target)
    if (!row) return { failed: `the scenario gives no answer for ${operation} on ${target}` }
    const place = JSON.stringify('row' in answers ? [operation] : [operation, target])
    const count = given.get(place) ?? 0
    given.set(place, count + 1)
    return row[Math.min(count, row.length - 1)] as Answer
  }

  const launch = async ({ request, key, target }: Launch): Promise<Progress> => {
    const before = byKey.get(key)
    if (before) return progressOf(before, key)
    const answer = next(request.do, target)
    if (answer.down !== undefined) throw new PortError('unavailable', answer.down)
    const base = { do: request.do, target, with: request.with, at: clock.now() }
    left.push({ ...base, answer: inWords(answer) })
    const ended = endOf(answer, request, key)
    const launched = { ended, endsAt: clock.now() + (answer.takes ?? 0), cancelled: false }
    byKey.set(key, launched)
    return progressOf(launched, key)
  }

  const progressOf = (launched: Launched, handle: string): Progress => {
    const leftMs = launched.endsAt - clock.now()
    if (leftMs > 0) return { state: 'running', handle, retryAfterMs: Math.min(leftMs, ASKED_AGAIN_MS) }
    return launched.cancelled ? { ...launched.ended, outcome: 'failed', reason: 'cancelled' } : launched.ended
  }

  const found = (key: string): Launched => {
    const launched = byKey.get(key)
    if (!launched) throw new PortError('notFound', 'the scenario knows nothing of this request')
    return launched
  }

  const endpoint = (kind: string): Endpoint => ({
    idempotent: IDEMPOTENT.has(kind),
    describe: (request) => `${request.do} ${JSON.stringify(request.with)}`,
    launch,
    progress: async (_request, handle) => progressOf(found(handle), handle),
    find: async (_request, key) => {
      if (kind === 'http') throw new PortError('unavailable', 'an http request bears no key that could be looked up')
      const launched = byKey.get(key)
      return launched && progressOf(launched, key)
    },
    cancel: async (_request, handle) => {
      const launched = found(handle)
      if (clock.now() >= launched.endsAt) return
      launched.cancelled = true
      launched.endsAt = clock.now()
    },
  })
  return { left, endpoints: ({ kind }) => endpoint(kind) }
}

/** How a request ends. Throws where a change over http got no plain 2xx, as the http endpoint does. */
function endOf(answer: Answer, request: PlannedRequest, handle: string): Ended {
  const end = (outcome: Ended['outcome'], reason: string, result: Json): Ended => ({
    state: 'ended',
    handle,
    outcome,
    reason,
    result,
    ...(answer.log === undefined ? {} : { log: answer.log }),
  })
  switch (wordOf(answer)) {
    case 'failed':
      return end('failed', answer.failed ?? '', null)
    case 'unknown':
      return end('unknown', answer.unknown ?? '', null)
    case 'value': {
      const { value = null } = answer
      return end('succeeded', `the value is ${value}`, { value, series: value === null ? 0 : 1 })
    }
    case 'status': {
      const { status = 0, headers = {}, body = null } = answer
      if (request.tier > 0 && (status < 200 || status > 299))
        throw new PortError(status < 500 ? 'denied' : 'unavailable', `${request.do}: status ${status}`, {
          mayHaveHappened: status >= 500 || status < 400,
        })
      return end('succeeded', `status ${status}`, { status, headers, body })
    }
    default:
      return end('succeeded', 'succeeded', answer.succeeded ?? null)
  }
}

function inWords(answer: Answer): string {
  const word = wordOf(answer) ?? 'succeeded'
  const text = JSON.stringify(answer[word]) ?? ''
  return `${word} ${text.length > 60 ? `${text.slice(0, 59)}…` : text}`
}
