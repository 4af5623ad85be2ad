// Owns the answer that drips: byte by byte, never silent for long, and it never ends.
import type { ServerResponse } from 'node:http'
import type { Answer } from './server.ts'

const EVERY_MS = 20

/** Goes on until the other side hangs up. The body is the right one as far as it comes, with more announced. */
export const drip = (res: ServerResponse, part: 'headers' | 'body', { status, headers = {}, body }: Answer): void => {
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body)
  if (part === 'headers') res.socket?.write(`HTTP/1.1 ${status} OK\r\nX-Drip: `)
  else {
    const length = String(Buffer.byteLength(text) + 100_000)
    res.writeHead(status, { 'content-type': 'application/json', ...headers, 'content-length': length })
    res.flushHeaders()
  }
  let sent = 0
  const timer = setInterval(() => {
    if (part === 'headers') res.socket?.write('x')
    else res.write(text[sent] ?? ' ')
    sent += 1
  }, EVERY_MS)
  res.once('close', () => clearInterval(timer))
}
