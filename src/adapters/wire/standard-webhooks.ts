// Owns Standard Webhooks signatures over the raw bytes of a body (CONTRACTS §8.6).
import { timingSafeEqual } from 'node:crypto'
import { Webhook } from 'standardwebhooks'

export interface SignedMessage {
  /** Each `whsec_…`; several while they rotate. */
  readonly secrets: readonly string[]
  /** Names in any case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: Uint8Array
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** `timestamp` is the sender's, of this attempt, in Unix seconds. `id` stays the same across its retries. */
export type Verified =
  | { readonly ok: true; readonly id: string; readonly timestamp: number }
  | { readonly ok: false; readonly reason: string }

const toleranceS = 300

/** Checks headers, age and signature; never throws for what a sender wrote, only for a secret that is not base64. */
export function verify(message: SignedMessage): Verified {
  const header = (name: string): string | undefined => {
    // Node's own are in lower case already.
    const found =
      message.headers[name] ?? Object.entries(message.headers).find(([each]) => each.toLowerCase() === name)?.[1]
    return typeof found === 'string' && found !== '' ? found : undefined
  }
  const id = header('webhook-id')
  const time = header('webhook-timestamp')
  const signatures = header('webhook-signature')
  if (!id || !time || !signatures)
    return { ok: false, reason: 'webhook-id, webhook-timestamp or webhook-signature is missing' }
  if (id.length > 256) return { ok: false, reason: 'webhook-id is too long' }
  const timestamp = /^\d{1,12}$/.test(time) ? Number(time) : Number.NaN
  if (Number.isNaN(timestamp)) return { ok: false, reason: 'webhook-timestamp is not a number of seconds' }
  const ageS = Math.floor(message.now / 1000) - timestamp
  if (ageS > toleranceS) return { ok: false, reason: 'webhook-timestamp is too old' }
  if (ageS < -toleranceS) return { ok: false, reason: 'webhook-timestamp is in the future' }

  const text = textOf(message.body)
  if (text === undefined) return { ok: false, reason: 'the body is not UTF-8' }
  const given = signatures.split(' ').filter((each) => each.startsWith('v1,'))
  let matches = false
  for (const secret of message.secrets) {
    const expected = sign(secret, { id, timestamp, body: text })
    for (const signature of given) if (same(signature, expected)) matches = true
  }
  return matches ? { ok: true, id, timestamp } : { ok: false, reason: 'no signature matches' }
}

/** The `webhook-signature` of one message. `timestamp` in Unix seconds. */
export function sign(secret: string, message: { id: string; timestamp: number; body: string }): string {
  return new Webhook(secret).sign(message.id, new Date(message.timestamp * 1000), message.body)
}

/** The package signs text. Only text that stands for exactly these bytes will do, a byte order mark included. */
function textOf(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    return undefined
  }
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
