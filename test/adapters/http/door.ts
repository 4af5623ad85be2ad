// Owns a running door for tests: the real server on a free port, a fake app behind it, its log captured.
import { createLog } from '../../../src/adapters/http/log.ts'
import { createMetrics } from '../../../src/adapters/http/metrics.ts'
import { type HttpOptions, httpServer } from '../../../src/adapters/http/server.ts'
import { sign } from '../../../src/adapters/wire/standard-webhooks.ts'
import type { Delivery } from '../../../src/ports/inbound.ts'

/** The secret of the CONTRACTS §6 test vector, and one that is being rotated in. */
export const secret = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='
export const nextSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
/** 2026-01-01T00:00:00Z, the time of the test vector. */
export const nowS = 1_767_225_600

export const incident = (number = 'INC0010001') =>
  JSON.stringify({ type: 'incident.updated', data: { sys_id: 'A'.repeat(32), number } })

export interface Door {
  readonly url: string
  readonly port: number
  readonly deliveries: Delivery[]
  readonly log: () => string
  readonly close: () => Promise<void>
  readonly text: (path: string) => Promise<string>
  /** Posts signed as told; `body` goes out as it is. */
  readonly post: (path: string, body: string | Buffer, how?: Partial<Signing>) => Promise<Response>
}

export interface Signing {
  readonly id: string
  readonly timestamp: number
  readonly secret: string
  /** null leaves a header out. */
  readonly headers: Readonly<Record<string, string | null>>
}

/** Opens a door. The fake app gives ids `event-1`, `event-2`, … by delivery key. */
export async function openDoor(options: Partial<HttpOptions> = {}): Promise<Door> {
  const deliveries: Delivery[] = []
  const ids = new Map<string, string>()
  const lines: string[] = []
  const metrics = createMetrics({ defaults: false })
  const server = httpServer({
    host: '127.0.0.1',
    port: 0,
    inbound: {
      accept: async (delivery) => {
        deliveries.push(delivery)
        const id = ids.get(delivery.key) ?? `event-${ids.size + 1}`
        ids.set(delivery.key, id)
        return { id }
      },
    },
    messages: async (req, res) => {
      res.send(200, { got: req.body as unknown })
    },
    ready: async () => ({ ok: true, problems: [] }),
    metrics,
    log: createLog({ level: 'debug', secrets: () => [secret], stream: { write: (line) => void lines.push(line) } }),
    webhookSecrets: { serviceNow: [secret, nextSecret], events: [secret] },
    closeGraceMs: 200,
    now: () => nowS * 1000,
    ...options,
  })
  const { port } = await server.listen()
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    port,
    deliveries,
    log: () => lines.join(''),
    close: server.close,
    text: async (path) => (await fetch(url + path)).text(),
    post: (path, body, how = {}) => fetch(url + path, { method: 'POST', body, headers: signed(body, how) }),
  }
}

export function signed(body: string | Buffer, how: Partial<Signing> = {}): Record<string, string> {
  const { id = 'msg_1', timestamp = nowS, headers = {} } = how
  const all = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': sign(how.secret ?? secret, { id, timestamp, body: String(body) }),
    ...headers,
  }
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null))
}

/** Status and the problem's sentence, or the body, of an answer. */
export async function read(
  answer: Response,
): Promise<{ status: number; body: Record<string, unknown>; detail: string }> {
  const body = (await answer.json()) as Record<string, unknown>
  return { status: answer.status, body, detail: String(body['detail'] ?? '') }
}
