// Owns plain HTTP as an endpoint: one exchange with a listed host, whose answer is the result.
import type { PlannedRequest } from '../../../core/plan.ts'
import { isObject, type Json } from '../../../core/values.ts'
import type { Endpoint, Progress } from '../../../ports/endpoint.ts'
import { isPortError, PortError } from '../../../ports/errors.ts'
import { portErrorOf, type WireRequest, type WireResponse } from '../../wire/http.ts'
import { cappedJson, cappedText } from '../capped.ts'
import { endsAtOnce } from '../ends-at-once.ts'
import { isPage } from '../page.ts'
import { type System, timeLeft } from '../system.ts'

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])
const maxTextBytes = 64 * 1024
const maxBytes = 1024 * 1024

/** `with` is `{url, headers?, body?}`; `result` is `{status, headers, body}` (DESIGN §9). Follows no redirect. */
export function httpEndpoint(system: System): Endpoint {
  return {
    ...endsAtOnce('an http request'),
    idempotent: false,
    describe(request) {
      const { url, body } = isObject(request.with) ? request.with : {}
      return `${methodOf(request)} ${String(url)}${body === undefined ? '' : ` ${JSON.stringify(body)}`}`
    },
    async launch(launch) {
      const { request, key } = launch
      const { method, url, headers, body } = exchangeOf(request)
      const timeoutMs = Math.min(timeLeft(system, launch), request.timeoutMs)
      const sent: WireRequest = { method, url, headers: { Accept: '*/*', ...headers }, timeoutMs, maxBytes }
      const exchange = system.wire.send({ ...sent, ...contentFor(body) })
      return isRead(method) ? checked(key, exchange) : changed(key, request, await exchange)
    },
  }
}

/** A check asks how things are: an error status is an answer, and so is that nobody answers. */
async function checked(handle: string, exchange: Promise<WireResponse>): Promise<Progress> {
  try {
    const response = await exchange
    return ended(handle, 'succeeded', `status ${response.status}`, resultOf(response))
  } catch (error) {
    if (!isPortError(error) || error.kind === 'denied') throw error
    return ended(handle, 'failed', error.message, null)
  }
}

/** A change counts as made only on a plain 2xx; a page, a redirect or a 5xx leaves it unknown (DESIGN §9). */
function changed(handle: string, request: PlannedRequest, response: WireResponse): Progress {
  const { status } = response
  const page = isPage(response)
  if (status >= 200 && status < 300 && !page) return ended(handle, 'succeeded', `status ${status}`, resultOf(response))
  if (status >= 200 && status < 300)
    throw new PortError('malformed', `${request.do}: a page came as the answer`, { mayHaveHappened: true })
  throw portErrorOf(response, request.do, { mutating: true })
}

const ended = (handle: string, outcome: 'succeeded' | 'failed', reason: string, result: Json): Progress => ({
  state: 'ended',
  handle,
  outcome,
  reason,
  result,
})

function resultOf(response: WireResponse): Json {
  const { 'set-cookie': _session, ...headers } = response.headers
  return { status: response.status, headers, body: contentOf(response) }
}

function contentOf(response: WireResponse): Json {
  if (/json/i.test(response.headers['content-type'] ?? ''))
    try {
      return cappedJson(response.json())
    } catch {
      // Declared as JSON and is not: what came is still worth showing.
    }
  return cappedText(response.text(), maxTextBytes)
}

interface Exchange {
  readonly method: WireRequest['method']
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Json | undefined
}

/** Refuses a mutating method in an operation of tier 0: those are read-only. */
function exchangeOf(request: PlannedRequest): Exchange {
  const method = methodOf(request)
  const wrong = (why: string) => new PortError('malformed', `${request.do}: ${why}`)
  if (!methods.has(method)) throw wrong('its method is not one of HTTP')
  if (request.tier === 0 && !isRead(method)) throw new PortError('denied', `${request.do}: tier 0 only reads`)
  const given = isObject(request.with) ? request.with : {}
  const { url, body, headers = {} } = given
  if (typeof url !== 'string') throw wrong('with.url is missing')
  if (body !== undefined && isRead(method)) throw wrong(`a ${method} has no body`)
  if (!isObject(headers)) throw wrong('with.headers is not an object')
  return { method: method as Exchange['method'], url, headers: headersOf(headers, wrong), body }
}

/** These belong to the connection or choose another host behind the listed one. */
const reserved = /^(host|connection|content-length|transfer-encoding|te|trailer|upgrade|expect|keep-alive|proxy-.*)$/i

function headersOf(headers: Readonly<Record<string, Json>>, wrong: (why: string) => PortError): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]): [string, string] => {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || reserved.test(name)) throw wrong(`the header ${name} cannot be set`)
    const text = String(value)
    if (!/^[\x20-\x7e]*$/.test(text)) throw wrong(`the header ${name} is not plain ASCII`)
    return [name, text]
  })
  return Object.fromEntries(entries)
}

/** Text goes out as it is, anything else as JSON. */
function contentFor(body: Json | undefined): Pick<WireRequest, 'json' | 'bytes'> {
  if (body === undefined) return {}
  return typeof body === 'string' ? { bytes: Buffer.from(body) } : { json: body }
}

const methodOf = (request: PlannedRequest): string => String(request.detail['method'] ?? 'GET').toUpperCase()
const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD'
