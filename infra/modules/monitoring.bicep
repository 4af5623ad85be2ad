// Where logs and telemetry go: one Log Analytics workspace, and Application Insights on top of it. Telemetry is taken
// from the identity only, so the connection string opens nothing by itself.

@description('Begin of the names of both resources.')
param name string

@description('Azure region.')
param location string

@description('Tags of the resources.')
param tags object

@description('Object id of the identity that sends telemetry.')
param principalId string

@description('For how many days logs are kept.')
@minValue(30)
@maxValue(730)
param retentionDays int

// Monitoring Metrics Publisher: send telemetry, read none.
var metricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: '${name}-logs'
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    features: { disableLocalAuth: true }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: '${name}-insights'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
  }
}

resource maySend 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: insights
  name: guid(insights.id, principalId, metricsPublisher)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', metricsPublisher)
  }
}

output workspaceId string = workspace.id
output connectionString string = insights.properties.ConnectionString
