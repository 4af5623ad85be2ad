// Owns what Azure Monitor's action groups send: the common alert schema, proven by a token in the URL or by Entra.
import type { InboundSettings } from '../../../ports/catalog.ts'
import { isOneOf } from '../same.ts'
import type { Proof, ProvenRequest, RawRequest, Reading, Sender } from '../sender.ts'
import { alertEvent, listed, type Told } from './alert.ts'
import { type AzureAlert, azureMonitorSchema } from './azure-monitor-schema.ts'
import type { EntraProof } from './entra.ts'
import { proven, unproven, words } from './proof.ts'
import { readShape } from './shape.ts'

type Settings = NonNullable<InboundSettings['azure-monitor']>

const closed = 'This door is closed: token or entra of azure-monitor, under inbound in connectors.yaml, opens it.'

/** A 500 is not sent again, and three failures in a row bring 15 minutes of silence (CONTRACTS §6.6). */
export const azureMonitorSender = (settings: () => Settings | undefined, entra: EntraProof): Sender => ({
  source: 'azure-monitor',
  repeats503Only: true,
  gate() {
    const current = settings()
    if (!current || (words(current.token).length === 0 && !current.entra)) return closed
    return {
      prove: (request) => prove(request, current, entra),
      read: (request) => readAlert(request, current),
    }
  },
})

/** Where both are configured either is enough, so that one can take the other's place without a gap. */
async function prove({ url, headers }: RawRequest, { token, entra }: Settings, believe: EntraProof): Promise<Proof> {
  const given = new URLSearchParams(url.split('?').slice(1).join('?')).getAll('token')
  if (given.length === 1 && isOneOf(given[0] ?? '', words(token))) return proven
  if (entra) return believe(headers.authorization ?? '', entra)
  return unproven('Token', 'The address does not bear the token of inbound in connectors.yaml: end it with ?token=….')
}

function readAlert(request: ProvenRequest, settings: Settings): Reading {
  const read = readShape(azureMonitorSchema, request, 'body')
  if (!read.ok) return read
  const { alertId, monitorCondition } = read.value.data.essentials
  const body = alertEvent(toldBy(read.value.data, request.now), settings)
  const key = `azure-monitor:${encodeURIComponent(alertId)}:${monitorCondition}`
  return { ok: true, batch: false, events: [{ key, body }] }
}

function toldBy({ essentials, alertContext, customProperties }: AzureAlert, now: number): Told {
  const { alertRule, description, severity, signalType, monitoringService } = essentials
  const broken = alertContext?.condition.allOf ?? []
  const dimensions = broken.flatMap((each) => each.dimensions ?? []).map(({ name, value }) => [name, value])
  const said = { alertRule, severity, signalType, monitoringService, metric: broken[0]?.metricName }
  const plain = Object.fromEntries(Object.entries(said).filter((entry): entry is [string, string] => !!entry[1]))
  const labels = { ...plain, ...(Object.fromEntries(dimensions) as Record<string, string>), ...customProperties }
  const targets = essentials.alertTargetIDs ?? []
  return {
    source: 'azure-monitor',
    key: essentials.alertId,
    status: essentials.monitorCondition === 'Fired' ? 'firing' : 'resolved',
    titles: [alertRule, description],
    lines: [alertRule, description, ...listed(labels), ...targets],
    severity,
    labels,
    names: [...targets, ...(essentials.configurationItems ?? [])].map(lastOf),
    symptoms: [alertRule],
    startsAt: essentials.firedDateTime ?? now,
    endsAt: essentials.resolvedDateTime,
    incident: customProperties['incident'],
    links: [essentials.investigationLink],
  }
}

/** Of a resource's id, the name of the resource. */
const lastOf = (id: string): string | undefined => id.split('/').findLast((part) => part !== '')
