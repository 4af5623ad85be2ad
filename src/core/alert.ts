// Owns what an alert is, whichever system sent it: what fires, on which CI, since when.
import type { Instant } from './values.ts'

/** One alert's news, normalised. All texts are hostile. (No interface: it is JSON.) */
export type Alert = {
  readonly source: 'alertmanager' | 'grafana' | 'pagerduty' | 'azure-monitor' | 'cloudevents'
  /** The same over the life of one alert (fingerprint, incident id): firing and resolved share it. */
  readonly key: string
  readonly status: 'firing' | 'resolved'
  readonly title: string
  /** Everything that it says, for the incident's text. */
  readonly text: string
  /** As the sender says it. */
  readonly severity: string | null
  /** Names of the CI, the likeliest first: what the CMDB is asked for until one is found. */
  readonly cis: readonly string[]
  /** What kind of trouble it is, for example the name of the alert's rule. */
  readonly symptom: string
  readonly labels: { readonly [name: string]: string }
  readonly startsAt: Instant
  readonly endsAt: Instant | null
  /** The incident's number, where the sender has opened one already. */
  readonly incident: string | null
  /** Where a person reads more; https only. */
  readonly link: string | null
}

/** Something was deployed, or rolled back: the likeliest cause of what breaks soon after. */
export type Deploy = {
  /** What tells it from others, from the sender. */
  readonly key: string
  readonly service: string
  /** Name of the CI that it went to, where it says one. */
  readonly ci: string | null
  readonly version: string
  readonly previous: string | null
  readonly at: Instant
  readonly by: string | null
  readonly link: string | null
}

/** What an intake event's body is, for those that are no incident. */
export type AlertEvent = { readonly type: 'alert'; readonly alert: Alert }
export type DeployEvent = { readonly type: 'deploy'; readonly deploy: Deploy }
