// Owns the events that the intake benchmark sends: signed as ServiceNow's business rule signs them, ready to write.
import { randomUUID } from 'node:crypto'
import { signWebhook } from '../test/sandbox/webhooks.ts'

export const SECRET = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='

/** Whole HTTP requests, each of another event under another webhook-id. Good for five minutes. */
export function deliveries(count: number): readonly Buffer[] {
  const timestampS = Math.floor(Date.now() / 1000)
  return Array.from({ length: count }, (_, index) => {
    const id = `msg_${randomUUID()}`
    const data = { sys_id: randomUUID().replaceAll('-', ''), number: `INC${String(index).padStart(7, '0')}` }
    const body = JSON.stringify({ type: 'incident.updated', data })
    const lines = [
      'POST /api/events/servicenow HTTP/1.1',
      'host: 127.0.0.1',
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
      `webhook-id: ${id}`,
      `webhook-timestamp: ${timestampS}`,
      `webhook-signature: ${signWebhook(SECRET, id, timestampS, body)}`,
    ]
    return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)
  })
}
