// Owns the sandbox ServiceNow instance: its parts wired behind one server, and the handles that tests hold.
import { type ServeOptions, type Server, serve } from './server.ts'
import { type Acl, createAcl } from './servicenow/acl.ts'
import { createApprovals } from './servicenow/approvals.ts'
import { type Attachment, createAttachments } from './servicenow/attachments.ts'
import { type Credentials, createAuth } from './servicenow/auth.ts'
import { type BusinessRule, createAnnouncer } from './servicenow/business-rule.ts'
import { type ChangeApi, createChangeApi } from './servicenow/change-api.ts'
import { loadHistory } from './servicenow/history.ts'
import { journalOf } from './servicenow/journals.ts'
import { describeColumn, describeInstance, describeTable } from './servicenow/metadata.ts'
import { createOnCall } from './servicenow/on-call.ts'
import { createRecords, type Row, sysIdOf } from './servicenow/records.ts'
import { createRoutes } from './servicenow/routes.ts'
import { createSchema } from './servicenow/schema.ts'
import { createTableApi } from './servicenow/table-api.ts'
import type { TableSpec } from './servicenow/tables.ts'
import { createWriter } from './servicenow/writes.ts'
import type { Delivery } from './webhooks.ts'

export type ServiceNowOptions = Omit<ServeOptions, 'handler'> & {
  credentials?: Credentials
  businessRule?: BusinessRule
  /** The time zone in which display values show dates; New York unless told. */
  timeZone?: string
  invalidQueryReturnsNoRows?: boolean
}

export type ServiceNow = Server & {
  /** Adds a row as it is, without rules. Its sys_id, unless given, follows from its name or number. */
  seed: (table: string, fields: Row) => Row
  addTable: (name: string, spec: TableSpec) => void
  /** Adds a column in the notation of servicenow/tables.ts. */
  addColumn: (table: string, notation: string) => void
  /** Loads the real incidents, without rules and events; returns how many. */
  history: (csvPath?: string) => number
  /** Writes as a person would, rules and events included; throws what the form would refuse. */
  create: (table: string, fields: Row, user?: string) => Row
  update: (table: string, sysId: string, fields: Row, user?: string) => Row
  setOnCall: (groupSysId: string, userSysIds: string[]) => void
  /** Sets or, with null, switches off the outbound webhook. */
  setBusinessRule: (rule: BusinessRule | null) => void
  /** Sends the newest event again under its own id. */
  redeliver: () => void
  /** Resolves when no event is under way. */
  settled: () => Promise<void>
  deliveries: Delivery[]
  acl: Pick<Acl, 'hideRows' | 'hideColumn'>
  revokeTokens: () => void
  rows: (table: string) => Row[]
  /** The incident as it is now; throws where there is none. */
  incident: (number: string) => Row
  /** The texts of a journal column, oldest first. */
  notes: (sysId: string, element?: 'work_notes' | 'comments') => string[]
  attachments: (sysId: string) => Attachment[]
  /** Approval records, and people who answer them. */
  approvals: ReturnType<typeof createApprovals>
  /** Who may set the state of any approval record; runbot's account and admin unless changed. */
  approvalAdmins: Set<string>
  /** The model of changes, and what their conflict checks find. */
  changes: ChangeApi['handles']
  /** `javascript:` operands that a real instance would have evaluated. */
  evaluated: string[]
}

export const CREDENTIALS = {
  users: [{ name: 'runbot', password: 'runbot-password' }],
  clients: [{ id: 'runbot-client', secret: 'runbot-client-secret', user: 'runbot' }],
}

export const startServiceNow = async (options: ServiceNowOptions = {}): Promise<ServiceNow> => {
  const { now = () => new Date(), timeZone = 'America/New_York', invalidQueryReturnsNoRows = false } = options
  const schema = createSchema()
  const records = createRecords(schema, now)
  describeInstance(schema, records)
  const auth = createAuth(options.credentials ?? CREDENTIALS, now)
  const acl = createAcl()
  const onCall = createOnCall()
  const announcer = createAnnouncer(now)
  announcer.configure(options.businessRule ?? null)
  const onWrite = (table: string, row: Row, created: boolean): void => {
    if (table === 'incident') announcer.announce(row, created)
  }
  const approvalAdmins = new Set(['runbot', 'admin'])
  const write = createWriter({ schema, records, now, timeZone, onWrite, approvalAdmins })
  const approvals = createApprovals(records, write)
  const evaluated: string[] = []
  const origin = (): string => server.url
  const table = { schema, records, write, acl, timeZone, invalidQueryReturnsNoRows, evaluated, origin }
  const tableApi = createTableApi(table)
  const attachments = createAttachments({ schema, records, tableApi, origin })
  const changes = createChangeApi({ schema, records, write, acl, now, timeZone, origin })
  const server: Server = await serve({
    ...options,
    handler: createRoutes({ auth, tableApi, attachments, onCall, changes }),
  })

  const asPerson = (name: string, row: Row | null, input: Row, user: string): Row => {
    const written = write({ table: name, row, input, user })
    if ('denied' in written) throw new Error(written.denied)
    return { ...written.row }
  }
  const existing = (name: string, row: Row | null | undefined, id: string): Row => {
    if (!row) throw new Error(`no ${name} ${id}`)
    return row
  }

  return {
    ...server,
    seed(name, fields) {
      const key = fields.name ?? fields.number
      return records.insert(name, { ...(key ? { sys_id: sysIdOf(`${name} ${key}`) } : {}), ...fields }, 'admin')
    },
    addTable(name, spec) {
      schema.addTable(name, spec)
      describeTable(schema, records, name)
    },
    addColumn: (name, notation) => describeColumn(records, schema.addColumn(name, notation)),
    history: (csvPath) => loadHistory(records, csvPath),
    create: (name, fields, user = 'admin') => asPerson(name, null, fields, user),
    update: (name, sysId, fields, user = 'admin') =>
      asPerson(name, existing(name, records.find(name, sysId), sysId), fields, user),
    setOnCall: onCall.set,
    setBusinessRule: announcer.configure,
    redeliver: announcer.redeliver,
    settled: announcer.settled,
    deliveries: announcer.deliveries,
    acl,
    revokeTokens: auth.revokeAll,
    rows: records.all,
    incident(number) {
      const found = records.all('incident').find((row) => row.number === number)
      return { ...existing('incident', found, number) }
    },
    notes: (sysId, element = 'work_notes') => journalOf(records, sysId, element).map(({ value = '' }) => value),
    attachments: attachments.of,
    approvals,
    approvalAdmins,
    changes: changes.handles,
    evaluated,
  }
}
