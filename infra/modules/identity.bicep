// The one identity that runbot has: it is the bot in Teams, and what Azure lets in at Cosmos DB, Key Vault,
// the registry and the blob container. It has no password. What it may do stands beside each resource.

@description('Name of the user-assigned managed identity.')
param name string

@description('Azure region.')
param location string

@description('Tags of the resource.')
param tags object

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

output id string = identity.id
output clientId string = identity.properties.clientId
output principalId string = identity.properties.principalId
