// Owns the loopback HTTP server under every sandbox system: whole bodies, a log of requests, faults, ports.
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { drip } from './drip.ts'
import { createFaults, type Faults, type Struck } from './faults.ts'

/** One request as it arrived; `body` is parsed where it is JSON, else text, and `raw` its bytes. */
export type Call = {
  method: string
  path: string
  segments: string[]
  query: Record<string, string>
  headers: IncomingHttpHeaders
  body: unknown
  raw: Buffer
  at: string
  /** The status answered; absent while under way and where the socket died. */
  status?: number
}

/** `body`: text and bytes go out as they are, anything else as JSON, undefined as nothing. */
export type Answer = { status: number; headers?: Record<string, string>; body?: unknown }

export type Handler = (call: Call) => Answer | Promise<Answer>

export type ServeOptions = { handler: Handler; port?: number; faults?: Faults; now?: () => Date }

export type Server = {
  url: string
  port: number
  faults: Faults
  requests: Call[]
  /** Closes the port, so that connections are refused, until `up`. */
  down: () => Promise<void>
  up: () => Promise<void>
  stop: () => Promise<void>
}

export const serve = async (options: ServeOptions): Promise<Server> => {
  const { handler, faults = createFaults(), now = () => new Date() } = options
  const requests: Call[] = []

  const handle = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const head = headOf(req, now())
    if (faults.strikeUnread(head)) {
      requests.push(head)
      req.socket.resetAndDestroy()
      return
    }
    const call = await readCall(req, head)
    requests.push(call)
    const struck = faults.strike(call)
    if (!struck) return send(res, call, await work(handler, call))
    const { fault } = struck
    const done = struck.commit ? await work(handler, call) : null
    if (typeof fault === 'object' && 'drip' in fault) return drip(res, fault.drip, done ?? { status: 200 })
    const answer = await spoil(struck, () => done ?? work(handler, call))
    if (answer) send(res, call, answer)
    else req.socket.destroy()
  }

  const server = createServer((req, res) => {
    handle(req, res).catch(() => res.destroy())
  })
  const listen = async (port: number): Promise<number> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  const down = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  const port = await listen(options.port ?? 0)
  const up = async (): Promise<void> => {
    if (!server.listening) await listen(port)
  }
  return { url: `http://127.0.0.1:${port}`, port, faults, requests, down, up, stop: down }
}

/** A bug in a sandbox system shows as a 500 with its stack, never as silence. */
const work = async (handler: Handler, call: Call): Promise<Answer> => {
  try {
    return await handler(call)
  } catch (error) {
    return { status: 500, body: { bug: error instanceof Error ? error.stack : String(error) } }
  }
}

/** The answer as the fault leaves it; null where nothing is to be answered. */
const spoil = async ({ fault }: Struck, answer: () => Answer | Promise<Answer>): Promise<Answer | null> => {
  if (fault === 'reset-unread' || fault === 'reset-before' || fault === 'reset-after-commit' || fault === 'down')
    return null
  if (fault === 'html')
    return { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Hibernating</html>' }
  if (fault === 'garbage')
    return { status: 200, headers: { 'content-type': 'application/json' }, body: '{"result":[{"' }
  if ('status' in fault) return fault
  if ('rewrite' in fault) return fault.rewrite(await answer())
  if ('slow' in fault) await sleep(fault.slow)
  return answer()
}

const headOf = (req: IncomingMessage, at: Date): Call => {
  const url = new URL(req.url ?? '/', 'http://sandbox')
  return {
    method: req.method ?? 'GET',
    path: url.pathname,
    segments: url.pathname.split('/').filter(Boolean).map(decodeURIComponent),
    query: Object.fromEntries(url.searchParams),
    headers: req.headers,
    body: '',
    raw: Buffer.alloc(0),
    at: at.toISOString(),
  }
}

const readCall = async (req: IncomingMessage, head: Call): Promise<Call> => {
  const raw = await buffer(req)
  return { ...head, raw, body: parseBody(raw, req.headers['content-type'] ?? '') }
}

const parseBody = (raw: Buffer, contentType: string): unknown => {
  const text = raw.toString('utf8')
  if (!contentType.includes('json')) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const send = (res: ServerResponse, call: Call, { status, headers = {}, body }: Answer): void => {
  call.status = status
  const verbatim = typeof body === 'string' || Buffer.isBuffer(body)
  const json = !verbatim && body !== undefined
  res.writeHead(status, { ...(json ? { 'content-type': 'application/json;charset=UTF-8' } : {}), ...headers })
  res.end(verbatim ? body : json ? JSON.stringify(body) : undefined)
}

/** The request's body where it is a JSON object, else null. */
export const objectOf = (call: Call): Record<string, unknown> | null =>
  typeof call.body === 'object' && call.body !== null && !Array.isArray(call.body)
    ? (call.body as Record<string, unknown>)
    : null
