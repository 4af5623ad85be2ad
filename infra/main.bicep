// Everything that runbot needs in one resource group. Deploy it twice: first with image 'none', which lays the
// foundation (registry, vault, store), then with your image, once the secrets are in the vault. docs/deploy.md leads
// through it. Deploying again changes only what differs.
targetScope = 'resourceGroup'

// --- Names and places ------------------------------------------------------------------------------------------------

@description('Begin of every name: a letter, then small letters, digits or single hyphens. Two installations in one resource group need two names.')
@minLength(3)
@maxLength(12)
param name string = 'runbot'

@description('Azure region of everything, and the only region that the store is written in.')
param location string = resourceGroup().location

@description('Spread the store, and the replicas where there is a subnet, over availability zones. Cannot be changed later; not every region has them.')
param zoneRedundant bool = false

@description('Tags for every resource, for example a cost centre.')
param tags object = { app: 'runbot' }

// --- What runs -------------------------------------------------------------------------------------------------------

@description('Your image: runbot with your runbooks, as registry/name:tag. none: only the foundation is laid.')
@minLength(1)
param image string = 'none'

@description('Smallest number of replicas. Two, so that one may be gone.')
@minValue(2)
@maxValue(30)
param minReplicas int = 2

@description('Largest number of replicas.')
@minValue(2)
@maxValue(30)
param maxReplicas int = 4

@description('Processor cores of one replica; memory is 2 GiB for each core.')
@allowed(['0.5', '1', '2'])
param cores string = '0.5'

@description('Single: a new revision takes over when it is ready. Multiple: old ones stay until you deactivate them.')
@allowed(['Single', 'Multiple'])
param revisionMode string = 'Single'

@description('How much runbot writes to its log. Less than warn is not offered: the alerts read these lines.')
@allowed(['trace', 'debug', 'info', 'warn'])
param logLevel string = 'info'

// --- Who may speak to it ---------------------------------------------------------------------------------------------

@description('Ids of the tenants whose people may use the bot. Empty: only the tenant of this subscription.')
param allowedTenants string[] = []

@description('The name of the bot resource as people read it.')
@minLength(1)
@maxLength(42)
param botDisplayName string = 'runbot'

@description('Price of the bot registration. F0 (free) is enough for Teams.')
@allowed(['F0', 'S1'])
param botSku string = 'F0'

@description('Own host name such as runbot.example.com. Empty: the one that Azure gives.')
param hostName string = ''

@description('Resource id of the certificate for the own host name, in the Container Apps environment.')
param certificateId string = ''

@description('Resource id of a subnet (/27 or larger, delegated to Microsoft.App/environments), so that runbot reaches internal systems. Cannot be changed later.')
param subnetId string = ''

// --- What it is connected to -----------------------------------------------------------------------------------------

@description('Address of the ServiceNow instance: https://example.service-now.com. Empty: runbot works without ServiceNow.')
param serviceNowUrl string = ''

@description('OAuth client id for ServiceNow.')
param serviceNowClientId string = ''

@description('Secrets of runbot itself, by environment variable. Each must be in the vault before the second deployment; take out what you do not use.')
param secretNames string[] = ['SERVICENOW_WEBHOOK_SECRET', 'SERVICENOW_CLIENT_SECRET', 'EVENTS_SECRET', 'AUDIT_SIGNING_KEY', 'METRICS_TOKEN']

@description('Secrets that connectors.yaml takes from the environment, by environment variable, for example OPS_TOKEN. Each must be in the vault.')
param connectorSecrets string[] = []

@description('Further environment variables that are no secrets, for example { OPS_URL: \'https://ops.example.com\' }. Never a secret: everyone who may read the resource reads it.')
param extraSettings object = {}

// --- Where it keeps what it knows ------------------------------------------------------------------------------------

@description('autoscale: reserved throughput, even latency. serverless: pay per request, for a trial.')
@allowed(['autoscale', 'serverless'])
param cosmosCapacity string = 'autoscale'

@description('Highest request units per second with autoscale. A tenth of it is always paid for.')
@minValue(1000)
@maxValue(1000000)
param cosmosMaxThroughput int = 1000

@description('Name of the Cosmos DB account. Empty: one of its own. After a restore, the account that it was restored to.')
@maxLength(44)
param cosmosAccountName string = ''

@description('How far back the store can be restored to any second.')
@allowed(['Continuous7Days', 'Continuous30Days'])
param cosmosBackup string = 'Continuous30Days'

