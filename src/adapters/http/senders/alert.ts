// Owns the making of an alert of what a sender says: which CI, which symptom, and how much of each text is kept.
import type { Alert, AlertEvent } from '../../../core/alert.ts'
import { type Instant, own } from '../../../core/values.ts'
import type { AlertReading } from '../../../ports/catalog.ts'
import { linkOf, longest, oneLine, plainKey, someLines, someOf } from './text.ts'

export type Texts = { readonly [name: string]: string }

/** What a sender says, as it says it. */
export interface Told {
  readonly source: Alert['source']
  readonly key: string
  readonly status: Alert['status']
  /** The first that says something. */
  readonly titles: readonly (string | undefined)[]
  readonly lines: readonly (string | undefined)[]
  readonly severity: string | undefined
  readonly labels: Texts
  /** Names of the CI that stand in no label; after those that do. */
  readonly names?: readonly (string | undefined)[]
  /** Where no label says it; the first that says something. */
  readonly symptoms: readonly (string | undefined)[]
  readonly startsAt: Instant
  readonly endsAt: Instant | undefined
  readonly incident: string | undefined
  readonly links: readonly (string | null | undefined)[]
}

const usualCi = ['ci', 'host', 'hostname', 'instance', 'node', 'server', 'vm', 'device']
const usualSymptom = ['alertname']
const mostNames = 10
const incidentNumber = /^INC\d{3,20}$/

/** The intake event's body. `reading` says which labels name the CI and the symptom; otherwise the usual ones do. */
export function alertEvent(told: Told, reading: AlertReading): AlertEvent {
  const { source, status, labels, startsAt } = told
  const label = (name: string): string | undefined => own(labels, name)
  const first = (candidates: readonly (string | undefined)[], max: number): string =>
    candidates.map((each) => someOf(each, max)).find((each) => each !== undefined) ?? ''
  const said = (reading.ci ?? usualCi).map((name) => (name === 'instance' ? hostOf(label(name)) : label(name)))
  const names = [...said, ...(told.names ?? [])].flatMap((name) => someOf(name, longest.name) ?? [])
  const symptoms = [...(reading.symptom ?? usualSymptom).map(label), ...told.symptoms]
  const alert: Alert = {
    source,
    key: plainKey(told.key),
    status,
    title: first(told.titles, longest.title) || 'An alert without a title',
    text: someLines(told.lines.filter((line) => line !== undefined && line !== '').map(String), longest.text),
    severity: someOf(told.severity, 50) ?? null,
    cis: [...new Set(names)].slice(0, mostNames),
    symptom: first(symptoms, longest.name) || 'unknown',
    labels: kept(labels),
    startsAt,
    endsAt: status === 'resolved' ? (told.endsAt ?? null) : null,
    incident: incidentNumber.test(told.incident ?? '') ? (told.incident ?? null) : null,
    link: linkOf(...told.links),
  }
  return { type: 'alert', alert }
}

/** `name: value` of each, for the text of an alert. */
export const listed = (texts: Texts): readonly string[] =>
  Object.entries(texts).map(([name, value]) => `${name}: ${value}`)

const kept = (labels: Texts): Texts =>
  Object.fromEntries(
    Object.entries(labels)
      .slice(0, longest.labels)
      .map(([name, value]) => [oneLine(name, longest.labelName), oneLine(value, longest.labelValue)])
      .filter(([name]) => name !== ''),
  )

/** Prometheus calls `host:port`, or a URL that it probes, an instance. */
function hostOf(instance: string | undefined): string | undefined {
  if (instance === undefined) return undefined
  if (/^https?:\/\//i.test(instance)) return URL.canParse(instance) ? bare(new URL(instance).hostname) : instance
  return bare(instance.replace(/(?<=^[^:]*|\]):\d{1,5}$/, ''))
}

const bare = (host: string): string => /^\[(.*)\]$/.exec(host)?.[1] ?? host
