// The bot's registration with Bot Framework, and the Teams channel. The managed identity is the bot: no password.

@description('Name of the bot resource.')
@minLength(2)
@maxLength(64)
param name string

@description('Tags of the resource.')
param tags object

@description('The name that people read in Teams before the app package brings its own.')
@maxLength(42)
param displayName string

@description('F0 is enough: Teams is a standard channel, whose messages are free and unlimited.')
@allowed(['F0', 'S1'])
param sku string

@description('Where Bot Framework sends what people write: https, ending in /api/messages.')
param endpoint string

@description('Resource id of the identity that is the bot.')
param identityId string

@description('Client id of that identity: the bot id of the Teams app.')
param identityClientId string

resource bot 'Microsoft.BotService/botServices@2022-09-15' = {
  name: name
  location: 'global'
  tags: tags
  kind: 'azurebot'
  sku: { name: sku }
  properties: {
    displayName: displayName
    endpoint: endpoint
    msaAppType: 'UserAssignedMSI'
    msaAppId: identityClientId
    msaAppMSIResourceId: identityId
    msaAppTenantId: subscription().tenantId
    disableLocalAuth: true
  }
}

resource teams 'Microsoft.BotService/botServices/channels@2022-09-15' = {
  parent: bot
  name: 'MsTeamsChannel'
  location: 'global'
  properties: {
    channelName: 'MsTeamsChannel'
    properties: { isEnabled: true, acceptedTerms: true, enableCalling: false }
  }
}
