// Owns how people answer approval records: on the form, in their own name, in another's, or as an administrator.
import { isOpen } from './approval-rules.ts'
import type { Records, Row } from './records.ts'
import type { createWriter } from './writes.ts'

export type Answer = { answer: 'approved' | 'rejected'; user: string; comment?: string }

export const createApprovals = (records: Records, write: ReturnType<typeof createWriter>) => {
  const record = (sysId: string): Row => {
    const found = records.find('sysapproval_approver', sysId)
    if (!found) throw new Error(`no approval record ${sysId}`)
    return found
  }
  return {
    /** The approval records of a document, in the order in which they were made. */
    of: (documentId: string): Row[] =>
      records
        .all('sysapproval_approver')
        .filter(({ document_id }) => document_id === documentId)
        .map((row) => ({ ...row })),
    /** Throws where the form would not let this user answer. */
    answer(sysId: string, { answer, user, comment = '' }: Answer): void {
      const row = record(sysId)
      if (!isOpen(row)) throw new Error(`approval ${sysId} is ${row.state}`)
      const written = write({
        table: 'sysapproval_approver',
        row,
        input: { state: answer, ...(comment ? { comments: comment } : {}) },
        user,
      })
      if ('denied' in written) throw new Error(written.denied)
      if (row.state !== answer) throw new Error(`${user} may not answer approval ${sysId}`)
    },
    /** While this holds, `delegate` may answer what is asked of `user` (both sys_ids). */
    delegate(user: string, delegate: string): void {
      records.insert('sys_user_delegate', { user, delegate, approvals: 'true' }, 'admin')
    },
  }
}
