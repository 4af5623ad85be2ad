// Owns which tables and columns of ServiceNow runbot reads, and what goes without each: docs/servicenow.md lists the same.
import { incidentColumns } from '../../adapters/servicenow/incident.ts'
import type { Content } from '../../ports/catalog.ts'

export interface Access {
  readonly table: string
  /** Read; `sys_id` is always among them. */
  readonly columns: readonly string[]
  /** What runbot does not do where this cannot be read. */
  readonly without: string
  /** Whether there is another way, so that it is only worth a word. */
  readonly optional: boolean
}

/** What this installation reads, by what its files ask for. Columns of CIs may be of one class: those are not here. */
export function accessOf({
  servicenow,
  governance,
  pagers,
}: Pick<Content, 'servicenow' | 'governance' | 'pagers'>): readonly Access[] {
  const { person, approvals } = servicenow
  const kinds = new Set(Object.values(governance.groups).map(({ kind }) => kind))
  const mapped = person === null ? [] : [person]
  const need = (table: string, columns: readonly string[], without: string): Access => ({
    table,
    columns,
    without,
    optional: false,
  })
  const wish = (table: string, columns: readonly string[], without: string): Access => ({
    table,
    columns,
    without,
    optional: true,
  })
  return [
    need(
      'incident',
      // The person column is looked at where it stands.
      [...new Set([...incidentColumns({ ...servicenow, person: null }), ...incidentExtra])],
      'no incident is picked up, told or resolved',
    ),
    need(
      'sys_user',
      ['user_name', 'name', 'active', ...mapped],
      'nobody is recognised: no group, no caller, no approver',
    ),
    need('sys_user_group', ['name', 'active'], 'no incident is assigned, and no ServiceNow group has members'),
    ...(kinds.has('servicenow')
      ? [need('sys_user_grmember', ['user', 'group'], 'members of ServiceNow groups have no authority')]
      : []),
    need(
      'cmdb_ci',
      ['name', 'fqdn', 'sys_class_name'],
      'no target is found, and every environment counts as production',
    ),
    wish('cmdb_ci', ownerColumns, 'who owns a CI is unknown'),
    need('cmdb_rel_ci', ['parent', 'child'], 'the blast radius is unknown, which stops production runs'),
    need('change_request', changeColumns, 'change windows are unknown, which stops production runs that need one'),
    wish('cmdb_rel_ci', ['type'], 'how CIs are related is not said'),
    wish('change_request', nearColumns, 'changes around an incident are unknown, and so is what was deployed by one'),
    wish(
      'incident',
      ['opened_at', 'resolved_at', ...(servicenow.context.commander === null ? [] : [servicenow.context.commander])],
      'earlier incidents are unknown, and whether somebody has taken control',
    ),
    ...(servicenow.open === null
      ? []
      : [need('incident', ['correlation_id', 'opened_at', 'active'], 'no alert opens, or finds, an incident')]),
    need('task_ci', ['task', 'ci_item'], 'changes that name a CI among the affected ones are not seen'),
    ...(approvals ? [need('sysapproval_approver', approvalColumns, 'nobody is asked for approval in ServiceNow')] : []),
    ...Object.values(pagers).flatMap((pager) =>
      pager.kind === 'servicenow' ? [need(pager.table, pagerColumns, 'nobody is paged by a task')] : [],
    ),
    wish(
      'sys_journal_field',
      ['element_id', 'element', 'name', 'value', 'sys_created_on', 'sys_created_by'],
      'repeated notes and the caller’s answers are read from the record instead',
    ),
    wish(
      'sys_choice',
      ['name', 'element', 'value', 'label', 'inactive'],
      'close codes and states cannot be compared with the files',
    ),
    wish('sys_dictionary', ['name', 'element', 'reference'], 'columns that connectors.yaml names cannot be checked'),
    wish('sys_db_object', ['name', 'super_class.name'], 'columns of CI classes cannot be checked'),
  ]
}

const incidentExtra = ['close_code', 'close_notes', 'work_notes', 'comments', 'caller_id.active', 'caller_id.user_name']
const changeColumns = [
  'number',
  'state',
  'start_date',
  'end_date',
  'on_hold',
  'cmdb_ci',
  'correlation_id',
  'description',
]
const ownerColumns = ['owned_by', 'managed_by', 'support_group', 'assignment_group']
const nearColumns = ['short_description', 'work_start', 'work_end', 'closed_at']
const approvalColumns = ['sysapproval', 'document_id', 'approver', 'state', 'approval_source', 'comments', 'due_date']
const pagerColumns = ['number', 'active', 'state', 'assignment_group', 'correlation_id', 'correlation_display']
