// Owns the ServiceNow adapter as a whole: one logged-in client, and every part of the ticket port on top of it.
import type { ApprovalRecords } from '../../ports/approval-records.ts'
import type { CallerRecords } from '../../ports/caller.ts'
import type { ServiceNowSettings } from '../../ports/catalog.ts'
import type { Pager } from '../../ports/pager.ts'
import type { Surroundings } from '../../ports/surroundings.ts'
import type { Tickets } from '../../ports/tickets.ts'
import { approvalRecords } from './approval-records.ts'
import { attachments } from './attachments.ts'
import { blast } from './blast.ts'
import { callerRecords } from './caller.ts'
import { changes } from './changes.ts'
import { client as clientOf } from './client.ts'
import { cmdb } from './cmdb.ts'
import { conflicts } from './conflicts.ts'
import { checkColumns } from './dictionary.ts'
import { incidents } from './incidents.ts'
import { learned } from './learned.ts'
import { type LoginOptions, loggedIn } from './login.ts'
import { journalEntry } from './notes.ts'
import { opening } from './open.ts'
import { type PeopleSources, people } from './people.ts'
import { standardChange } from './standard-change.ts'
import { surroundings } from './surroundings.ts'
import { tableApi } from './table.ts'
import { type TaskSettings, taskPager } from './tasks.ts'
import { update } from './update.ts'

export interface ServiceNowOptions extends LoginOptions {
  /** The newest settings; asked at each call. */
  readonly settings: () => ServiceNowSettings
}

export interface ServiceNow extends Tickets {
  /** For the directory: groups and who is on call. */
  readonly people: PeopleSources
  /** The second way to say yes: sysapproval_approver on the incident. */
  readonly approvalRecords: ApprovalRecords
  /** Whether it works again, asked of who reported it: a comment that they see and answer. */
  readonly callerRecords: CallerRecords
  /** What is known around an incident's CI. */
  readonly surroundings: Surroundings
  /** A pager whose page is a task for a group. */
  readonly pager: (settings: TaskSettings) => Pager
  /** What connectors.yaml names and the instance does not know, as sentences for a person. */
  checkColumns(): Promise<readonly string[]>
}

/** Throws an Error for a URL that is not one, or for missing credentials. Sends nothing by itself. */
export function serviceNow(options: ServiceNowOptions): ServiceNow {
  const { settings, clock } = options
  const client = clientOf({ wire: loggedIn(options), url: options.url })
  const table = tableApi(client)
  const cis = cmdb({ table, settings, clock })
  const reach = blast({ table, ci: cis.ci, settings, clock })
  return {
    ...incidents({ table, settings, clock }),
    ...learned({ table, settings }),
    ...cis,
    ...opening({ client, table, settings }),
    blast: reach,
    changes: changes({ table, clock }),
    conflicts: conflicts({ client, clock }),
    ...standardChange({ client, table }),
    note: journalEntry({ table, journal: 'work_notes' }),
    update: update({ table, settings }),
    attach: attachments({ client }),
    people: people({ client, table, settings }),
    approvalRecords: approvalRecords({ client, table, settings, clock }),
    callerRecords: callerRecords({ table, settings }),
    surroundings: surroundings({ client, table, blast: reach, settings, clock }),
    pager: taskPager({ client, table }),
    checkColumns: () => checkColumns(table, settings()),
  }
}
