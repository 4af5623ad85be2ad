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
  return new PortError('unavailable', `${trace.what}: ${sentenceOf(error, code || 'no code')}`, { mayHaveHappened })
}

/** By its code alone: the messages of connections may repeat addresses with their credentials. */
function sentenceOf(error: unknown, code: string): string {
  if (code === 'ERR_PROXY_TUNNEL') {
    const { statusCode } = causeOf(error) ?? (error as { statusCode?: unknown })
    const said = typeof statusCode === 'number' ? ` (status ${statusCode})` : ''
    const hint = statusCode === 407 ? ': check user and password in HTTPS_PROXY' : ''
    return `the proxy opened no way to it${said}${hint}`
  }
  if (/^ERR_SSL_\w*ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_)/.test(code))
    return 'it did not accept the client certificate, or wants one: check tls.cert and tls.key in connectors.yaml'
  return sentences[code] ?? `the connection failed (${plainText(code, 40)})`
}

const causeOf = (error: unknown): { readonly statusCode?: unknown } | undefined =>
  error instanceof Error && typeof error.cause === 'object' ? (error.cause ?? undefined) : undefined

const untrusted =
  'its certificate is not of an authority that is trusted here: name its CA in tls.ca, or in NODE_EXTRA_CA_CERTS'

/** Node's HTTP parser and its decompression. */
const unreadable = /^(HPE_|Z_|ERR__ERROR_|ERR_BUFFER_TOO_LARGE)/

const sentences: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name could not be resolved',
  ECONNRESET: 'the connection was reset before a complete answer',
  ERR_BAD_RESPONSE: 'the connection ended before a complete answer',
  ETIMEDOUT: 'the connection timed out',
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet: compare the clocks',
  CERT_REVOKED: 'its certificate was revoked',
  EPROTO: 'TLS could not be agreed: it speaks no TLS 1.2 or newer, or no TLS at all',
  ERR_SSL_WRONG_VERSION_NUMBER: 'TLS could not be agreed: it speaks no TLS 1.2 or newer, or no TLS at all',
}
