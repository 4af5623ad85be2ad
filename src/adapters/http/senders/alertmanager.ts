// Owns what Prometheus Alertmanager's webhook sends: version 4, bearer or basic (CONTRACTS §6.3).
import type { InboundSettings } from '../../../ports/catalog.ts'
import type { ProvenRequest, Reading, Sender } from '../sender.ts'
import { alertmanagerSchema } from './alertmanager-schema.ts'
import { groupedEvent, groupReading } from './grouped.ts'
import { proveAuthorization } from './proof.ts'
import { readShape } from './shape.ts'

type Settings = NonNullable<InboundSettings['alertmanager']>

const closed = 'This door is closed: bearer or basic of alertmanager, under inbound in connectors.yaml, opens it.'

/** Events of Alertmanager; any 4xx makes it wait for its next group_interval, 5xx it sends again at once. */
export const alertmanagerSender = (settings: () => Settings | undefined): Sender => ({
  source: 'alertmanager',
  repeats503Only: true,
  gate() {
    const current = settings()
    if (!current || (current.bearer === undefined && current.basic === undefined)) return closed
    return {
      prove: ({ headers }) => proveAuthorization(headers, current),
      read: (request) => readAlerts(request, current),
    }
  },
})

function readAlerts(request: ProvenRequest, settings: Settings): Reading {
  const group = readShape(alertmanagerSchema, request, 'group')
  if (!group.ok) return group
  const { now } = request
  const events = group.value.alerts.map((each) => groupedEvent('alertmanager', '', each, settings, now))
  return groupReading(events, group.value.truncatedAlerts)
}
