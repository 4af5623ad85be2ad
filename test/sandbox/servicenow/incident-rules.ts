// Owns what the instance itself does to an incident on a write: defaults, resolution policy, reopening. CONTRACTS 1.3
import { stamp } from './dates.ts'
import type { Row } from './records.ts'

export type RuleInput = { before: Row | null; fields: Row; at: Date; userId: string; closeCodes: string[] }

export type RuleResult = { fields: Row } | { denied: string }

const RESOLVED = '6'
const CLOSED = '7'
const CANCELED = '8'

/** The fields as they will be stored, or the text of the policy that refuses the write. */
export const applyIncidentRules = ({ before, fields: given, at, userId, closeCodes }: RuleInput): RuleResult => {
  const fields = { ...given }
  // An unknown choice is discarded, and then reported as missing. CONTRACTS 1.3
  if (fields.close_code && !closeCodes.includes(fields.close_code)) delete fields.close_code
  const was = before?.state ?? ''
  const state = fields.state ?? fields.incident_state ?? (was || '1')
  Object.assign(fields, { state, incident_state: state })

  const after: Row = { ...before, ...fields }
  if (state === RESOLVED || state === CLOSED) {
    const missing = [after.close_code ? '' : 'Resolution code', after.close_notes ? '' : 'Resolution notes'].filter(
      Boolean,
    )
    if (missing.length > 0) {
      return { denied: `Data Policy Exception: The following fields are mandatory: ${missing.join(', ')}` }
    }
  }
  if (!before) Object.assign(fields, defaults(fields, stamp(at), userId))
  if (fields.impact || fields.urgency) fields.priority = priorityOf({ ...after, ...fields })
  if (state !== was) Object.assign(fields, transition(was, state, after, stamp(at), userId))
  return { fields }
}

const defaults = (fields: Row, at: string, userId: string): Row => ({
  opened_at: at,
  opened_by: userId,
  active: 'true',
  reopen_count: '0',
  reassignment_count: '0',
  made_sla: 'true',
  impact: '3',
  urgency: '3',
  ...fields,
})

const priorityOf = ({ impact, urgency }: Row): string => String(Number(impact || 3) + Number(urgency || 3) - 1)

const transition = (was: string, state: string, after: Row, at: string, userId: string): Row => {
  if (state === RESOLVED) return { resolved_at: at, resolved_by: userId }
  if (state === CLOSED) return { closed_at: at, closed_by: userId, active: 'false' }
  if (state === CANCELED) return { active: 'false' }
  if (was !== RESOLVED && was !== CLOSED) return {}
  const reopened = { resolved_at: '', resolved_by: '', closed_at: '', closed_by: '', active: 'true' }
  return was === RESOLVED ? { ...reopened, reopen_count: String(Number(after.reopen_count || 0) + 1) } : reopened
}
