// Owns the choice lists that the sandbox instance is born with: value and label per table and column.

const STATES = '1=New|2=In Progress|3=On Hold|6=Resolved|7=Closed|8=Canceled'
const LEVELS = '1=1 - High|2=2 - Medium|3=3 - Low'

/** CONTRACTS 1.3 (incident), 1.6 (change); a task's states are those of the base system. An entry without `=` is its own label. */
const LISTS: Record<string, string> = {
  'incident.state': STATES,
  'incident.incident_state': STATES,
  'incident.hold_reason': '1=Awaiting Caller|3=Awaiting Problem|4=Awaiting Vendor|5=Awaiting Change',
  'incident.close_code':
    'Solution provided|Workaround provided|Resolved by caller|Resolved by change|Resolved by problem|User error|Duplicate',
  'incident.severity': LEVELS,
  'task.state': '-5=Pending|1=Open|2=Work in Progress|3=Closed Complete|4=Closed Incomplete|7=Closed Skipped',
  'task.impact': LEVELS,
  'task.urgency': LEVELS,
  'task.priority': '1=1 - Critical|2=2 - High|3=3 - Moderate|4=4 - Low|5=5 - Planning',
  'task.approval': 'not requested=Not Yet Requested|requested=Requested|approved=Approved|rejected=Rejected',
  'change_request.state': '-5=New|-4=Assess|-3=Authorize|-2=Scheduled|-1=Implement|0=Review|3=Closed|4=Canceled',
  'change_request.close_code':
    'successful=Successful|successful_issues=Successful with issues|unsuccessful=Unsuccessful',
  'sysapproval_approver.state':
    'not requested=Not Yet Requested|requested=Requested|approved=Approved|rejected=Rejected|cancelled=Cancelled|not_required=No Longer Required|duplicate=Duplicate',
  'change_request.type': 'normal=Normal|standard=Standard|emergency=Emergency',
}

export type Choice = { name: string; element: string; value: string; label: string; sequence: string }

export const CHOICES: Choice[] = Object.entries(LISTS).flatMap(([column, list]) => {
  const [name = '', element = ''] = column.split('.')
  return list.split('|').map((entry, sequence) => {
    const [value = '', label = value] = entry.split('=')
    return { name, element, value, label, sequence: String(sequence) }
  })
})
