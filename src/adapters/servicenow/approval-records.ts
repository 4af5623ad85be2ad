// Owns approvals asked for in ServiceNow: one sysapproval_approver record per person, on the incident (DESIGN §4 Ask).
import { createHash } from 'node:crypto'
import type { ApprovalRecord, ApprovalRecords, RecordRequest } from '../../ports/approval-records.ts'
import type { ServiceNowSettings } from '../../ports/catalog.ts'
import type { Clock } from '../../ports/clock.ts'
import { isPortError, PortError } from '../../ports/errors.ts'
import { plainText } from '../wire/text.ts'
import { answerColumns, answerOf, isAnswer } from './approval-answer.ts'
import type { Client } from './client.ts'
import { insert } from './insert.ts'
import { type MappedUser, mappedUsers } from './mapped-users.ts'
import { noteText } from './notes.ts'
import type { Row } from './schema.ts'
import type { TableApi } from './table.ts'
import { chunks, columnPath, dateTimeOf, sysId } from './values.ts'

const table = 'sysapproval_approver'
const identity = ['document_id', 'sysapproval', 'approver', 'approval_source', 'comments', 'state']

/**
 * The key stands as a digest in `approval_source`: the one plain text column of the table, which the platform itself
 * uses for what asked (a dictionary of an instance, published by a third party; how long it may be is not, so that it
 * has at most 40 characters). The first comment bears it too, for instances that do not keep the column; but comments
 * are a journal, which may be hidden (CONTRACTS 1.3). Where neither can be seen it is not asked again: `denied`.
 */
const markerOf = (key: string): string => `runbot:${createHash('sha256').update(key).digest('hex').slice(0, 32)}`

/**
 * Errors are PortErrors, as the Table API's; `denied` also where records of the incident are hidden, so that a second
 * one could not be told from the first, and where ServiceNow answered 200 and left the state as it was: a base instance
 * lets itil read approvals, not write their state [documented], so that the account needs approval_admin.
 */
export function approvalRecords(parts: {
  client: Client
  table: TableApi
  settings: () => ServiceNowSettings
  clock: Clock
}): ApprovalRecords {
  const { client, table: rows, settings, clock } = parts

  /** Records that bear this marker, on this incident, for these users. */
  const existing = async (incident: string, users: readonly MappedUser[], marker: string): Promise<readonly Row[]> => {
    const found: Row[] = []
    for (const chunk of chunks(users.map((user) => user.sysId))) {
      const query = `document_id=${incident}^approverIN${chunk.join(',')}`
      const listing = await rows.list(table, query, identity, { display: true })
      const ours = listing.rows.filter(
        (row) => row['document_id']?.value === incident && chunk.includes(row['approver']?.value ?? ''),
      )
      if (!listing.complete || listing.hidden > 0 || ours.some((row) => !isReadable(row))) throw unseen()
      found.push(...ours.filter((row) => bears(row, marker)))
    }
    return found
  }

  const ask = async (request: RecordRequest, user: MappedUser, marker: string): Promise<ApprovalRecord> => {
    const tag = `[${marker}]`
    const incident = sysId(request.incident)
    const fields = {
      sysapproval: incident,
      document_id: incident,
      source_table: 'incident',
      approver: user.sysId,
      state: 'requested',
      due_date: dateTimeOf(request.dueAt),
      approval_source: marker,
      comments: noteText(`${request.text}\n${tag}`, tag),
    }
    const row = await insert(client, table, fields, identity)
    const kept = row['approver']?.value === user.sysId && row['state']?.value === 'requested' && bears(row, marker)
    if (kept) return { sysId: sysId(row['sys_id']?.value ?? ''), person: user.id }
    throw new PortError(
      'denied',
      'ServiceNow made an approval record and did not keep whom, what or which ask it is about: the account needs to write sysapproval_approver (approval_admin)',
    )
  }

  const setState = async (id: string, state: string, why?: string): Promise<void> => {
    const words = why === undefined ? {} : { comments: noteText(why, '') }
    const row = await rows.patch(table, id, { state, ...words }, ['state'])
    if (row['state']?.value === state) return
    const said = plainText(row['state']?.value ?? 'hidden', 40)
    throw new PortError('denied', `ServiceNow keeps the approval's state "${said}": the account needs approval_admin`)
  }

  return {
    async request(wanted) {
      const incident = sysId(wanted.incident)
      const marker = markerOf(wanted.key)
      const users = [...(await mappedUsers(rows, settings().person, wanted.people)).values()]
      const there = await existing(incident, users, marker)
      const records: ApprovalRecord[] = []
      for (const user of users) {
        const theirs = there.filter((row) => row['approver']?.value === user.sysId)
        for (const row of theirs) {
          const id = sysId(row['sys_id']?.value ?? '')
          // Made, but its state was not accepted: nobody was asked by it yet.
          if (unasked.test(row['state']?.value ?? '')) await setState(id, 'requested')
          records.push({ sysId: id, person: user.id })
        }
        if (theirs.length === 0) records.push(await ask(wanted, user, marker))
      }
      return records
    },

    async answered(sysIds) {
      const readAt = clock.now()
      const person = settings().person
      const mapped = person === null ? [] : [`approver.${columnPath(person)}`]
      const found: Row[] = []
      for (const chunk of chunks([...new Set(sysIds.map(sysId))])) {
        const { rows: all } = await rows.list(table, `sys_idIN${chunk.join(',')}`, [...answerColumns, ...mapped], {
          display: true,
        })
        found.push(...all.filter((row) => chunk.includes(row['sys_id']?.value ?? '') && isAnswer(row)))
      }
      // Asked from the other side too: an id that stands for two users stands for nobody.
      const ids = found.flatMap((row) => mapped.map((column) => row[column]?.value ?? ''))
      const users = await mappedUsers(rows, person, ids)
      return found.flatMap((row) => {
        const approver = [...users.values()].find((user) => user.sysId === row['approver']?.value)
        return answerOf(row, approver, readAt) ?? []
      })
    },

    async withdraw(sysIds, why) {
      for (const id of new Set(sysIds.map(sysId))) {
        const row = await visible(rows.get(table, id, ['state']))
        // Read right before the write: ServiceNow has no conditional update, and an answer is not to be lost.
        if (row?.['state']?.value === 'requested') await setState(id, 'not_required', why)
      }
    },

    async refuse(id, why) {
      const row = await rows.get(table, sysId(id), ['state'])
      // Reopened already: the words went with the state, so a repeat has nothing to add.
      if (isAnswer(row)) await setState(sysId(id), 'requested', why)
    },
  }
}

const unasked = /^(not[ _]requested)?$/

const isReadable = (row: Row): boolean => row['approval_source'] !== undefined || row['comments'] !== undefined

const bears = (row: Row, marker: string): boolean =>
  row['approval_source']?.value === marker || (row['comments']?.display.includes(`[${marker}]`) ?? false)

const unseen = (): PortError =>
  new PortError(
    'denied',
    'ServiceNow hides approval records, or what they are about, from this account: whether somebody was asked already cannot be told; let it read sysapproval_approver with approval_source or comments',
  )

/** The row; undefined where it is gone or hidden. */
async function visible(row: Promise<Row>): Promise<Row | undefined> {
  try {
    return await row
  } catch (error) {
    if (isPortError(error, 'notFound')) return undefined
    throw error
  }
}
