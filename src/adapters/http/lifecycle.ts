// Owns how an HTTP server comes up and goes down: one clear sentence when it cannot, no request lost when it stops.
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { Millis } from '../../core/values.ts'

/** Resolves with the port. Rejects with an Error whose message says what to do. */
export async function listen(server: Server, at: { host: string; port: number }): Promise<{ readonly port: number }> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const failed = (error: Error): void => reject(new Error(whyNot(error, at), { cause: error }))
  server.once('error', failed)
  server.listen(at.port, at.host, resolve)
  await promise
  server.off('error', failed)
  const address = server.address()
  return { port: typeof address === 'object' && address ? address.port : at.port }
}

function whyNot(error: Error, { host, port }: { host: string; port: number }): string {
  const code = 'code' in error ? String(error.code) : ''
  const place = `port ${port} on ${host}`
  if (code === 'EADDRINUSE') return `${place} is already taken: stop what listens there, or set PORT to a free one`
  if (code === 'EACCES') return `${place} needs rights that this process lacks: set PORT to one above 1023`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `${host} is not an address of this machine: set HOST to one, for example 127.0.0.1 or 0.0.0.0`
  return `cannot listen on ${place} (${code || error.message})`
}

/** Stops accepting, waits up to `graceMs` for what is in flight, then cuts off the rest. A second call waits too. */
export async function close(server: Server, graceMs: Millis): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  // A connection that falls idle after its last answer would hold the server open until its keep-alive ends.
  const sweep = setInterval(() => server.closeIdleConnections(), 50)
  const cutOff = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearInterval(sweep)
  clearTimeout(cutOff)
}
