// Owns spans of HTTP: what came in and what went out, told by Node's own channels, without queries, bodies or headers.
import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api'

export interface SpanOptions {
  /** Hosts (`host` or `host:port`) whose calls are not told: too many, or the telemetry itself. */
  readonly quiet: readonly string[]
  /** Takes known secrets out of a text. */
  readonly clean: (text: string) => string
}

export interface Spans {
  /** The request that is being answered here; undefined outside of one. */
  current(): Span | undefined
  stop(): void
}

/** Asked all the time by whoever watches runbot. */
const PROBES = new Set(['/healthz', '/readyz', '/metrics'])
/** Azure's metadata service, where identities come from. */
const METADATA = '169.254.169.254'
/** The address was not one of ours, and may hold anything. */
const STRANGE = new Set([400, 404, 405])

interface Incoming {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

interface Outgoing {
  readonly request: ClientRequest
  readonly response?: IncomingMessage
  readonly error?: unknown
}

/** Begins to tell; what goes out while a request is answered belongs to it. */
export function httpSpans(tracer: Tracer, { quiet, clean }: SpanOptions): Spans {
  const serving = new AsyncLocalStorage<Span>()
  const calls = new WeakMap<ClientRequest, Span>()
  const silent = new Set([...quiet, METADATA])

  const cameIn = (message: unknown): void => {
    const { request, response } = message as Incoming
    const path = pathOf(request.url ?? '')
    if (PROBES.has(path)) return
    const method = request.method ?? ''
    const span = tracer.startSpan(method, { kind: SpanKind.SERVER }, ROOT_CONTEXT)
    serving.enterWith(span)
    response.once('close', () => {
      const status = response.writableFinished ? response.statusCode : 499
      const route = STRANGE.has(status) ? '/other' : clean(path)
      span.setAttributes({
        'http.request.method': method,
        'http.route': route,
        'url.path': route,
        'url.scheme': 'http',
        'http.response.status_code': status,
      })
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    })
  }

  const wentOut = (message: unknown): void => {
    const { request } = message as Outgoing
    const host = String(request.getHeader('host') ?? request.host)
    if (silent.has(host) || silent.has(host.replace(/:\d+$/, ''))) return
    const url = clean(`${request.protocol}//${host}${pathOf(request.path)}`)
    const parent = serving.getStore()
    const span = tracer.startSpan(
      request.method,
      {
        kind: SpanKind.CLIENT,
        attributes: { 'http.request.method': request.method, 'url.full': url, 'server.address': host },
      },
      parent ? trace.setSpan(ROOT_CONTEXT, parent) : ROOT_CONTEXT,
    )
    calls.set(request, span)
    request.once('close', () => end(request, 'no complete answer'))
  }

  const answered = (message: unknown): void => {
    const { request, response } = message as Outgoing
    const status = response?.statusCode ?? 0
    calls.get(request)?.setAttribute('http.response.status_code', status)
    end(request, status >= 400 ? `status ${status}` : undefined)
  }

  const end = (request: ClientRequest, wrong?: string): void => {
    const span = calls.get(request)
    if (!span) return
    calls.delete(request)
    if (wrong !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: wrong })
    span.end()
  }

  const channels = [
    ['http.server.request.start', cameIn],
    ['http.client.request.start', wentOut],
    ['http.client.response.finish', answered],
  ] as const
  for (const [name, listener] of channels) subscribe(name, listener)
  return {
    current: () => serving.getStore(),
    stop() {
      for (const [name, listener] of channels) unsubscribe(name, listener)
    },
  }
}

/** Without the query, which may hold anything. */
const pathOf = (target: string): string => target.replace(/[?#].*$/s, '')
