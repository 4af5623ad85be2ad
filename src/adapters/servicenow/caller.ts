// Owns asking the caller of an incident in ServiceNow: who that is, the question as a comment they see, their answer.
import type { CallerRecords } from '../../ports/caller.ts'
import type { ServiceNowSettings } from '../../ports/catalog.ts'
import { isPortError, PortError } from '../../ports/errors.ts'
import { plainText } from '../wire/text.ts'
import { ownWords, plainAnswer } from './caller-answer.ts'
import { type Author, commentsBy } from './caller-comments.ts'
import { booleanOf, missing } from './facts.ts'
import { mappedUsers } from './mapped-users.ts'
import { journalEntry } from './notes.ts'
import type { TableApi } from './table.ts'
import { columnPath, sysId } from './values.ts'

/** The caller as a user, with the raw value of the person column. */
type Caller = Author & { readonly person: string }

/**
 * Errors are PortErrors, as the Table API's; `denied` also where the caller's user is hidden, and where the comments
 * are, so that an answer could not be read. Who wrote a comment is its `sys_created_by`, the user_name of the session
 * that wrote it; for an e-mail that is the user whose address it came from, as the instance's mail rules take it.
 */
export function callerRecords(parts: { table: TableApi; settings: () => ServiceNowSettings }): CallerRecords {
  const { table, settings } = parts

  const callerOf = async (incident: string): Promise<Caller | undefined> => {
    const setting = settings().person
    const mapped = setting === null ? undefined : columnPath(`caller_id.${setting}`)
    const columns = ['caller_id', 'caller_id.user_name', 'caller_id.name', 'caller_id.active']
    const row = await table.get('incident', sysId(incident), [...columns, ...(mapped ? [mapped] : [])])
    const value = (column: string): string => {
      const cell = row[column]
      if (cell) return cell.value
      throw new PortError('denied', `ServiceNow, reading incident: ${missing(column)}`)
    }
    // Of a user who was deleted the reference remains, and every column of theirs is empty.
    if (value('caller_id') === '' || booleanOf(value('caller_id.active')) !== true) return undefined
    return {
      sysId: sysId(value('caller_id')),
      userName: value('caller_id.user_name'),
      name: value('caller_id.name'),
      person: (mapped && row[mapped]?.value) ?? '',
    }
  }

  /** Their Entra id, where it stands for them alone (P10); where that cannot be told they are not mapped. */
  const personOf = async (caller: Caller): Promise<string | undefined> => {
    try {
      const users = await mappedUsers(table, settings().person, [caller.person])
      return [...users.values()].find((user) => user.sysId === caller.sysId)?.id
    } catch (error) {
      if (isPortError(error, 'denied')) return undefined
      throw error
    }
  }

  return {
    async of(incident) {
      const caller = await callerOf(incident)
      if (!caller) return undefined
      const person = await personOf(caller)
      const name = plainText(caller.name || caller.userName, 100)
      return { name, ...(person === undefined ? {} : { person }) }
    },

    ask: journalEntry({ table, journal: 'comments' }),

    async answer(incident, since) {
      const caller = await callerOf(incident)
      if (!caller || caller.userName === '') return undefined
      const comments = await commentsBy(table, sysId(incident), caller, since)
      const answers = comments.flatMap(({ text, at }) => {
        const works = plainAnswer(text)
        return works === undefined ? [] : [{ works, text: ownWords(text), at }]
      })
      const [newest] = answers
      // Times have no fractions of a second: of a yes and a no in the same one neither is the newer.
      return answers.some(({ works, at }) => at === newest?.at && works !== newest.works) ? undefined : newest
    },
  }
}
