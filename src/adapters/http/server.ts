// Owns the HTTP server: its routes, what it answers where none fits, and how it starts and stops.
import type { IncomingMessage, ServerResponse } from 'node:http'
import restify, { type Request, type Response, type ServerOptions } from 'restify'
import type { Instant, Millis } from '../../core/values.ts'
import type { Inbound } from '../../ports/inbound.ts'
import type { Log } from '../../ports/observe.ts'
import { type Callbacks, callbacksDoor } from './callbacks.ts'
import { cloudEventsSender } from './cloud-events.ts'
import { intakeDoor } from './intake.ts'
import { close, listen } from './lifecycle.ts'
import { type MessagesHandler, messagesDoor } from './messages.ts'
import type { Metrics } from './metrics.ts'
import { pageOf, pagePaths } from './pages.ts'
import { answer, refuse, securityHeaders, send } from './problem.ts'
import { same } from './same.ts'
import { type AlertDoors, alertSenders } from './senders/senders.ts'
import { serviceNowSender } from './servicenow-events.ts'

export interface Readiness {
  readonly ok: boolean
  /** One sentence each. */
  readonly problems: readonly string[]
}

export interface HttpOptions {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly inbound: Pick<Inbound, 'accept'>
  /** The Teams adapter; `req.body` is the parsed activity. */
  readonly messages: MessagesHandler
  readonly ready: () => Promise<Readiness>
  readonly metrics: Metrics
  /** Who reads the metrics must bear it; without one anybody may. */
  readonly metricsToken?: string | undefined
  readonly log: Log
  /** `whsec_…` each, several while they rotate; empty: that route is 404. */
  readonly webhookSecrets: { readonly serviceNow: readonly string[]; readonly events: readonly string[] }
  /** Which systems send alerts, and how they prove it; without it none may. */
  readonly alerts?: AlertDoors
  /** Which systems may call back, and who is told; without it no system may. */
  readonly callbacks?: Callbacks
  readonly bodyLimitBytes?: number
  readonly bodyTimeoutMs?: Millis
  /** Requests whose events may wait for the disk at once; more are answered 503. */
  readonly maxInFlight?: number
  readonly readyTimeoutMs?: Millis
  /** How long `close` waits for what is in flight. */
  readonly closeGraceMs?: Millis
  readonly now?: () => Instant
}

export interface HttpServer {
  /** Resolves with the port that it listens on; rejects with one clear sentence. */
  listen(): Promise<{ readonly port: number }>
  /** Takes no more requests, finishes those in flight within the grace time, then cuts off the rest. */
  close(): Promise<void>
}

