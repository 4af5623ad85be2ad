// Owns what an intake event is about: an incident, an alert, a deploy, or nothing that anybody here handles.
import type { Alert, AlertEvent, Deploy, DeployEvent } from '../core/alert.ts'
import { isObject, type JsonObject } from '../core/values.ts'
import type { IntakeEvent } from '../ports/store.ts'

/** What is of one `key` is worked on in order. */
export type Subject = { readonly key: string } & (
  | { readonly kind: 'incident'; readonly sysId: string }
  | { readonly kind: 'alert'; readonly alert: Alert }
  | { readonly kind: 'deploy'; readonly deploy: Deploy }
  | { readonly kind: 'unknown' }
)

/** Of an incident's event only its sys_id is used; alerts and deploys were checked at their door. */
export function subjectOf({ id, body }: Pick<IntakeEvent, 'id' | 'body'>): Subject {
  if (isObject(body)) {
    if (isAlertEvent(body))
      return { kind: 'alert', key: `alert:${body.alert.source}:${body.alert.key}`, alert: body.alert }
    if (isDeployEvent(body)) return { kind: 'deploy', key: `deploy:${body.deploy.key}`, deploy: body.deploy }
    const sysId = incidentOf(body)
    if (sysId !== null) return { kind: 'incident', key: `incident:${sysId}`, sysId }
  }
  return { kind: 'unknown', key: `unknown:${id}` }
}

const isAlertEvent = (body: JsonObject): body is AlertEvent => body['type'] === 'alert' && isObject(body['alert'])
const isDeployEvent = (body: JsonObject): body is DeployEvent => body['type'] === 'deploy' && isObject(body['deploy'])

function incidentOf({ type, data }: JsonObject): string | null {
  if (type !== 'incident.created' && type !== 'incident.updated') return null
  const sysId = isObject(data) ? data['sys_id'] : undefined
  return typeof sysId === 'string' && /^[0-9a-f]{32}$/i.test(sysId) ? sysId.toLowerCase() : null
}
