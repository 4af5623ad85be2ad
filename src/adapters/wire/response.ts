// Owns an answer as it came: status, headers, bytes, and the two ways to read them.
import { isObject, type Json } from '../../core/values.ts'
import { PortError } from '../../ports/errors.ts'
import { parseJson } from './json.ts'
import { plainText } from './text.ts'

/** `headers` have lower-case names; `json` throws PortError malformed for what is not JSON or not declared as JSON. */
export interface WireResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
  text(): string
  json(): Json
}

export function wireResponse(
  status: number,
  headers: Readonly<Record<string, string>>,
  bytes: Uint8Array,
): WireResponse {
  const text = () => new TextDecoder().decode(bytes)
  let parsed: Json | undefined
  return {
    status,
    headers,
    bytes,
    text,
    json() {
      const type = headers['content-type']
      // A hibernating or SSO-fronted system answers 200 with a page (CONTRACTS 1.2).
      if (type !== undefined && !/json/i.test(type))
        throw new PortError('malformed', `answered ${plainText(type, 60)} where JSON was expected (status ${status})`)
      try {
        parsed ??= parseJson(text())
        return parsed
      } catch {
        throw new PortError('malformed', `answered something that is not JSON (status ${status})`)
      }
    },
  }
}

/** The sentence of an RFC 9457 problem, plain and short; undefined where the answer holds none. */
export function problemOf(response: WireResponse): string | undefined {
  try {
    const body = response.json()
    if (!isObject(body)) return undefined
    const sentence = [body['detail'], body['title']].find((each) => typeof each === 'string' && each !== '')
    return typeof sentence === 'string' ? plainText(sentence) : undefined
  } catch {
    return undefined
  }
}

/** `Retry-After` in milliseconds, from seconds or an HTTP date, at most a day; undefined where there is none. */
export function retryAfterOf(response: WireResponse): number | undefined {
  const value = response.headers['retry-after']?.trim()
  if (!value) return undefined
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now()
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), 86_400_000) : undefined
}