@description('How many copies of the audit anchors Azure keeps, and where.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param anchorRedundancy string = 'Standard_ZRS'

@description('For how many days an audit anchor cannot be changed or deleted. 2557 are seven years.')
@minValue(1)
@maxValue(146000)
param anchorRetentionDays int = 2557

@description('Set to true after you locked the policy of the anchors (docs/deploy.md): a locked one cannot be deployed again.')
param anchorsLocked bool = false

// --- Who watches it --------------------------------------------------------------------------------------------------

@description('Mail addresses that are told when runbot itself is in trouble.')
@minLength(1)
param alertEmails string[]

@description('For how many days log lines are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 90

// ---------------------------------------------------------------------------------------------------------------------

var unique = uniqueString(resourceGroup().id, name)
// Registry and storage account allow letters and digits only.
var plainName = toLower(replace(name, '-', ''))
var databaseName = 'runbot'
var appName = toLower(name)
var tenantId = subscription().tenantId
var tenants = empty(allowedTenants) ? [tenantId] : allowedTenants
var publicHost = empty(hostName) ? '${appName}.${environment.outputs.defaultDomain}' : hostName

module identity 'modules/identity.bicep' = {
  name: '${name}-identity'
  params: {
    name: '${name}-identity'
    location: location
    tags: tags
  }
}

module registry 'modules/registry.bicep' = {
  name: '${name}-registry'
  params: {
    name: take('${plainName}${unique}', 50)
    location: location
    tags: tags
    principalId: identity.outputs.principalId
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: '${name}-monitoring'
  params: {
    name: name
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    retentionDays: logRetentionDays
  }
}

module vault 'modules/vault.bicep' = {
  name: '${name}-vault'
  params: {
    name: take('${plainName}-${unique}', 24)
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module cosmos 'modules/cosmos.bicep' = {
  name: '${name}-cosmos'
  params: {
    name: empty(cosmosAccountName) ? '${plainName}-${unique}' : cosmosAccountName
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    databaseName: databaseName
    capacity: cosmosCapacity
    maxThroughput: cosmosMaxThroughput
    backupTier: cosmosBackup
    zoneRedundant: zoneRedundant
  }
}

module anchors 'modules/anchors.bicep' = {
  name: '${name}-anchors'
  params: {
    name: take('${plainName}${unique}', 24)
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    redundancy: anchorRedundancy
    retentionDays: anchorRetentionDays
    locked: anchorsLocked
  }
}

module environment 'modules/environment.bicep' = {
  name: '${name}-environment'
  params: {
    name: '${name}-environment'
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    subnetId: subnetId
    zoneRedundant: zoneRedundant
  }
}

module bot 'modules/bot.bicep' = {
  name: '${name}-bot'
  params: {
    name: '${name}-${unique}'
    tags: tags
    displayName: botDisplayName
    sku: botSku
    endpoint: 'https://${publicHost}/api/messages'
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
  }
}

module app 'modules/app.bicep' = if (image != 'none') {
  name: '${name}-app'
  params: {
    name: appName
    location: location
    tags: tags
    environmentId: environment.outputs.id
    image: image
    registryServer: registry.outputs.loginServer
    identityId: identity.outputs.id
    vaultUri: vault.outputs.uri
    secretNames: union(secretNames, connectorSecrets)
    settings: concat(
      [
        { name: 'HOST', value: '0.0.0.0' }
        { name: 'PORT', value: '3978' }
        { name: 'PUBLIC_URL', value: 'https://${publicHost}' }
        { name: 'MicrosoftAppType', value: 'UserAssignedMSI' }
        { name: 'MicrosoftAppId', value: identity.outputs.clientId }
        { name: 'MicrosoftAppTenantId', value: tenantId }
        { name: 'ALLOWED_TENANTS', value: join(tenants, ' ') }
        { name: 'AZURE_CLIENT_ID', value: identity.outputs.clientId }
        { name: 'RUNBOT_STORE', value: 'cosmos' }
        { name: 'COSMOS_ENDPOINT', value: cosmos.outputs.endpoint }
        { name: 'COSMOS_DATABASE', value: databaseName }
        { name: 'AUDIT_ANCHORS', value: anchors.outputs.url }
        { name: 'SERVICENOW_URL', value: serviceNowUrl }
        { name: 'SERVICENOW_CLIENT_ID', value: serviceNowClientId }
        { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: monitoring.outputs.connectionString }
        { name: 'LOG_LEVEL', value: logLevel }
      ],
      map(items(extraSettings), each => { name: each.key, value: string(each.value) })
    )
    hostName: hostName
    certificateId: certificateId
    revisionMode: revisionMode
    minReplicas: minReplicas
    maxReplicas: maxReplicas
    cores: cores
  }
}

module alerts 'modules/alerts.bicep' = {
  name: '${name}-alerts'
  params: {
    name: name
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    appName: appName
    emails: alertEmails
  }
}

// The next steps need these; the Agents Toolkit writes each into env/.env.<name> under its own name.
output BOT_ID string = identity.outputs.clientId
output BOT_DOMAIN string = publicHost
output BOT_TENANT_ID string = tenantId
output BOT_ENDPOINT string = 'https://${publicHost}/api/messages'
output IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId
output REGISTRY string = registry.outputs.loginServer
output VAULT_NAME string = vault.outputs.name
output COSMOS_ENDPOINT string = cosmos.outputs.endpoint
output COSMOS_ACCOUNT string = cosmos.outputs.name
output ANCHOR_ACCOUNT string = anchors.outputs.accountName
output AUDIT_ANCHORS string = anchors.outputs.url