export function httpServer(options: HttpOptions): HttpServer {
  const { host, port, metrics, log, webhookSecrets, now = Date.now } = options
  // restify speaks of nothing that is not said here already; its types know only Bunyan.
  const mute = { trace: () => undefined, warn: () => undefined }
  const server = restify.createServer({ name: '', log: mute } as unknown as ServerOptions)
  const limits = { bytes: options.bodyLimitBytes ?? 1_048_576, timeoutMs: options.bodyTimeoutMs ?? 15_000 }
  const door = intakeDoor({ ...options, limits, now, maxInFlight: options.maxInFlight ?? 256 })
  let closing = false

  server.server.keepAliveTimeout = 10_000
  server.server.headersTimeout = 15_000
  server.server.requestTimeout = 60_000
  // restify would take an upgraded socket and never answer it; without a listener it is an ordinary request.
  server.server.removeAllListeners('upgrade')
  server.on('error', (error: unknown) => {
    // Why it could not begin to listen, `listen` says in one sentence.
    if (server.server.listening) log.error({ err: error }, 'the HTTP server failed')
  })
  server.on('restifyError', (req: Request, res: Response, error: unknown, done: () => void) => {
    answerError(req, res, error, log)
    done()
  })
  server.on('after', (req: Request, res: Response, route: { path?: string } | undefined) => {
    metrics.http(req.method ?? '', route?.path ?? 'other', res.statusCode, Date.now() - req.time())
  })
  // Missing in restify's types: what runs before restify itself looks at a request.
  ;(server as unknown as { first(handler: typeof admit): void }).first(admit)

  server.post('/api/messages', messagesDoor(options.messages, limits))
  server.post('/api/events/servicenow', twoParameters(door(serviceNowSender(webhookSecrets.serviceNow))))
  const alerts: AlertDoors = options.alerts ?? { settings: () => ({}) }
  server.post(
    '/api/events',
    twoParameters(door(cloudEventsSender(webhookSecrets.events, () => alerts.settings().events))),
  )
  for (const sender of alertSenders(alerts, now))
    server.post(`/api/events/${sender.source}`, twoParameters(door(sender)))
  const { callbacks = { systems: () => ({}), hint: async () => undefined } } = options
  const callBack = callbacksDoor({ ...callbacks, limits, now, log, metrics })
  server.post('/api/callbacks/:connector', async (req: Request, res: Response) =>
    callBack(req, res, String((req.params as { connector?: unknown }).connector)),
  )
  const alive = async (_req: Request, res: Response): Promise<void> => answer(res, 200, { ok: true })
  server.get('/healthz', alive)
  server.head('/healthz', alive)
  server.get('/readyz', async (_req: Request, res: Response) => {
    const { ok, problems } = closing
      ? { ok: false, problems: ['runbot is shutting down.'] }
      : await readiness(options.ready, options.readyTimeoutMs ?? 5_000)
    answer(res, ok ? 200 : 503, ok ? { ok } : { ok, problems })
  })
  server.get('/metrics', async (req: Request, res: Response) => {
    if (options.metricsToken !== undefined && !bears(req, options.metricsToken))
      return refuse(res, 401, 'Send the METRICS_TOKEN of this runbot as a bearer token.', {
        'www-authenticate': 'Bearer',
      })
    send(res, 200, metrics.contentType, await metrics.text())
  })
  for (const path of pagePaths)
    server.get(path, async (_req: Request, res: Response) => send(res, 200, 'text/html; charset=utf-8', pageOf(path)))

  return {
    listen: () => listen(server.server, { host, port }),
    close: () => {
      closing = true
      return close(server.server, options.closeGraceMs ?? 10_000)
    },
  }
}

/** A target or a Host header that make no URL would throw inside restify and end the process. */
function admit(req: IncomingMessage, res: ServerResponse): boolean {
  for (const [name, value] of Object.entries(securityHeaders)) res.setHeader(name, value)
  const target = req.url ?? ''
  if (target.startsWith('/') && URL.canParse(`http://${req.headers.host ?? 'localhost'}${target}`)) return true
  refuse(res, 400, 'The request target or the Host header is not valid.', { connection: 'close' })
  return false
}

const bears = (req: IncomingMessage, token: string): boolean => same(req.headers.authorization ?? '', `Bearer ${token}`)

/** restify takes a handler for asynchronous only where it is an async function of two parameters. */
const twoParameters =
  (handler: (req: IncomingMessage, res: ServerResponse) => Promise<void>) => async (req: Request, res: Response) =>
    handler(req, res)

function answerError(req: Request, res: Response, error: unknown, log: Log): void {
  // Without a route the error is restify's own; behind one it may be any client's, with a status that means nothing here.
  const status =
    req.getRoute() === undefined && error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  // restify sends its own answer unless it believes that one was sent.
  ;(res as Response & { _sent?: boolean })._sent = true
  if (status === 404) return refuse(res, 404, 'There is nothing at this address.')
  if (status === 405)
    return refuse(res, 405, `${req.method} is not possible here: use ${String(res.getHeader('allow'))}.`)
  log.error({ err: error, route: req.path() }, 'a request failed')
  if (res.headersSent) res.destroy()
  else refuse(res, 500, 'Something went wrong inside runbot; its log says what.')
}

async function readiness(ready: () => Promise<Readiness>, timeoutMs: Millis): Promise<Readiness> {
  const late = Promise.withResolvers<Readiness>()
  const problems = [`The check did not finish within ${timeoutMs / 1000} seconds.`]
  const timer = setTimeout(() => late.resolve({ ok: false, problems }), timeoutMs)
  try {
    return await Promise.race([ready(), late.promise])
  } catch {
    return { ok: false, problems: ['The check itself failed.'] }
  } finally {
    clearTimeout(timer)
  }
}
