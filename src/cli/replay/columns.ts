// Owns what the columns of a file of history mean: their usual names, the names that --map gives, states and times.
import type { IncidentState } from '../../core/incident.ts'
import type { Instant } from '../../core/values.ts'
import { Complaint } from '../terminal.ts'
import type { Row } from './rows.ts'

/** A name of ours, or of a fact, to a column of the file. */
export type Map = ReadonlyMap<string, string>

/** What runbot itself reads, with the names that it has in exports and in audit logs of ServiceNow. */
const USUAL = {
  number: ['number'],
  updated_at: ['sys_updated_on', 'sys_updated_at', 'updated_at'],
  opened_at: ['opened_at', 'sys_created_on', 'sys_created_at'],
  state: ['state', 'incident_state'],
  short_description: ['short_description'],
  description: ['description'],
  reopen_count: ['reopen_count'],
  assignment_group: ['assignment_group'],
  ci: ['cmdb_ci'],
} as const

export type OwnName = keyof typeof USUAL

/** `name=column`, for a name of ours (`ci`, `opened_at`), a fact of incidents, or `ci.<fact>`. Throws a Complaint. */
export function mapOf(pairs: readonly string[]): Map {
  const map = new globalThis.Map<string, string>()
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    const [name, column] = [pair.slice(0, at), pair.slice(at + 1)]
    if (at < 1 || column === '' || !/^(ci\.)?[a-z][a-z0-9_]*$/.test(name))
      throw new Complaint(`"${pair}" is not name=column, such as signature=u_symptom or ci.environment=u_environment`)
    map.set(name, column)
  }
  return map
}

/** What a row says under a name of ours; undefined where its column is missing, or the cell is unknown. */
export function columnIn(row: Row, map: Map, name: OwnName): string | undefined {
  const mapped = map.get(name)
  if (mapped !== undefined) return row[mapped]
  for (const column of USUAL[name]) if (row[column] !== undefined) return row[column]
  return undefined
}

const STATES: readonly (readonly [RegExp, IncidentState])[] = [
  [/^(1|new)$/, 'new'],
  [/^(2|active|in progress|work in progress)$/, 'inProgress'],
  [/^(3|on hold|awaiting .*|pending.*)$/, 'onHold'],
  [/^(6|resolved)$/, 'resolved'],
  [/^(7|closed.*)$/, 'closed'],
  [/^(8|cancell?ed)$/, 'canceled'],
]

/** A state by its value or its usual name; any other is `other`, which is not over. */
export const stateOf = (text: string): IncidentState =>
  STATES.find(([pattern]) => pattern.test(text.trim().toLowerCase()))?.[1] ?? 'other'

/**
 * A time: `2016-02-29 01:23:00` (UTC, as ServiceNow writes it), ISO 8601, or day-month-year `29-02-2016 01:23`.
 * undefined for anything else: 01/02/2016 is another day on either side of an ocean.
 */
export function instantOf(text: string): Instant | undefined {
  const plain = text.trim()
  const dayFirst = /^(\d\d)[-.](\d\d)[-.](\d{4})(?: (\d\d:\d\d(?::\d\d)?))?$/.exec(plain)
  const iso = dayFirst
    ? `${dayFirst[3]}-${dayFirst[2]}-${dayFirst[1]}T${dayFirst[4] ?? '00:00'}`
    : plain.replace(' ', 'T')
  const found = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:?\d\d)?)?$/.exec(iso)
  if (!found) return undefined
  const at = Date.parse(`${found[1]}T${found[2] ?? '00:00'}${found[3] ?? 'Z'}`)
  const day = Date.parse(`${found[1]}T00:00Z`)
  // What no calendar has, such as the 30th of February, would become another day.
  if (Number.isNaN(at) || Number.isNaN(day) || !new Date(day).toISOString().startsWith(found[1] ?? '')) return undefined
  return at
}

/** As ServiceNow writes a time: UTC, without fractions. */
export const timeText = (at: Instant): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ')
