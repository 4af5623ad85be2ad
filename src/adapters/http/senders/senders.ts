// Owns which systems have a door of their own for alerts.
import type { Instant } from '../../../core/values.ts'
import type { InboundSettings } from '../../../ports/catalog.ts'
import type { Sender } from '../sender.ts'
import { alertmanagerSender } from './alertmanager.ts'
import { azureMonitorSender } from './azure-monitor.ts'
import { type EntraOptions, entraProof } from './entra.ts'
import { grafanaSender } from './grafana.ts'
import { pagerDutySender } from './pagerduty.ts'

export interface AlertDoors {
  /** `inbound` of connectors.yaml as it is now; asked at every request. */
  readonly settings: () => InboundSettings
  /** For Azure Monitor's secure webhook. */
  readonly entra?: EntraOptions
}

/** Each takes events at `/api/events/<source>`, and is closed while its part of `inbound` is missing. */
export const alertSenders = ({ settings, entra = {} }: AlertDoors, now: () => Instant): readonly Sender[] => [
  alertmanagerSender(() => settings().alertmanager),
  grafanaSender(() => settings().grafana),
  pagerDutySender(() => settings().pagerduty),
  azureMonitorSender(() => settings()['azure-monitor'], entraProof({ ...entra, now })),
]
