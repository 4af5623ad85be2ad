// Owns what PagerDuty's v3 webhook sends: signed in hex, one event each, and never a 4xx for what is merely uninteresting.
import type { Instant } from '../../../core/values.ts'
import type { InboundSettings } from '../../../ports/catalog.ts'
import { check } from '../schema.ts'
import type { Gate, Proof, ProvenRequest, RawRequest, Reading, Sender } from '../sender.ts'
import { alertEvent, listed, type Told } from './alert.ts'
import { incidentSchema, type PagerDutyIncident, pagerDutySchema } from './pagerduty-schema.ts'
import { headerOf, isSigned, proven, unproven } from './proof.ts'
import { readShape } from './shape.ts'
import { oneLine } from './text.ts'

type Settings = NonNullable<InboundSettings['pagerduty']>

const closed = 'This door is closed: secrets of pagerduty, under inbound in connectors.yaml, open it.'

/** Three events in a row that were answered 4xx switch the subscription off for a day (CONTRACTS §6.4). */
export const pagerDutySender = (settings: () => Settings | undefined): Sender => ({
  source: 'pagerduty',
  repeats503Only: true,
  gate(): Gate | string {
    const current = settings()
    if (!current?.secrets.some(Boolean)) return closed
    return {
      prove: (request) => prove(request, current.secrets.filter(Boolean)),
      read: (request) => readEvent(request, current),
    }
  },
})

const mostSignatures = 10

/** Several stand there while secrets rotate. There is no time in it: a repeat is known by its event. */
function prove({ headers, body }: RawRequest, secrets: readonly string[]): Proof {
  const signatures = (headerOf(headers, 'x-pagerduty-signature') ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each.startsWith('v1='))
    .map((each) => each.slice('v1='.length))
    .slice(0, mostSignatures)
  if (signatures.length > 0 && isSigned(secrets, [body], signatures)) return proven
  const why = signatures.length === 0 ? 'X-PagerDuty-Signature holds no v1 signature' : 'no signature matches'
  return unproven('PagerDuty', `The event is not signed as it must be: ${why}.`)
}

const statuses: { readonly [type: string]: 'firing' | 'resolved' } = {
  'incident.triggered': 'firing',
  'incident.reopened': 'firing',
  'incident.resolved': 'resolved',
}

function readEvent(request: ProvenRequest, settings: Settings): Reading {
  const read = readShape(pagerDutySchema, request, 'body')
  // It is PagerDuty's own, for it is signed: what others wrote into it must not switch the subscription off.
  if (!read.ok) return { ok: true, ignored: read.reason }
  const { id, event_type: type, occurred_at: occurredAt, data } = read.value.event
  const status = Object.hasOwn(statuses, type) ? statuses[type] : undefined
  if (status === undefined)
    return { ok: true, ignored: `${oneLine(type, 60)} does not say that anything fires or has ended.` }
  const incident = check(incidentSchema, data, 'event.data')
  if (!incident.ok) return { ok: true, ignored: incident.reason }
  const at = occurredAt ?? request.now
  // Its creation is when it began only for the one that was triggered: an end is the end of all that began before it,
  // and what fires again after an end is another episode.
  const startsAt = type === 'incident.triggered' ? (incident.value.created_at ?? at) : at
  const told = { status, startsAt, endsAt: at }
  const body = alertEvent(toldBy(incident.value, told), settings)
  return { ok: true, batch: false, events: [{ key: `pagerduty:${encodeURIComponent(id)}`, body }] }
}

function toldBy(
  incident: PagerDutyIncident,
  times: { readonly status: Told['status']; readonly startsAt: Instant; readonly endsAt: Instant },
): Told {
  const { title, service, priority, urgency, body, custom_details: details, custom_fields: fields } = incident
  const labels = { ...body.cef_details, ...body.details, ...details, ...Object.assign({}, ...fields) } as {
    [name: string]: string
  }
  const said = { service: service?.summary, priority: priority?.summary, urgency, key: incident.incident_key }
  const plain = Object.fromEntries(Object.entries(said).filter((entry): entry is [string, string] => !!entry[1]))
  return {
    source: 'pagerduty',
    key: incident.id,
    ...times,
    titles: [title],
    lines: [title, ...listed(plain), ...listed(labels)],
    severity: priority?.summary ?? urgency,
    labels: { ...plain, ...labels },
    names: [service?.summary],
    symptoms: [incident.class, labels['class'], labels['event_class'], title],
    incident: labels['incident'],
    links: [incident.html_url],
  }
}
