// Owns outgoing Standard Webhooks: how a sandbox system signs an event and sends it once.
import { createHmac } from 'node:crypto'

export type WebhookTarget = { url: string; secret: string }

export type Delivery = { id: string; body: string; at: string; status: number | null; error: string | null }

/** The signature over `id.timestamp.body`, the key being what follows `whsec_`, base64. CONTRACTS 1.7, 8 (6). */
export const signWebhook = (secret: string, id: string, timestampS: number, body: string): string => {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  return `v1,${createHmac('sha256', key).update(`${id}.${timestampS}.${body}`).digest('base64')}`
}

/** Sends one attempt; whatever becomes of it is in the result, nothing throws. */
export const sendWebhook = async (target: WebhookTarget, id: string, body: string, at: Date): Promise<Delivery> => {
  const timestampS = Math.floor(at.getTime() / 1000)
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(timestampS),
    'webhook-signature': signWebhook(target.secret, id, timestampS, body),
  }
  const sent = { id, body, at: at.toISOString() }
  try {
    const signal = AbortSignal.timeout(10_000)
    const response = await fetch(target.url, { method: 'POST', headers, body, redirect: 'manual', signal })
    await response.arrayBuffer()
    return { ...sent, status: response.status, error: null }
  } catch (error) {
    return { ...sent, status: null, error: error instanceof Error ? error.message : String(error) }
  }
}
