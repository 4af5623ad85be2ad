// Owns the shape of what Alertmanager and Grafana send (CONTRACTS §6.3, §6.5); what is more is tolerated.
import { z } from 'zod'
import { key, maybe, maybeTime, texts, time } from './schema.ts'

const alert = z.object(
  {
    status: z.enum(['firing', 'resolved'], 'must be firing or resolved'),
    labels: texts,
    annotations: texts.default({}),
    startsAt: time,
    endsAt: maybeTime,
    fingerprint: key,
    generatorURL: maybe,
    // Grafana's own.
    dashboardURL: maybe,
    panelURL: maybe,
    valueString: maybe,
  },
  'must be an object with status, labels, startsAt and fingerprint',
)
export type GroupedAlert = z.infer<typeof alert>

const group = {
  alerts: z.array(alert, 'must be a list of alerts'),
  truncatedAlerts: z.number().optional().catch(undefined),
}
const what = 'must be an object with version and alerts'

export const alertmanagerSchema = z.object(
  { ...group, version: z.literal('4', 'must be "4": Grafana sends to /api/events/grafana') },
  what,
)
export const grafanaSchema = z.object(
  {
    ...group,
    version: z.literal('1', 'must be "1": Alertmanager sends to /api/events/alertmanager'),
    orgId: z.number().int().optional().catch(undefined),
  },
  what,
)
