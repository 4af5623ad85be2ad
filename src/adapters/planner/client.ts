// Owns one question to an OpenAI-compatible server: through the wire's hosts and limits, once, and what came of it.
import type { AccessToken, TokenCredential } from '@azure/identity'
import type { ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat/completions'
import type { PlannerSettings } from '../../ports/catalog.ts'
import { isPortError, PortError, type PortErrorKind } from '../../ports/errors.ts'
import { isAllowEntry, originOf } from '../wire/allow.ts'
import { type WireRequest, wire } from '../wire/http.ts'

/** `ask` resolves with the text of the answer; rejects with PortError, its message a sentence without prompt or key. */
export interface ModelClient {
  ask(
    body: Pick<ChatCompletionCreateParamsNonStreaming, 'messages' | 'response_format'>,
    signal: AbortSignal,
  ): Promise<string>
}

export interface ClientOptions {
  readonly settings: PlannerSettings
  readonly proxyFromEnv?: boolean
  /** Where no key is given, for Azure; the identity of this process unless told. */
  readonly credential?: TokenCredential
}

const MAX_BYTES = 256 * 1024
const MAX_TOKENS = 1_500
/** https://learn.microsoft.com/azure/foundry/openai/api-version-lifecycle */
const AZURE_SCOPE = 'https://ai.azure.com/.default'

/** The package is loaded with the first question: nobody pays for it who configures no model. */
export function modelClient({ settings, proxyFromEnv = false, credential }: ClientOptions): ModelClient {
  const { kind, url, model, key, timeoutMs } = settings
  const origin = originOf(url)
  let source = credential
  const token = async (): Promise<string> => {
    source ??= new (await import('@azure/identity')).DefaultAzureCredential()
    const got: AccessToken | null = await source.getToken(AZURE_SCOPE).catch(() => null)
    if (!got) throw new PortError('denied', 'no identity of this machine gave a token for it')
    return got.token
  }
  const out = wire({
    allow: origin && isAllowEntry(origin) ? [origin] : [],
    timeoutMs,
    maxBytes: MAX_BYTES,
    proxyFromEnv,
    auth: async () => {
      if (kind === 'azure-openai' && key !== null) return { 'api-key': key }
      if (kind === 'azure-openai') return { Authorization: `Bearer ${await token()}` }
      return key === null ? {} : { Authorization: `Bearer ${key}` }
    },
  })
  /** The package's own way out knows no list of hosts, no limit of size, and follows redirects. */
  const fetch = async (to: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const { status, headers, bytes } = await out.send(requestOf(to, init))
    return new Response(status === 204 || status === 304 ? null : Buffer.from(bytes), { status, headers })
  }
  const clientOf = async () => {
    const { OpenAI } = await import('openai')
    return new OpenAI({
      // Said outright, for the package would take what is missing from the environment.
      apiKey: 'set-by-the-wire',
      adminAPIKey: null,
      organization: null,
      project: null,
      webhookSecret: null,
      baseURL: kind === 'azure-openai' && !url.endsWith('/openai/v1') ? `${url}/openai/v1` : url,
      logLevel: 'off',
      maxRetries: 0,
      timeout: timeoutMs,
      fetch,
    })
  }
  let client: ReturnType<typeof clientOf> | undefined
  return {
    async ask(body, signal) {
      try {
        client ??= clientOf()
        const answer = await (await client).chat.completions.create(
          { ...body, model, temperature: 0, max_completion_tokens: MAX_TOKENS, stream: false },
          { signal },
        )
        return textOf(answer)
      } catch (error) {
        throw signal.aborted ? new PortError('timeout', sentences.timeout) : failureOf(error)
      }
    },
  }
}

/** What the answer's first choice says, as far as the server kept to the protocol. */
function textOf(answer: unknown): string {
  const { choices } = (answer ?? {}) as {
    choices?: readonly { message?: { content?: unknown; refusal?: unknown }; finish_reason?: unknown }[]
  }
  const choice = Array.isArray(choices) ? choices[0] : undefined
  if (typeof choice?.message?.refusal === 'string' && choice.message.refusal !== '')
    throw new PortError('malformed', 'it refused to answer')
  if (choice?.finish_reason === 'length') throw new PortError('malformed', 'its answer was too long')
  if (typeof choice?.message?.content !== 'string') throw new PortError('malformed', sentences.malformed)
  return choice.message.content
}

function requestOf(to: string | URL | Request, { method, headers, body, signal }: RequestInit): WireRequest {
  const plain = Object.fromEntries(new Headers(headers))
  // The wire sets its own.
  delete plain['authorization']
  return {
    method: (method ?? 'GET') as WireRequest['method'],
    url: typeof to === 'string' ? to : to instanceof URL ? to.href : to.url,
    headers: plain,
    ...(typeof body === 'string' ? { bytes: Buffer.from(body) } : {}),
    ...(signal ? { signal } : {}),
    // It changes nothing over there; twice costs money, not harm.
    mutating: false,
  }
}

const sentences: Readonly<Record<PortErrorKind, string>> = {
  timeout: 'it did not answer in time',
  unavailable: 'it cannot be reached',
  throttled: 'it takes no more questions for now',
  denied: 'it does not let runbot in',
  notFound: 'there is no such model',
  conflict: 'it does not take the question',
  malformed: 'its answer cannot be read',
}

/** By its kind alone: the package's errors, and the server's own words, may repeat the question. */
function failureOf(error: unknown): PortError {
  if (isPortError(error)) return new PortError(error.kind, ownSentence(error), { retryAfterMs: error.retryAfterMs })
  const { status, cause } =
    error instanceof Error ? (error as Error & { status?: unknown }) : { status: undefined, cause: undefined }
  if (isPortError(cause)) return failureOf(cause)
  const kind = typeof status === 'number' ? kindOf(status) : 'malformed'
  return new PortError(kind, kind === 'malformed' && status === 400 ? sentences.conflict : sentences[kind])
}

/** What this file itself found to say; anything else is said by its kind. */
const ownSentence = ({ kind, message }: PortError): string =>
  /^(?:its? |no identity )/.test(message) ? message : sentences[kind]

function kindOf(status: number): PortErrorKind {
  if (status === 401 || status === 403) return 'denied'
  if (status === 404) return 'notFound'
  if (status === 408) return 'timeout'
  if (status === 429) return 'throttled'
  return status >= 500 ? 'unavailable' : 'malformed'
}
