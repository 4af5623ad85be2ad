// Owns the faults of ServiceNow: the login, rights, names that do not exist, and the clock.
import { closed, env, type Fault, files, late, struck } from './inject.ts'

const table = '/api/now/table/'
const forbidden = { status: 403, body: { error: { message: 'Operation Failed', detail: 'ACL' }, status: 'failure' } }
const unscoped = {
  status: 403,
  body: { error: { message: 'User Not Authorized', detail: 'Access to unscoped api is not allowed' } },
}

export const serviceNow: readonly Fault[] = [
  {
    what: 'a wrong secret of the OAuth client',
    inject: env('SERVICENOW_CLIENT_SECRET', 'wrong-secret'),
    check: 'ServiceNow login',
    says: /token endpoint refused/,
    mend: /client\.credential\.grant_type\.enabled/,
  },
  {
    what: 'a wrong password',
    inject: () => ({
      env: {
        SERVICENOW_CLIENT_ID: '',
        SERVICENOW_CLIENT_SECRET: '',
        SERVICENOW_USERNAME: 'runbot',
        SERVICENOW_PASSWORD: 'wrong-password',
      },
    }),
    check: 'ServiceNow login',
    says: /status 401/,
    mend: /snc_basic_auth_api_access/,
  },
  {
    what: 'an OAuth client that is securely scoped',
    inject: ({ world }) => struck(world.servicenow, '/api/', unscoped),
    check: 'ServiceNow login',
    says: /unscoped api/,
    mend: /useraccount/,
  },
  {
    what: 'an instance that sleeps',
    inject: ({ world }) => struck(world.servicenow, '/api/', 'html'),
    check: 'ServiceNow login',
    says: /hibernating/,
    mend: /wake the instance/,
  },
  {
    what: 'an instance that is out of reach',
    inject: env('SERVICENOW_URL', closed),
    check: 'ServiceNow login',
    says: /connection was refused/,
    mend: /SERVICENOW_URL/,
  },
  {
    what: 'a table that is forbidden',
    inject: ({ world }) => struck(world.servicenow, `${table}task_ci`, forbidden),
    check: 'ServiceNow access, task_ci',
    says: /status 403/,
    mend: /read task_ci \(docs\/servicenow\.md\)/,
  },
  {
    what: 'rows that an access rule hides',
    inject: ({ world }) => ({ undo: world.servicenow.acl.hideRows('cmdb_rel_ci') }),
    check: 'ServiceNow access, cmdb_rel_ci',
    says: /^none of its \d+ records is shown$/,
    mend: /blast radius is unknown/,
  },
  {
    what: 'a column that an access rule hides',
    inject: ({ world }) => ({ undo: world.servicenow.acl.hideColumn('change_request', 'on_hold') }),
    check: 'ServiceNow access, change_request',
    says: /^hidden or unknown: on_hold$/,
    mend: /change windows are unknown/,
  },
  {
    what: 'a hidden person column',
    inject: ({ world }) => ({ undo: world.servicenow.acl.hideColumn('sys_user', 'u_entra_object_id') }),
    check: 'ServiceNow access, sys_user',
    says: /^hidden or unknown: u_entra_object_id$/,
    mend: /nobody is recognised/,
  },
  {
    what: 'a journal that only admins see',
    inject: ({ world }) => ({ undo: world.servicenow.acl.hideRows('sys_journal_field') }),
    check: 'ServiceNow access, sys_journal_field',
    says: /records is shown/,
    mend: /from the record instead/,
    worth: true,
  },
  {
    what: 'a trigger on a column that does not exist',
    inject: files('connectors.yaml', 'trigger: u_runbook_candidate=true', 'trigger: u_candidate=true'),
    check: 'ServiceNow columns',
    says: /trigger in connectors\.yaml names incident\.u_candidate, which ServiceNow does not know/,
    mend: /column that exists/,
  },
  {
    what: 'a person column that does not exist',
    inject: files('connectors.yaml', 'person: u_entra_object_id', 'person: u_entra'),
    check: 'ServiceNow columns',
    says: /person in connectors\.yaml names sys_user\.u_entra,/,
    mend: /create it in ServiceNow/,
  },
  {
    what: 'attachments that are forbidden',
    inject: ({ world }) => struck(world.servicenow, '/api/now/attachment', forbidden),
    check: 'ServiceNow attachments',
    says: /listing attachments: status 403/,
    mend: /evidence is not attached/,
  },
  {
    what: 'a close code that is none of the instance’s',
    inject: files('catalog/clear-queue.yaml', 'closeCode: Solution provided', 'closeCode: Solved (Permanently)'),
    check: 'ServiceNow close codes',
    says: /^"Solved \(Permanently\)" \(runbook clear-queue\)/,
    mend: /use one of Duplicate, .*Solution provided, /,
  },
  {
    what: 'a group that does not exist',
    inject: files('connectors.yaml', 'assign: Web Platform L2', 'assign: Web Platform L9'),
    check: 'ServiceNow groups',
    says: /no active group of the name "Web Platform L9" \(failed\.assign in connectors\.yaml\)/,
    mend: /create the group/,
  },
  {
    what: 'a template that is not published',
    inject: files('governance.yaml', 'standardChange: Restart print spooler', 'standardChange: Restart all'),
    check: 'ServiceNow standard changes',
    says: /no published standard change template "Restart all"/,
    mend: /Change Management API/,
  },
  {
    what: 'a work note that may not be written',
    inject: ({ world }) => ({
      args: ['--write', world.servicenow.rows('incident')[0]?.number ?? ''],
      ...struck(world.servicenow, `${table}incident`, forbidden, 'PATCH'),
    }),
    check: 'ServiceNow work note',
    says: /writing incident: status 403/,
    mend: /write incident and its work_notes/,
  },
  {
    what: 'a work note for an incident that is not there',
    inject: () => ({ args: ['--write', 'INC9999999'] }),
    check: 'ServiceNow work note',
    says: /no incident INC9999999/,
    mend: /docs\/servicenow\.md/,
  },
  {
    what: 'a clock half a minute and more from ServiceNow’s',
    inject: ({ world }) => late(world.servicenow, `${table}sys_user`, 90),
    check: 'clock of ServiceNow',
    says: /clock is (89|90|91) s behind/,
    mend: /NTP/,
    worth: true,
  },
  {
    what: 'a clock two minutes and more from ServiceNow’s',
    inject: ({ world }) => late(world.servicenow, `${table}sys_user`, 300),
    check: 'clock of ServiceNow',
    says: /clock is (299|300|301) s behind/,
    mend: /NTP/,
  },
]
