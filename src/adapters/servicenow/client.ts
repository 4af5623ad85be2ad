// Owns one request to the instance and its answer: checked for failure first, then for its shape.
import type { z } from 'zod'
import type { Json } from '../../core/values.ts'
import { PortError } from '../../ports/errors.ts'
import type { Wire, WireResponse } from '../wire/http.ts'
import { failureOf } from './failure.ts'
import { rootOf } from './login.ts'

export interface Ask {
  readonly method: 'GET' | 'POST' | 'PATCH'
  /** From the instance's root, already made of checked parts. */
  readonly path: string
  /** What is done, as the beginning of an error's sentence. */
  readonly what: string
  readonly query?: Readonly<Record<string, string>>
  readonly json?: Json
  readonly bytes?: Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

/** Rejects with PortErrors only; `mayHaveHappened` is true where a write may have taken effect. */
export interface Client {
  /** The parsed answer, with its headers. */
  ask<T>(ask: Ask, schema: z.ZodType<T>): Promise<{ readonly body: T; readonly response: WireResponse }>
}

/** `wire` is logged in; `url` is the instance's root. */
export function client({ wire, url }: { readonly wire: Wire; readonly url: string }): Client {
  const root = rootOf(url)
  return {
    async ask({ path, what: doing, ...request }, schema) {
      const mutating = request.method !== 'GET'
      const what = `ServiceNow, ${doing}`
      const response = await wire.send({ ...request, url: `${root}${path}` })
      const failure = failureOf(response, what, mutating)
      if (failure) throw failure
      const parsed = schema.safeParse(jsonOf(response))
      if (parsed.success) return { body: parsed.data, response }
      throw new PortError('malformed', `${what}: an answer of another shape`, { mayHaveHappened: mutating })
    },
  }
}

/** undefined fits no schema, so that broken JSON is told as an answer of another shape. */
function jsonOf(response: WireResponse): Json | undefined {
  try {
    return response.json()
  } catch {
    return undefined
  }
}
