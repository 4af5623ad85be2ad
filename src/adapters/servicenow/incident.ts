// Owns how an incident record becomes the core's incident: its columns, its facts, its state, who opened it.
import { type Fact, type Facts, type Incident, type IncidentState, known, unknown } from '../../core/incident.ts'
import type { Instant } from '../../core/values.ts'
import type { ServiceNowSettings } from '../../ports/catalog.ts'
import { PortError } from '../../ports/errors.ts'
import { booleanOf, factOf, missing, textOf } from './facts.ts'
import type { Row } from './schema.ts'
import { columnPath, entraId, instantOf, isSysId } from './values.ts'

/** Read as facts under their own names, beside the mapped ones. */
const standard = [
  'category',
  'subcategory',
  'priority',
  'impact',
  'urgency',
  'severity',
  'assignment_group',
  'business_service',
  'location',
  'contact_type',
  'opened_at',
  'close_code',
  'close_notes',
  'resolved_at',
  'resolved_by',
]
const own = ['number', 'state', 'short_description', 'description', 'sys_updated_on', 'reopen_count', 'cmdb_ci']
const caller = ['caller_id', 'caller_id.vip']

/** Every column that `incidentOf` wants to see. */
export function incidentColumns(settings: ServiceNowSettings): readonly string[] {
  const person = settings.person === null ? [] : [personOf(settings.person)]
  return [...own, ...standard, ...caller, ...person, ...Object.values(settings.incident).map(columnPath)]
}

/**
 * A record, read with display values, as an incident. Missing columns make unknown facts, never empty ones.
 * Throws PortError malformed where its id, number, state or update time is missing: then nothing can be done with it.
 */
export function incidentOf(
  row: Row,
  settings: ServiceNowSettings,
  readAt: Instant,
): { readonly incident: Incident; readonly ciId: string | undefined; readonly updatedAt: Instant } {
  const reading = { table: 'incident', row, readAt }
  const value = (column: string): string => row[column]?.value ?? ''
  const required = (column: string): string => {
    if (value(column) === '') throw new PortError('malformed', `ServiceNow, reading incident: ${missing(column)}`)
    return value(column)
  }
  const facts: Record<string, Fact> = {}
  for (const column of standard) facts[column] = factOf(reading, column)
  facts['vip'] = vipOf(row, readAt)
  for (const [name, column] of Object.entries(settings.incident)) facts[name] = factOf(reading, column)

  const updatedAt = instantOf(required('sys_updated_on'))
  if (updatedAt === undefined) throw new PortError('malformed', 'ServiceNow, reading incident: no time of its update')
  const opener = settings.person === null ? undefined : entraId(value(personOf(settings.person)))
  const group = row['assignment_group'] && textOf(row['assignment_group'])
  const incident: Incident = {
    sysId: required('sys_id'),
    number: required('number'),
    state: stateOf(required('state')),
    shortDescription: value('short_description'),
    text: `${value('short_description')}\n${value('description')}`,
    reopened: /^\d{1,6}$/.test(value('reopen_count')) ? Number(value('reopen_count')) : 0,
    facts: facts satisfies Facts,
    ...(opener ? { opener } : {}),
    ...(group ? { group } : {}),
  }
  return { incident, ciId: isSysId(value('cmdb_ci')) ? value('cmdb_ci') : undefined, updatedAt }
}

/** The caller's VIP flag; an incident that nobody called about has no VIP caller. */
export function vipOf(row: Row, readAt: Instant): Fact<boolean> {
  const source = 'ServiceNow incident.caller_id.vip'
  const [who, flag] = [row['caller_id'], row['caller_id.vip']]
  if (who?.value === '') return known(false, source, readAt)
  const vip = flag && booleanOf(flag.value)
  return vip === undefined ? unknown(missing('caller_id.vip'), source, readAt) : known(vip, source, readAt)
}

/** Raw values of a choice that most instances leave as they are (CONTRACTS 1.3); others are `other`. */
const stateOf = (value: string): IncidentState => states[value] ?? 'other'

const states: { readonly [value: string]: IncidentState } = {
  1: 'new',
  2: 'inProgress',
  3: 'onHold',
  6: 'resolved',
  7: 'closed',
  8: 'canceled',
}

const personOf = (column: string): string => columnPath(`caller_id.${column}`)
