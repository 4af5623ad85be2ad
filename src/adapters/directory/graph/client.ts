// Owns one request to Graph and its answer: the token, the time it may take, and its shape.
import type { z } from 'zod'
import type { Json } from '../../../core/values.ts'
import { PortError } from '../../../ports/errors.ts'
import { wire } from '../../wire/http.ts'
import { retried } from '../../wire/retry.ts'
import { type About, failureOf, unanswered, unreadable } from './failure.ts'
import type { Tokens } from './tokens.ts'

interface GraphRequest {
  readonly method: 'GET' | 'POST'
  /** Whole, already made of checked parts, or as Graph gave it. */
  readonly url: string
  readonly json?: Json
  readonly headers?: Readonly<Record<string, string>>
  /** What the answer is about; it decides what would help. */
  readonly about: About
  /** Ends the waiting, a second try included. */
  readonly signal: AbortSignal
}

/** Rejects with PortErrors only, their messages whole sentences for a person. Every request is a read. */
export interface Client {
  ask<T>(request: GraphRequest, schema: z.ZodType<T>): Promise<T>
}

interface ClientOptions {
  readonly origin: string
  readonly tokens: Tokens
  readonly proxyFromEnv: boolean
  /** One try. */
  readonly callMs: number
}

/** One more try after a failure that passes, as soon as Graph allows, if that is within a second. */
const once = { retries: 1, baseMs: 200, maxWaitMs: 1000 }
const mostBytes = 2 * 1024 * 1024

/** `origin` is the only place that the token goes to. */
export function client({ origin, tokens, proxyFromEnv, callMs }: ClientOptions): Client {
  const open = retried(wire({ allow: [origin], timeoutMs: callMs, maxBytes: mostBytes, proxyFromEnv }), once)
  return {
    async ask({ about, headers, ...request }, schema) {
      const auth = await tokens.headers()
      const response = await open
        .send({ ...request, headers: { ...headers, ...auth }, mutating: false })
        .catch((error: unknown) => {
          throw unanswered(error)
        })
      const failure = failureOf(response, about)
      if (failure) throw failure
      const parsed = schema.safeParse(jsonOf(response.json))
      if (parsed.success) return parsed.data
      throw new PortError('malformed', unreadable)
    },
  }
}

/** undefined fits no schema, so that broken JSON is told as an answer that cannot be read. */
function jsonOf(json: () => Json): Json | undefined {
  try {
    return json()
  } catch {
    return undefined
  }
}
