// Owns what Alertmanager and Grafana have in common: a request is a group of alerts, and each is an event of its own.
import type { AlertReading } from '../../../ports/catalog.ts'
import type { Event, ProvenRequest, Reading } from '../sender.ts'
import { alertEvent, listed, type Told } from './alert.ts'
import type { GroupedAlert } from './alertmanager-schema.ts'

/**
 * `repeat_interval` sends what still fires again and again: the same alert, start and status are the same event.
 * `scope` tells fingerprints apart that were made in different places.
 */
export function groupedEvent(
  source: Extract<Told['source'], 'alertmanager' | 'grafana'>,
  scope: string,
  each: GroupedAlert,
  reading: AlertReading,
  now: ProvenRequest['now'],
): Event {
  const { status, labels, annotations, fingerprint, startsAt, endsAt } = each
  const { summary, title, description, message, ...notes } = annotations
  const body = alertEvent(
    {
      source,
      key: `${scope}${fingerprint}`,
      status,
      titles: [summary, title, labels['alertname']],
      lines: [summary, title, description, message, ...listed(notes), each.valueString, ...listed(labels)],
      severity: labels['severity'] ?? labels['priority'],
      labels,
      symptoms: [labels['alertname']],
      startsAt: startsAt ?? now,
      endsAt,
      incident: annotations['incident'] ?? labels['incident'],
      links: [each.panelURL, each.dashboardURL, each.generatorURL],
    },
    reading,
  )
  return { key: `${source}:${scope}${encodeURIComponent(fingerprint)}:${startsAt ?? 0}:${status}`, body }
}

/** `truncated`: how many alerts the sender left out of the group; they never come. */
export const groupReading = (events: readonly Event[], truncated = 0): Reading => ({
  ok: true,
  batch: true,
  events,
  ...(truncated > 0
    ? { warning: `${truncated} alerts were left out by the sender: make its groups smaller (docs/intakes.md)` }
    : {}),
})
