// Owns which CloudEvents are alerts or deployments, and what they become (CDEvents: github.com/cdevents/spec, continuous-deployment).
import type { DeployEvent } from '../../../core/alert.ts'
import type { Instant, Json } from '../../../core/values.ts'
import type { AlertReading } from '../../../ports/catalog.ts'
import { check } from '../schema.ts'
import { type Refused, refused } from '../sender.ts'
import { alertEvent, listed } from './alert.ts'
import { alertDataSchema, cdEventSchema, deployDataSchema } from './cloud-alert-schema.ts'
import { linkOf, longest, oneLine, plainKey } from './text.ts'

export interface CloudEvent {
  readonly id: string
  readonly source: string
  readonly type: string
  readonly time?: string
  readonly data?: Json
}

type Body = { readonly ok: true; readonly body: Json } | Refused

/** Its version follows the type: `dev.cdevents.service.deployed.0.2.0`. */
const deployed = /^dev\.cdevents\.service\.(deployed|upgraded|rolledback)\.\d/

/** What becomes of a CloudEvent; undefined for one that is no alert and no deployment. `what` begins a mistake's place. */
export function bodyOf(event: CloudEvent, reading: AlertReading, now: Instant, what: string): Body | undefined {
  const at = event.time === undefined ? now : Date.parse(event.time)
  if (event.type === 'io.runbot.alert') return alertOf(event, reading, at, what)
  if (event.type === 'io.runbot.deploy') return deployOf(event, at, what)
  return deployed.test(event.type) ? cdEventOf(event, what) : undefined
}

function alertOf({ source, data = null }: CloudEvent, reading: AlertReading, at: Instant, what: string): Body {
  const read = check(alertDataSchema, data, `${what}.data`)
  if (!read.ok) return refused(400, read.reason)
  const { key, status, title, text, severity, symptom, labels = {}, cis = [], startsAt, endsAt } = read.value
  const body = alertEvent(
    {
      source: 'cloudevents',
      key: `${source} ${key}`,
      status,
      titles: [title],
      lines: [title, text, ...listed(labels)],
      severity: severity ?? labels['severity'],
      labels,
      names: cis,
      symptoms: [title],
      startsAt: startsAt ?? at,
      endsAt: endsAt ?? at,
      incident: read.value.incident ?? labels['incident'],
      links: [read.value.link],
    },
    // What it says itself is likelier than what its labels say.
    {
      ...(cis.length > 0 ? { ci: [] } : reading.ci && { ci: reading.ci }),
      ...(reading.symptom && { symptom: reading.symptom }),
    },
  )
  const { alert } = body
  return {
    ok: true,
    body: symptom === undefined ? body : { ...body, alert: { ...alert, symptom: oneLine(symptom, longest.name) } },
  }
}

function deployOf(event: CloudEvent, at: Instant, what: string): Body {
  const read = check(deployDataSchema, event.data ?? null, `${what}.data`)
  if (!read.ok) return refused(400, read.reason)
  const { service, version, previous, ci, by, link } = read.value
  const line = (text: string | undefined): string | null => oneLine(text ?? '', longest.name) || null
  return deployment(event, {
    service: oneLine(service, longest.name),
    ci: line(ci),
    version: oneLine(version, longest.name),
    previous: line(previous),
    at: read.value.at ?? at,
    by: line(by),
    link: linkOf(link),
  })
}

function cdEventOf(event: CloudEvent, what: string): Body {
  const read = check(cdEventSchema, event.data ?? null, `${what}.data`)
  if (!read.ok) return refused(400, read.reason)
  const { context, subject } = read.value
  return deployment(event, {
    service: oneLine(subject.id, longest.name),
    ci: null,
    version: oneLine(versionOf(subject.content.artifactId), longest.name),
    previous: null,
    at: context.timestamp,
    by: null,
    link: null,
  })
}

const deployment = ({ source, id }: CloudEvent, deploy: Omit<DeployEvent['deploy'], 'key'>): Body => {
  const body: DeployEvent = { type: 'deploy', deploy: { key: plainKey(`${source} ${id}`), ...deploy } }
  return { ok: true, body }
}

/** Of a package URL (`pkg:oci/myapp@sha256%3A0b31…?tag=1.2`) what stands behind its name; a tag says it better. */
function versionOf(artifact: string): string {
  const [, named, query = ''] = /^pkg:[^@?#]*(?:@([^?#]*))?(?:\?([^#]*))?/.exec(artifact) ?? []
  const version = new URLSearchParams(query).get('tag') ?? named
  if (!version) return artifact
  try {
    return decodeURIComponent(version)
  } catch {
    return version
  }
}
