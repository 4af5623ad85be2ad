// Owns the SDK's client for Azure Monitor logs, on runbot's own way out: its hosts, limits, proxy and certificates.
import type { TokenCredential } from '@azure/identity'
import { LogsQueryClient, type LogsQueryClientOptions } from '@azure/monitor-query-logs'
import { isObject, type Json } from '../../../core/values.ts'
import { PortError } from '../../../ports/errors.ts'
import { originOf } from '../../wire/allow.ts'
import { portErrorOf, type WireResponse } from '../../wire/http.ts'
import { retried } from '../../wire/retry.ts'
import { plainText } from '../../wire/text.ts'
import { tokens } from '../azure-tokens.ts'
import { baseUrl, type System } from '../system.ts'

type HttpClient = NonNullable<LogsQueryClientOptions['httpClient']>
type Sent = Awaited<ReturnType<HttpClient['sendRequest']>>

/** The token is asked for by runbot, which says in a sentence why there is none; nobody asks this one. */
const nobody: TokenCredential = { getToken: async () => null }
const version = 'v1'

/**
 * The identity's token goes to the system's own origin alone; `auth` in connectors.yaml takes its place. What is not a
 * 200 rejects with a PortError that says Azure's own sentence.
 */
export function logsClient({ wire, settings }: System, credential?: TokenCredential): LogsQueryClient {
  const source = settings.auth ? undefined : tokens(`${originOf(settings.url) ?? ''}/.default`, credential)
  const reads = retried(wire, { withinMs: settings.timeoutMs })
  const httpClient: HttpClient = {
    async sendRequest(request) {
      const { 'user-agent': _agent, 'accept-encoding': _encoding, ...headers } = request.headers.toJSON()
      const response = await reads.send({
        method: 'POST',
        url: request.url,
        headers: { ...headers, ...(await source?.headers()) },
        bytes: Buffer.from(typeof request.body === 'string' ? request.body : ''),
        // A query changes nothing.
        mutating: false,
        ...(request.abortSignal ? { signal: request.abortSignal as AbortSignal } : {}),
      })
      if (response.status === 401) source?.drop()
      if (response.status !== 200) throw refusalOf(response)
      // A page of a proxy is no answer.
      response.json()
      return answered(request, response)
    },
  }
  const client = new LogsQueryClient(nobody, {
    endpoint: `${baseUrl(settings.url)}/${version}`,
    httpClient,
    retryOptions: { maxRetries: 0 },
    redirectOptions: { maxRetries: 0 },
  })
  client.pipeline.removePolicy({ name: 'bearerTokenAuthenticationPolicy' })
  return client
}

function answered(request: Sent['request'], { status, headers, text }: WireResponse): Sent {
  const all = new Map(Object.entries(headers))
  return {
    request,
    status,
    bodyAsText: text(),
    headers: {
      get: (name) => all.get(name.toLowerCase()),
      has: (name) => all.has(name.toLowerCase()),
      set: (name, value) => void all.set(name.toLowerCase(), String(value)),
      delete: (name) => void all.delete(name.toLowerCase()),
      toJSON: () => Object.fromEntries(all),
      [Symbol.iterator]: () => all.entries(),
    },
  }
}

/** The innermost error says what is wrong with the query; the outer ones say that something is. */
function refusalOf(response: WireResponse): PortError {
  const { kind, message, retryAfterMs } = portErrorOf(response, 'the query')
  const said = /json/i.test(response.headers['content-type'] ?? '') ? innermost(jsonOf(response)) : undefined
  return new PortError(kind, said === undefined ? message : `${message}, ${plainText(said)}`, { retryAfterMs })
}

function jsonOf(response: WireResponse): Json {
  try {
    return response.json()
  } catch {
    return null
  }
}

/** https://learn.microsoft.com/azure/azure-monitor/logs/api/errors: `error.innererror`, as deep as it goes. */
function innermost(json: Json): string | undefined {
  let at = isObject(json) ? json['error'] : undefined
  let said: string | undefined
  while (isObject(at)) {
    const { message, innererror } = at
    if (typeof message === 'string') said = message
    at = innererror
  }
  return said
}
