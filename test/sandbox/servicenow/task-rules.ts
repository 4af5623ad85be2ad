// Owns what the instance itself does to an incident task on a write: it is open until a state ends it.
import { stamp } from './dates.ts'
import type { Row } from './records.ts'

/** The states in which the base system makes a task inactive (TaskStateUtil): complete, incomplete, skipped. */
const ENDED = new Set(['3', '4', '7'])

/** The fields as they will be stored. */
export const applyTaskRules = (before: Row | null, given: Row, at: Date): Row => {
  const fields = before ? { ...given } : { state: '1', opened_at: stamp(at), ...given }
  if (fields.state === undefined) return fields
  const ended = ENDED.has(fields.state)
  return { ...fields, active: String(!ended), closed_at: ended ? stamp(at) : '' }
}
