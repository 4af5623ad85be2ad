// Owns who may set the state of an approval record: its approver, a delegate of theirs, or an approval administrator.
// CONTRACTS 1.2 (what an account may not write is dropped, and answered with 200), ServiceNow's Service Delegation
import type { Row } from './records.ts'

export type ApprovalWrite = { before: Row | null; fields: Row; userId: string; delegates: Row[]; admin: boolean }

/** The fields as they will be stored: a state that the user may not set is left out. */
export const applyApprovalRules = ({ before, fields: given, userId, delegates, admin }: ApprovalWrite): Row => {
  const fields: Row = before ? { ...given } : { state: 'not requested', ...given }
  if (!fields.state || fields.state === before?.state || admin) return fields
  const approver = before?.approver ?? fields.approver ?? ''
  const own = userId !== '' && userId === approver
  const delegated = delegates.some(({ user, delegate }) => user === approver && delegate === userId)
  if (!own && !delegated) fields.state = before?.state ?? 'not requested'
  return fields
}

/** What a person may answer; the state of a record that is not asked any more stays. */
export const isOpen = (record: Row): boolean => record.state === 'requested'
