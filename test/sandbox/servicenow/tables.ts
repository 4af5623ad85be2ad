// Owns the tables and columns that the sandbox instance is born with, in a short notation.
// A column is `name`, `name:type` or, for a reference, `name>table`.

export type TableSpec = { label: string; parent?: string; display?: string; prefix?: string; columns: string }

export const SYSTEM_COLUMNS =
  'sys_id sys_created_on:datetime sys_created_by sys_updated_on:datetime sys_updated_by sys_mod_count:integer sys_tags'

export const TABLES: Record<string, TableSpec> = {
  task: {
    label: 'Task',
    display: 'number',
    columns: `number short_description description state:choice active:boolean priority:choice impact:choice
      urgency:choice cmdb_ci>cmdb_ci business_service>cmdb_ci opened_by>sys_user opened_at:datetime closed_by>sys_user
      closed_at:datetime close_notes assignment_group>sys_user_group assigned_to>sys_user location>cmn_location
      work_notes:journal comments:journal correlation_id correlation_display contact_type approval:choice
      parent>task work_start:datetime work_end:datetime reassignment_count:integer made_sla:boolean sys_class_name:class`,
  },
  incident: {
    label: 'Incident',
    parent: 'task',
    prefix: 'INC',
    columns: `caller_id>sys_user incident_state:choice category subcategory close_code:choice hold_reason:choice
      reopen_count:integer resolved_at:datetime resolved_by>sys_user severity:choice knowledge:boolean notify
      u_symptom u_runbook_candidate:boolean u_error_signature`,
  },
  change_request: {
    label: 'Change Request',
    parent: 'task',
    prefix: 'CHG',
    columns: 'type:choice start_date:datetime end_date:datetime on_hold:boolean risk reason close_code:choice',
  },
  incident_task: { label: 'Incident Task', parent: 'task', prefix: 'TASK', columns: 'incident>incident' },
  problem: { label: 'Problem', parent: 'task', prefix: 'PRB', columns: '' },
  std_change_record_producer: {
    label: 'Standard Change Template',
    columns: 'name short_description description active:boolean retired:boolean',
  },
  sysapproval_approver: {
    label: 'Approval',
    display: 'approver',
    columns: `sysapproval>task document_id source_table approver>sys_user state:choice comments:journal due_date:datetime
      approval_source`,
  },
  sys_user_delegate: {
    label: 'Delegate',
    display: 'delegate',
    columns: 'user>sys_user delegate>sys_user approvals:boolean',
  },
  task_ci: { label: 'Affected CI', columns: 'task>task ci_item>cmdb_ci' },
  cmdb_ci: {
    label: 'Configuration Item',
    columns: `name fqdn ip_address short_description environment operational_status install_status business_criticality
      support_group>sys_user_group assignment_group>sys_user_group owned_by>sys_user managed_by>sys_user
      location>cmn_location correlation_id sys_class_name:class u_tags u_health_url u_user_count:integer u_managed:boolean`,
  },
  cmdb_ci_service: { label: 'Business Service', parent: 'cmdb_ci', columns: '' },
  cmdb_ci_appl: { label: 'Application', parent: 'cmdb_ci', columns: 'version' },
  cmdb_ci_web_server: { label: 'Web Server', parent: 'cmdb_ci_appl', columns: '' },
  u_cmdb_ci_iis_web_tier: { label: 'IIS Web Tier', parent: 'cmdb_ci_web_server', columns: '' },
  cmdb_ci_server: { label: 'Server', parent: 'cmdb_ci', columns: 'os' },
  cmdb_ci_printer: { label: 'Printer', parent: 'cmdb_ci', columns: '' },
  cmdb_rel_type: { label: 'CI Relationship Type', columns: 'name' },
  cmdb_rel_ci: { label: 'CI Relationship', columns: 'parent>cmdb_ci child>cmdb_ci type>cmdb_rel_type' },
  sys_user: {
    label: 'User',
    columns: `user_name name first_name last_name email title vip:boolean active:boolean manager>sys_user
      location>cmn_location time_zone u_entra_object_id`,
  },
  sys_user_group: { label: 'Group', columns: 'name description email manager>sys_user active:boolean' },
  sys_user_grmember: { label: 'Group Member', display: 'user', columns: 'user>sys_user group>sys_user_group' },
  cmn_location: { label: 'Location', columns: 'name city country' },
  sys_journal_field: { label: 'Journal Entry', display: 'element', columns: 'element element_id name value' },
  sys_choice: {
    label: 'Choice',
    display: 'label',
    columns: 'name element value label sequence:integer inactive:boolean',
  },
  sys_dictionary: {
    label: 'Dictionary Entry',
    display: 'element',
    columns: 'name element internal_type column_label reference',
  },
  sys_db_object: { label: 'Table', columns: 'name label super_class>sys_db_object' },
  sys_attachment: {
    label: 'Attachment',
    display: 'file_name',
    columns: 'file_name content_type size_bytes table_name table_sys_id download_link hash',
  },
}

/** Form labels that do not follow from the column's name; a data policy speaks of these. CONTRACTS 1.3 */
export const COLUMN_LABELS: Record<string, string> = {
  close_code: 'Resolution code',
  close_notes: 'Resolution notes',
  caller_id: 'Caller',
  cmdb_ci: 'Configuration item',
  work_notes: 'Work notes',
  comments: 'Additional comments',
}
