// Owns what is odd about `inbound` in connectors.yaml: a sender that is named and whose door stays closed all the same.
import type { CatalogProblem } from '../../core/runbook.ts'
import type { ConnectorsFile } from './connectors-schema.ts'
import type { Source } from './yaml-source.ts'

const proofs = {
  alertmanager: ['bearer', 'basic'],
  grafana: ['hmac', 'bearer', 'basic'],
  'azure-monitor': ['token', 'entra'],
} as const

/** Warnings: nothing worse comes of it than a door that answers 404. */
export function inboundWarnings(source: Source, inbound: NonNullable<ConnectorsFile['inbound']>): CatalogProblem[] {
  const closed = Object.entries(proofs).flatMap(([name, keys]) => {
    const sender: object | undefined = inbound[name as keyof typeof proofs]
    if (sender === undefined || keys.some((key) => key in sender)) return []
    return [source.problem(['inbound', name], `the door for ${name} stays closed: expected ${keys.join(' or ')}`)]
  })
  const { grafana } = inbound
  const useless = (['header', 'timestampHeader'] as const)
    .filter((key) => grafana?.[key] !== undefined && grafana.hmac === undefined)
    .map((key) => source.problem(['inbound', 'grafana', key], `"${key}" means nothing without hmac`))
  return [...closed, ...useless]
}
