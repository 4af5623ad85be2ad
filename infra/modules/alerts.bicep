// Who is told when runbot itself is in trouble, and by which log lines that is noticed.

@description('Begin of the names of the resources.')
param name string

@description('Azure region.')
param location string

@description('Tags of the resources.')
param tags object

@description('Resource id of the Log Analytics workspace that holds the log lines.')
param workspaceId string

@description('Name of the container app whose lines count.')
param appName string

@description('Mail addresses that are told.')
@minLength(1)
param emails string[]

var rules = [
  {
    name: 'write-backs'
    title: 'runbot cannot tell ServiceNow or Teams what happened'
    about: 'Copies of what was recorded wait or are refused. Nothing is lost: the run log has it. See docs/operations.md.'
    severity: 2
    window: 'PT15M'
    query: loadTextContent('../alerts/write-backs.kql')
  }
  {
    name: 'stuck-runs'
    title: 'a run of runbot is stuck'
    about: 'The same work is tried again and again, or a bug stopped it. Say "status" to runbot for who holds which run.'
    severity: 1
    window: 'PT30M'
    query: loadTextContent('../alerts/stuck-runs.kql')
  }
  {
    name: 'out-of-work'
    title: 'runbot does not find or take work'
    about: 'The store does not answer, an event cannot be worked on, or the runbook files are invalid.'
    severity: 1
    window: 'PT15M'
    query: loadTextContent('../alerts/out-of-work.kql')
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${name}-people'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'runbot'
    emailReceivers: [
      for (address, index) in emails: { name: 'mail-${index}', emailAddress: address, useCommonAlertSchema: true }
    ]
  }
}

resource alerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: '${name}-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: rule.title
      description: rule.about
      enabled: true
      severity: rule.severity
      scopes: [workspaceId]
      evaluationFrequency: 'PT5M'
      windowSize: rule.window
      autoMitigate: true
      // In a new workspace the table may appear only with the first log line.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: replace(rule.query, 'THE_APP', appName)
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [people.id] }
    }
  }
]
