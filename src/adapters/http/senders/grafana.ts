// Owns what Grafana's webhook contact point sends: version 1, signed with HMAC, or bearer or basic (CONTRACTS §6.5).
import type { InboundSettings } from '../../../ports/catalog.ts'
import type { Proof, ProvenRequest, RawRequest, Reading, Sender } from '../sender.ts'
import { grafanaSchema } from './alertmanager-schema.ts'
import { groupedEvent, groupReading } from './grouped.ts'
import { headerOf, isSigned, proveAuthorization, proven, unproven, whyNotNow, words } from './proof.ts'
import { readShape } from './shape.ts'

type Settings = NonNullable<InboundSettings['grafana']>

const usualHeader = 'X-Grafana-Alerting-Signature'
const closed = 'This door is closed: hmac, bearer or basic of grafana, under inbound in connectors.yaml, opens it.'

/** Events of Grafana. Where both a signature and a credential are configured, it must send both. */
export const grafanaSender = (settings: () => Settings | undefined): Sender => ({
  source: 'grafana',
  repeats503Only: true,
  gate() {
    const current = settings()
    if (!current || (!current.hmac && current.bearer === undefined && current.basic === undefined)) return closed
    return { prove: (request) => prove(request, current), read: (request) => readAlerts(request, current) }
  },
})

function prove(request: RawRequest, settings: Settings): Proof {
  const signed = settings.hmac === undefined ? proven : proveSignature(request, settings)
  if (!signed.ok || (settings.bearer === undefined && settings.basic === undefined)) return signed
  return proveAuthorization(request.headers, settings)
}

function proveSignature({ headers, body, now }: RawRequest, settings: Settings): Proof {
  const { hmac, header = usualHeader, timestampHeader } = settings
  const wrong = (why: string): Proof => unproven('HMAC', `The request is not signed as it must be: ${why}.`)
  const signature = headerOf(headers, header)
  if (!signature) return wrong(`${header} is missing`)
  const time = timestampHeader === undefined ? undefined : headerOf(headers, timestampHeader)
  const late = timestampHeader === undefined ? undefined : whyNotNow(time, now)
  if (late !== undefined) return wrong(`${timestampHeader}: ${late}`)
  const parts = time === undefined ? [body] : [`${time}:`, body]
  return isSigned(words(hmac), parts, [signature]) ? proven : wrong('the signature does not match')
}

function readAlerts(request: ProvenRequest, settings: Settings): Reading {
  const group = readShape(grafanaSchema, request, 'group')
  if (!group.ok) return group
  const { now } = request
  const { alerts, orgId, truncatedAlerts } = group.value
  const scope = orgId === undefined ? '' : `${orgId}/`
  const events = alerts.map((each) => groupedEvent('grafana', scope, each, settings, now))
  return groupReading(events, truncatedAlerts)
}
