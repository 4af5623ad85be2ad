// Owns reading a request's body: whole and raw, within a size and a time.
import type { IncomingMessage } from 'node:http'
import type { Millis } from '../../core/values.ts'

export interface BodyLimits {
  readonly bytes: number
  readonly timeoutMs: Millis
}

export type Body =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly why: 'tooLarge' | 'tooSlow' | 'aborted' }

/** What an unread body is answered with; undefined where nobody listens any more. */
export function whyUnread(
  why: Extract<Body, { ok: false }>['why'],
  limits: BodyLimits,
): { readonly status: 408 | 413; readonly reason: string } | undefined {
  if (why === 'aborted') return undefined
  if (why === 'tooSlow') return { status: 408, reason: `The body took longer than ${limits.timeoutMs / 1000} seconds.` }
  return { status: 413, reason: `The body is larger than ${limits.bytes} bytes.` }
}

/**
 * Reads the body. A Content-Length over the limit is refused before a byte is read, a chunked body as soon as it
 * passes the limit. Never rejects.
 */
export function readBody(req: IncomingMessage, limits: BodyLimits): Promise<Body> {
  if (Number(req.headers['content-length'] ?? 0) > limits.bytes) return Promise.resolve({ ok: false, why: 'tooLarge' })
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    const finish = (body: Body): void => {
      clearTimeout(timer)
      req.off('data', onData).off('end', onEnd).off('close', onClose)
      resolve(body)
    }
    const onData = (chunk: Buffer): void => {
      size += chunk.length
      if (size > limits.bytes) finish({ ok: false, why: 'tooLarge' })
      else chunks.push(chunk)
    }
    const onEnd = (): void => finish({ ok: true, bytes: Buffer.concat(chunks, size) })
    const onClose = (): void => finish({ ok: false, why: 'aborted' })
    const timer = setTimeout(() => finish({ ok: false, why: 'tooSlow' }), limits.timeoutMs)
    req.on('data', onData).on('end', onEnd).on('close', onClose)
    // Stays after the end: an error without a listener would end the process.
    req.on('error', onClose)
  })
}
