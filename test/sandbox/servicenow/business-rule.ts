// Owns the outbound business rule: an incident that changes is announced once, without retry. CONTRACTS 1.7
import { randomUUID } from 'node:crypto'
import { type Delivery, sendWebhook, type WebhookTarget } from '../webhooks.ts'
import type { Row } from './records.ts'

export type BusinessRule = WebhookTarget & {
  /** Which incidents are announced; all unless told. */
  when?: (incident: Row) => boolean
}

export const createAnnouncer = (now: () => Date) => {
  let rule: BusinessRule | null = null
  const deliveries: Delivery[] = []
  const underWay = new Set<Promise<void>>()

  const send = (target: WebhookTarget, id: string, body: string): void => {
    const sending = sendWebhook(target, id, body, now()).then((delivery) => {
      deliveries.push(delivery)
      underWay.delete(sending)
    })
    underWay.add(sending)
  }
  return {
    deliveries,
    /** Sets or, with null, switches off the rule. */
    configure(next: BusinessRule | null): void {
      rule = next
    },
    announce(incident: Row, created: boolean): void {
      if (!rule || !(rule.when?.(incident) ?? true)) return
      const data = { sys_id: incident.sys_id, number: incident.number }
      send(rule, `msg_${randomUUID()}`, JSON.stringify({ type: `incident.${created ? 'created' : 'updated'}`, data }))
    },
    /** Sends the newest delivery again under its own id, as a gateway in between might. */
    redeliver(): void {
      const last = deliveries.at(-1)
      if (rule && last) send(rule, last.id, last.body)
    },
    /** Resolves when nothing is under way. */
    async settled(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}
