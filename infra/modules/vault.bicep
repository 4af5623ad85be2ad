// The key vault that holds every secret which runbot cannot do without. Secrets are written by people, never by this
// template; the identity may read them and nothing more. Every read is logged.

@description('Name of the vault, unique in Azure.')
@minLength(3)
@maxLength(24)
param name string

@description('Azure region.')
param location string

@description('Tags of the resource.')
param tags object

@description('Object id of the identity that reads the secrets.')
param principalId string

@description('Resource id of the Log Analytics workspace that keeps who read which secret.')
param workspaceId string

// Key Vault Secrets User: read the values of secrets; neither write nor list the settings.
var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: subscription().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    // A signing key that is gone makes old checkpoints impossible to make again: nobody may purge one.
    enablePurgeProtection: true
    enabledForDeployment: false
    enabledForDiskEncryption: false
    enabledForTemplateDeployment: false
    publicNetworkAccess: 'Enabled'
  }
}

resource mayRead 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, principalId, secretsUser)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
  }
}

// There is no GA version of this type; this one is what Microsoft's own modules use.
resource reads 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'audit'
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'audit', enabled: true }]
  }
}

output uri string = vault.properties.vaultUri
output name string = vault.name
