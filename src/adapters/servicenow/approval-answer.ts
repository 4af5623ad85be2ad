// Owns what an answered approval record says: yes or no, who said it in person, and with which words.
import type { Instant } from '../../core/values.ts'
import type { AnsweredRecord } from '../../ports/approval-records.ts'
import { plainText } from '../wire/text.ts'
import type { MappedUser } from './mapped-users.ts'
import type { Row } from './schema.ts'
import { instantOf } from './values.ts'

/** Columns to read, with display values, for `answerOf`. */
export const answerColumns = ['approver', 'state', 'sys_updated_by', 'sys_updated_on', 'comments']

const answers: { readonly [state: string]: AnsweredRecord['answer'] } = { approved: 'approved', rejected: 'rejected' }

export const isAnswer = (row: Row): boolean => Object.hasOwn(answers, row['state']?.value ?? '')

/**
 * The record as answered; undefined where its state is neither approved nor rejected. `approver` is the active user
 * whom the record asks, where exactly one Entra id stands for them.
 * The approver said it where their own user made the last update; a delegate, an admin and an integration update under
 * their own names, and then nobody is told to have said it. That a delegate sees and answers the record is documented
 * (Service Delegation), as is that an admin who impersonates leaves the name of the impersonated: that cannot be told.
 * That sys_updated_by is the user_name of who wrote last is how every table of the platform works. It tells the last
 * update, not the state's: a comment that the approver adds in person to a record which another has answered makes that
 * answer theirs, which is why answers are looked for often, and one that is nobody's is refused at once.
 */
export function answerOf(row: Row, approver: MappedUser | undefined, readAt: Instant): AnsweredRecord | undefined {
  const answer = answers[row['state']?.value ?? '']
  const sysId = row['sys_id']?.value ?? ''
  if (answer === undefined || sysId === '') return undefined
  const updatedBy = row['sys_updated_by']?.value ?? ''
  const inPerson = approver !== undefined && updatedBy !== '' && updatedBy === approver.userName
  return {
    sysId,
    answer,
    by: inPerson ? { id: approver.id, name: plainText(approver.name, 100) } : null,
    note: inPerson ? noteOf(row['comments']?.display ?? '', approver.name) : '',
    at: instantOf(row['sys_updated_on']?.value ?? '') ?? readAt,
  }
}

/**
 * The newest comment, where the approver wrote it. The column shows blocks of `<time> - <name> (<label>)` and the text,
 * newest first (CONTRACTS 1.3); another's words are not given as theirs.
 */
function noteOf(comments: string, name: string): string {
  const [heading = '', ...lines] = comments.split('\n')
  const author = /^.{0,40}? - (.+) \([^()]*\)$/.exec(heading.trim())?.[1]
  if (name === '' || author !== name) return ''
  const next = lines.findIndex((line, index) => lines[index - 1] === '' && /^.{0,40}? - .+ \([^()]*\)$/.test(line))
  return plainText((next < 0 ? lines : lines.slice(0, next)).join('\n'), 1000)
}
