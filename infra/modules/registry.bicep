// The container registry that holds your image of runbot, and the right to pull from it. Nobody pulls without a name,
// and there is no admin password.

@description('Name of the registry, unique in Azure: letters and digits.')
@minLength(5)
@maxLength(50)
param name string

@description('Azure region.')
param location string

@description('Tags of the resource.')
param tags object

@description('Object id of the identity that pulls the image.')
param principalId string

// AcrPull: pull images, nothing else.
var acrPull = '7f951dda-4ed3-4680-a7ca-43fe172d538d'

resource registry 'Microsoft.ContainerRegistry/registries@2025-04-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: 'Basic' }
  properties: {
    adminUserEnabled: false
    anonymousPullEnabled: false
  }
}

resource mayPull 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: registry
  name: guid(registry.id, principalId, acrPull)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', acrPull)
  }
}

output loginServer string = registry.properties.loginServer
