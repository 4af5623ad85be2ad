// Owns the one way out: HTTP to listed hosts only, with limits on time and size, no redirects, and typed failures.
import http from 'node:http'
import https from 'node:https'
import axios from 'axios'
import type { Json } from '../../core/values.ts'
import { PortError, type PortErrorKind } from '../../ports/errors.ts'
import { type AgentOptions, agents } from './agents.ts'
import { allowList } from './allow.ts'
import { failureOf, type Trace } from './failure.ts'
import { outwardLookup } from './lookup.ts'
import { problemOf, retryAfterOf, type WireResponse, wireResponse } from './response.ts'

export type { WireResponse } from './response.ts'

/** One request. Without `mutating`, GET and HEAD are reads and everything else mutates. At most one kind of body. */
export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly json?: Json
  readonly form?: Readonly<Record<string, string>>
  readonly bytes?: Uint8Array
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  readonly maxBytes?: number
  readonly mutating?: boolean
}

/**
 * Resolves with any HTTP status, redirects included. Rejects with PortError: a host that is not listed is denied
 * before anything leaves; `mayHaveHappened` is true where a mutating request may have left.
 */
export interface Wire {
  send(request: WireRequest): Promise<WireResponse>
}

/** `allow`: origins, or `https://*.corp.example`; loopback only if listed. `auth`: headers for every request. */
export interface WireOptions extends AgentOptions {
  readonly allow: readonly string[]
  readonly auth?: () => Promise<Readonly<Record<string, string>>>
  /** The whole exchange, slow bodies included. 30 s unless told. */
  readonly timeoutMs?: number
  /** Of the body after decompression. 8 MiB unless told. */
  readonly maxBytes?: number
}

const direct = agents({})

/** Throws an Error where an entry of `allow` is not an origin. TLS certificates are always verified. */
export function wire(options: WireOptions): Wire {
  const allowed = allowList(options.allow)
  const { kept, fresh } = options.tls || options.proxyFromEnv ? agents(options) : direct
  return {
    async send(request) {
      const mutating = request.mutating ?? !(request.method === 'GET' || request.method === 'HEAD')
      const answer = allowed(request.url)
      if (!answer.ok) throw new PortError('denied', `the request was not sent: ${answer.reason}`)
      const { url, exact } = answer
      const what = `${request.method} ${url.origin}${url.pathname}`
      for (const [name, value] of Object.entries(request.query ?? {}))
        if (value !== undefined) url.searchParams.append(name, value)

      const trace: Trace = { left: false, mutating, what }
      const limit = limited(request.timeoutMs ?? options.timeoutMs ?? 30_000, request.signal)
      try {
        limit.signal.throwIfAborted()
        const auth = await limit.race(options.auth?.() ?? Promise.resolve({}))
        const pool = mutating ? fresh : kept
        const body = bodyOf(request)
        const response = await client.request<Buffer>({
          method: request.method,
          url: url.href,
          headers: { Accept: 'application/json', ...body?.headers, ...request.headers, ...auth },
          ...(body ? { data: body.data } : {}),
          signal: limit.signal,
          maxContentLength: request.maxBytes ?? options.maxBytes ?? 8 * 1024 * 1024,
          httpAgent: pool.http,
          httpsAgent: pool.https,
          transport: traced(trace),
          ...(options.proxyFromEnv ? {} : { proxy: false as const }),
          ...(exact ? {} : { lookup: outwardLookup(url.hostname) }),
        })
        return wireResponse(response.status, plainHeaders(response.headers), response.data)
      } catch (error) {
        throw failureOf(error, trace, limit.signal)
      } finally {
        limit.clear()
      }
    },
  }
}

/**
 * The PortError for a status that is not the expected one: 401/403 denied, 404 notFound, 409/412 conflict,
 * 429 throttled, 408 timeout, 5xx unavailable, anything else malformed. `what` opens the message.
 */
export function portErrorOf(response: WireResponse, what: string, options: { mutating?: boolean } = {}): PortError {
  const { status } = response
  const problem = status >= 400 ? problemOf(response) : undefined
  const lost = status < 400 || status === 408 || status >= 500
  return new PortError(kindOf(status), `${what}: status ${status}${problem ? `, ${problem}` : ''}`, {
    retryAfterMs: retryAfterOf(response),
    mayHaveHappened: lost && options.mutating === true,
  })
}

const kinds: Readonly<Record<number, PortErrorKind>> = {
  401: 'denied',
  403: 'denied',
  404: 'notFound',
  408: 'timeout',
  409: 'conflict',
  412: 'conflict',
  429: 'throttled',
}
const kindOf = (status: number): PortErrorKind => kinds[status] ?? (status >= 500 ? 'unavailable' : 'malformed')

const client = axios.create({
  adapter: 'http',
  maxRedirects: 0,
  validateStatus: () => true,
  responseType: 'arraybuffer',
  transformRequest: (data: unknown) => data,
  transformResponse: (data: unknown) => data,
  headers: { 'User-Agent': 'runbot' },
})

function bodyOf(request: WireRequest): { data: Buffer; headers: Record<string, string> } | undefined {
  const typed = (data: string | Uint8Array, type: string) => ({
    data: Buffer.from(data as Uint8Array),
    headers: { 'Content-Type': type },
  })
  if (request.json !== undefined) return typed(JSON.stringify(request.json), 'application/json')
  if (request.form) return typed(new URLSearchParams(request.form).toString(), 'application/x-www-form-urlencoded')
  return request.bytes ? typed(request.bytes, 'application/octet-stream') : undefined
}

/** Node's own transport, which also notes whether the connection stood, so that the request may have left. */
function traced(trace: Trace) {
  return {
    request(options: https.RequestOptions, callback: (response: http.IncomingMessage) => void): http.ClientRequest {
      const secure = options.protocol === 'https:'
      const request = secure ? https.request(options, callback) : http.request(options, callback)
      const left = () => {
        trace.left = true
      }
      request.once('socket', (socket) => {
        if (socket.destroyed) return
        // Through a proxy the connection stands before TLS is agreed.
        const waits = 'secureConnecting' in socket ? socket.secureConnecting === true : socket.connecting
        if (!waits) left()
        else socket.once(secure ? 'secureConnect' : 'connect', left)
      })
      return request
    },
  }
}

/** One signal for the time limit and the caller's own; `race` leaves a wait that does not listen to signals. */
function limited(timeoutMs: number, caller: AbortSignal | undefined) {
  const own = new AbortController()
  const waitMs = Math.min(Math.max(0, timeoutMs), 2 ** 31 - 1)
  const timer = setTimeout(() => own.abort(new DOMException('timed out', 'TimeoutError')), waitMs)
  const signal = caller ? AbortSignal.any([own.signal, caller]) : own.signal
  return {
    signal,
    clear: () => clearTimeout(timer),
    race: <T>(promise: Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
        promise.then(resolve, reject)
      }),
  }
}

const plainHeaders = (headers: object): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value].flat().join(', ')] as const),
  )
