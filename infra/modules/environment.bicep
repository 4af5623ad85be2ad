// The Container Apps environment: where the replicas run, and where their log lines go.

@description('Name of the environment.')
param name string

@description('Azure region.')
param location string

@description('Tags of the resource.')
param tags object

@description('Resource id of the Log Analytics workspace for log lines.')
param workspaceId string

@description('Resource id of a subnet, so that runbot reaches systems that have no public address. Empty: none.')
param subnetId string

@description('Spread the replicas over availability zones; only where there is a subnet.')
param zoneRedundant bool

resource environment 'Microsoft.App/managedEnvironments@2025-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    // Through Azure Monitor no key of the workspace is needed, and the tables that alerts ask exist from the beginning.
    appLogsConfiguration: { destination: 'azure-monitor' }
    workloadProfiles: [{ name: 'Consumption', workloadProfileType: 'Consumption' }]
    vnetConfiguration: empty(subnetId) ? null : { infrastructureSubnetId: subnetId, internal: false }
    zoneRedundant: zoneRedundant && !empty(subnetId)
  }
}

// There is no GA version of this type; this one is what Microsoft's own modules use.
resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: environment
  name: 'logs'
  properties: {
    workspaceId: workspaceId
    logs: [
      { category: 'ContainerAppConsoleLogs', enabled: true }
      { category: 'ContainerAppSystemLogs', enabled: true }
    ]
  }
}

output id string = environment.id
output defaultDomain string = environment.properties.defaultDomain
