// The store: one Cosmos DB account with one write region and Strong consistency, without keys. runbot refuses to start
// on anything weaker, for its promises (DESIGN §7) rest on it. The data plane cannot create databases or containers,
// so they are made here.

@description('Name of the account, unique in Azure.')
@minLength(3)
@maxLength(44)
param name string

@description('Azure region: the only one that is written to.')
param location string

@description('Tags of the resource.')
param tags object

@description('Object id of the identity that reads and writes the data.')
param principalId string

@description('Name of the database.')
param databaseName string

@description('autoscale: reserved throughput, shared by the three containers. serverless: pay per request.')
@allowed(['autoscale', 'serverless'])
param capacity string

@description('Highest request units per second with autoscale. A tenth of it is always paid for.')
@minValue(1000)
@maxValue(1000000)
param maxThroughput int

@description('How far back the account can be restored to any second.')
@allowed(['Continuous7Days', 'Continuous30Days'])
param backupTier string

@description('Spread the replicas of the account over availability zones. Cannot be changed later.')
param zoneRedundant bool

// What is indexed, per container: the queries of the store and nothing else, for every indexed path costs on each write.
var indexing = loadJsonContent('../cosmos-indexing.json')
var containerNames = ['runs', 'intake', 'control']

// Built-in Data Contributor: read and write items and run queries. It can create and delete neither containers nor keys.
var dataContributor = '00000000-0000-0000-0000-000000000002'

resource account 'Microsoft.DocumentDB/databaseAccounts@2025-04-15' = {
  name: name
  location: location
  tags: tags
  kind: 'GlobalDocumentDB'
  properties: {
    databaseAccountOfferType: 'Standard'
    disableLocalAuth: true
    disableKeyBasedMetadataWriteAccess: true
    consistencyPolicy: { defaultConsistencyLevel: 'Strong' }
    locations: [{ locationName: location, failoverPriority: 0, isZoneRedundant: zoneRedundant }]
    enableMultipleWriteLocations: false
    enableAutomaticFailover: false
    capabilities: capacity == 'serverless' ? [{ name: 'EnableServerless' }] : []
    backupPolicy: {
      type: 'Continuous'
      continuousModeProperties: { tier: backupTier }
    }
    minimalTlsVersion: 'Tls12'
    publicNetworkAccess: 'Enabled'
  }
}

resource database 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2025-04-15' = {
  parent: account
  name: databaseName
  properties: {
    resource: { id: databaseName }
    options: capacity == 'serverless' ? {} : { autoscaleSettings: { maxThroughput: maxThroughput } }
  }
}

resource containers 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2025-04-15' = [
  for container in containerNames: {
    parent: database
    name: container
    properties: {
      resource: {
        id: container
        partitionKey: { kind: 'Hash', version: 2, paths: ['/pk'] }
        // Nothing expires unless the document says so itself.
        defaultTtl: -1
        indexingPolicy: indexing[container]
      }
    }
  }
]

// Not for the account: another database beside this one stays closed to runbot.
resource mayUseData 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2025-04-15' = {
  parent: account
  name: guid(account.id, databaseName, principalId, dataContributor)
  properties: {
    principalId: principalId
    roleDefinitionId: '${account.id}/sqlRoleDefinitions/${dataContributor}'
    scope: '${account.id}/dbs/${databaseName}'
  }
  dependsOn: [database]
}

output endpoint string = account.properties.documentEndpoint
output name string = account.name
