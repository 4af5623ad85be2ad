// Owns what tests of the alert doors share: a door with these settings, requests as they come, and the alerts that came of them.
import type { HttpOptions } from '../../../src/adapters/http/server.ts'
import type { Alert, Deploy } from '../../../src/core/alert.ts'
import type { InboundSettings } from '../../../src/ports/catalog.ts'
import { type Door, openDoor } from './door.ts'

/** `settings` is asked at every request. */
export const openAlertDoor = (
  settings: InboundSettings | (() => InboundSettings),
  options: Partial<HttpOptions> = {},
): Promise<Door> =>
  openDoor({ alerts: { settings: typeof settings === 'function' ? settings : () => settings }, ...options })

export const postJson = (
  door: Door,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> =>
  fetch(door.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' || body instanceof Buffer ? body : JSON.stringify(body),
  })

export const alertsOf = ({ deliveries }: Pick<Door, 'deliveries'>): readonly Alert[] =>
  deliveries.map(({ body }) => (body as { alert: Alert }).alert)

export const deploysOf = ({ deliveries }: Pick<Door, 'deliveries'>): readonly Deploy[] =>
  deliveries.map(({ body }) => (body as { deploy: Deploy }).deploy)

/** One alert of a group, as Alertmanager 0.25 writes it (CONTRACTS §6.3). */
export const grouped = (more: Readonly<Record<string, unknown>> = {}) => ({
  status: 'firing',
  labels: { alertname: 'SiteDown', instance: 'web-01:9100', severity: 'critical' },
  annotations: { summary: 'web-01 answers 503', description: 'Most requests fail.' },
  startsAt: '2026-01-01T00:00:00.123456789Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://prometheus.example:9090/graph?g0.expr=up',
  fingerprint: 'c3a1f6e2b4d59788',
  ...more,
})

export const group = (alerts: readonly unknown[] = [grouped()], more: Readonly<Record<string, unknown>> = {}) => ({
  receiver: 'runbot',
  status: 'firing',
  alerts,
  groupLabels: { alertname: 'SiteDown' },
  commonLabels: {},
  commonAnnotations: {},
  externalURL: 'http://alertmanager.example:9093',
  version: '4',
  groupKey: '{}:{alertname="SiteDown"}',
  truncatedAlerts: 0,
  ...more,
})
