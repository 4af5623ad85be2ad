// Owns how senders without Standard Webhooks prove themselves: bearer, basic, and signatures in hex (CONTRACTS §6).
import { createHmac } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Instant } from '../../../core/values.ts'
import { isOneOf, same } from '../same.ts'
import type { Proof, Unproven } from '../sender.ts'

export const unproven = (scheme: string, reason: string): Unproven => ({ ok: false, status: 401, reason, scheme })
/** What a repeat is, is seen in the events themselves. */
export const proven: Proof = { ok: true, id: undefined }

/** Several secrets stand side by side while they rotate. */
export const words = (text = ''): readonly string[] => text.split(/\s+/).filter(Boolean)

export interface Credentials {
  readonly bearer?: string
  readonly basic?: readonly [user: string, password: string]
}

/** Either is enough where both are configured; a header holds one. */
export function proveAuthorization(headers: IncomingHttpHeaders, { bearer, basic }: Credentials): Proof {
  const [, scheme = '', value = ''] = /^(bearer|basic) +(\S+)$/i.exec(headers.authorization ?? '') ?? []
  if (scheme.toLowerCase() === 'bearer' && isOneOf(value, words(bearer))) return proven
  if (scheme.toLowerCase() === 'basic' && basic && same(Buffer.from(value, 'base64').toString(), basic.join(':')))
    return proven
  const wanted = bearer === undefined ? 'Basic' : 'Bearer'
  return unproven(wanted, `The request does not bear what inbound in connectors.yaml wants: Authorization: ${wanted}.`)
}

/** The first header of this name. Node's own names are in lower case. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name.toLowerCase()]
  return Array.isArray(value) ? value[0] : value
}

/** Whether one of these HMAC-SHA256 signatures, in hex, is that of the body under one of the secrets. */
export function isSigned(secrets: readonly string[], parts: readonly (string | Buffer)[], given: readonly string[]) {
  const rights = secrets.map((secret) => {
    const hmac = createHmac('sha256', secret)
    for (const part of parts) hmac.update(part)
    return hmac.digest('hex')
  })
  return given.filter((each) => isOneOf(each.toLowerCase(), rights)).length > 0
}

const toleranceS = 300

/** Why a time in Unix seconds is none, or not of now; undefined where it is. */
export function whyNotNow(time: string | undefined, now: Instant): string | undefined {
  if (time === undefined || !/^\d{1,12}$/.test(time)) return 'the time is missing, or not a number of seconds'
  const ageS = Math.floor(now / 1000) - Number(time)
  if (ageS > toleranceS) return 'the time is too old'
  return ageS < -toleranceS ? 'the time is in the future' : undefined
}
