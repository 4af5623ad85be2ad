// Owns the senders of a storm story: alerts as Alertmanager posts them, one request each, sent again while runbot is busy.
import { createHash } from 'node:crypto'
import type { StoryOptions } from './story.ts'

export const BEARER = 'storm-bearer-0123456789'

export interface Firing {
  /** What tells this alert from others. */
  readonly name: string
  readonly ci: string
  readonly alertname: string
  readonly status?: 'firing' | 'resolved'
  readonly startsAt?: string
}

/** The stage's files: the door is open, and alerts open incidents for the web platform. */
export const openDoors: NonNullable<StoryOptions['edit']> = (place) => {
  place.edit('connectors.yaml', (text) =>
    text
      .replace('\nsystems:\n', `\ninbound:\n  alertmanager: { bearer: "\${env:ALERTS_BEARER}" }\n\nsystems:\n`)
      .replace('\n  resolve: {', '\n  open: { group: Web Platform, fields: { category: App } }\n  resolve: {'),
  )
}

export const env = { ALERTS_BEARER: BEARER }

const START = '2026-01-31T03:00:00Z'
const NEVER = '0001-01-01T00:00:00Z'

const groupOf = ({ name, ci, alertname, status = 'firing', startsAt = START }: Firing) => ({
  version: '4',
  status,
  receiver: 'runbot',
  groupKey: `{}:{ci="${ci}"}`,
  truncatedAlerts: 0,
  groupLabels: {},
  commonLabels: {},
  commonAnnotations: {},
  externalURL: 'http://alertmanager.example',
  alerts: [
    {
      status,
      labels: { alertname, ci, severity: 'critical', probe: name },
      annotations: { summary: `5xx on ${ci}`, description: `${name}: HTTP 503 from ${ci}` },
      startsAt,
      endsAt: status === 'resolved' ? new Date(Date.parse(startsAt) + 60_000).toISOString() : NEVER,
      generatorURL: 'http://prometheus.example/graph',
      fingerprint: createHash('sha256').update(name).digest('hex').slice(0, 16),
    },
  ],
})

/** Sends one alert until runbot has stored it; answers how often it was told to come back. */
export async function send(url: string, firing: Firing): Promise<number> {
  for (let refused = 0; ; refused += 1) {
    const answer = await fetch(`${url}/api/events/alertmanager`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${BEARER}` },
      body: JSON.stringify(groupOf(firing)),
    })
    const text = await answer.text()
    if (answer.status === 202) return refused
    if (answer.status !== 503) throw new Error(`${answer.status}: ${text}`)
  }
}

/** So many at once, in order. */
export async function sendAll(url: string, firings: readonly Firing[], atOnce: number): Promise<void> {
  const left = firings.values()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const firing of left) await send(url, firing)
    }),
  )
}

/** The value of each labelled line of a metric. */
export async function metric(url: string, name: string): Promise<{ readonly [labels: string]: number }> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const lines = [...text.matchAll(new RegExp(`^${name}(?:\\{(.*?)\\})? (\\S+)$`, 'gm'))]
  return Object.fromEntries(lines.map(([, labels = '', value]) => [labels, Number(value)]))
}

export const sum = (values: { readonly [label: string]: number }): number =>
  Object.values(values).reduce((total, each) => total + each, 0)
