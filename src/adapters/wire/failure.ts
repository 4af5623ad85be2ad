// Owns how a request failed without an answer, as a PortError: what kind, and whether it may have left.
import { isPortError, PortError } from '../../ports/errors.ts'
import { plainText } from './text.ts'

/** What is known of one request on its way. `left` turns true once its connection stands. */
export interface Trace {
  left: boolean
  readonly mutating: boolean
  readonly what: string
}

/**
 * The PortError of a failed send. The cause is left out on purpose: the client's errors carry the request with its
 * credentials.
 */
export function failureOf(error: unknown, trace: Trace, signal: AbortSignal): PortError {
  const mayHaveHappened = trace.mutating && trace.left
  if (signal.aborted) {
    const late = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
    const sentence = late ? 'no complete answer in time' : 'it was aborted'
    return new PortError(late ? 'timeout' : 'unavailable', `${trace.what}: ${sentence}`, { mayHaveHappened })
  }
  // Thrown on this side, by the auth or the name lookup: nothing left.
  const own = isPortError(error) ? error : causeOf(error)
  if (isPortError(own))
    return new PortError(own.kind, `${trace.what}: ${own.message}`, { retryAfterMs: own.retryAfterMs })
  const { code, message } = error instanceof Error ? (error as Error & { code?: string }) : { code: '', message: '' }
  if (message.startsWith('maxContentLength'))
    return new PortError('malformed', `${trace.what}: the answer is too large`, { mayHaveHappened })
  if (unreadable.test(code ?? ''))
    return new PortError('malformed', `${trace.what}: the answer is not HTTP that can be read`, { mayHaveHappened })
  const known = (code && sentences[code]) ?? `the connection failed (${plainText(code || 'no code', 40)})`
  return new PortError('unavailable', `${trace.what}: ${known}`, { mayHaveHappened })
}

const causeOf = (error: unknown): unknown => (error instanceof Error ? error.cause : undefined)

/** Node's HTTP parser and its decompression. */
const unreadable = /^(HPE_|Z_|ERR__ERROR_|ERR_BUFFER_TOO_LARGE)/

const sentences: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name could not be resolved',
  ECONNRESET: 'the connection was reset before a complete answer',
  ERR_BAD_RESPONSE: 'the connection ended before a complete answer',
  ETIMEDOUT: 'the connection timed out',
}
