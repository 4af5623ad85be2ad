// Owns how the door answers: JSON, and problems (RFC 9457) in one sentence, never with a stack.
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Json } from '../../core/values.ts'

export type Headers = Readonly<Record<string, string>>

/** On every answer; nothing here needs a browser to load or run anything. */
export const securityHeaders: Headers = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** How long a sender may go on sending what was refused already, so that it gets to read the answer. */
const lingerMs = 5_000

/** Answers with JSON, unless an answer is on its way or nobody listens any more. */
export const answer = (res: ServerResponse, status: number, body: Json, headers: Headers = {}): void =>
  send(res, status, 'application/json', JSON.stringify(body), headers)

/** Answers with a problem; `detail` is the sentence that says what is wrong and what would pass (P12). */
export function refuse(res: ServerResponse, status: number, detail: string, headers: Headers = {}): void {
  const title = STATUS_CODES[status] ?? 'Error'
  send(res, status, 'application/problem+json', JSON.stringify({ type: 'about:blank', title, status, detail }), headers)
}

export function send(res: ServerResponse, status: number, type: string, text: string, headers: Headers = {}): void {
  if (res.headersSent || res.destroyed) return
  res.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text), ...headers })
  res.end(text)
  if (!res.req.complete) dropLater(res.req)
}

/** Node discards what still comes; a sender that does not end is cut off. */
function dropLater(req: IncomingMessage): void {
  const timer = setTimeout(() => req.destroy(), lingerMs).unref()
  req.once('close', () => clearTimeout(timer))
  req.resume()
}
