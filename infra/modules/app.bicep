// runbot itself: at least two replicas of one image, nothing sticky, secrets from the key vault by identity.

@description('Name of the container app.')
@minLength(2)
@maxLength(32)
param name string

@description('Azure region.')
param location string

@description('Tags of the resource.')
param tags object

@description('Resource id of the Container Apps environment.')
param environmentId string

@description('The image to run, with its tag.')
param image string

@description('Host name of the registry that the image comes from.')
param registryServer string

@description('Resource id of the identity that pulls the image, reads the secrets and is the bot.')
param identityId string

@description('Address of the key vault, with a slash at the end.')
param vaultUri string

@description('Names of the environment variables whose values are secrets in the key vault.')
param secretNames string[]

@description('Every other environment variable: name, and a value that is no secret. Empty ones are left out.')
param settings object[]

@description('Own host name; empty: only the one that Azure gives.')
param hostName string

@description('Resource id of the certificate for the own host name, in the environment; empty: not bound yet.')
param certificateId string

@description('Single: a new revision takes over when it is ready. Multiple: old ones stay until you deactivate them.')
@allowed(['Single', 'Multiple'])
param revisionMode string

@description('Smallest number of replicas.')
@minValue(2)
param minReplicas int

@description('Largest number of replicas.')
@minValue(2)
@maxValue(30)
param maxReplicas int

@description('Processor cores of one replica; memory is 2 GiB for each core.')
@allowed(['0.5', '1', '2'])
param cores string

var port = 3978
var memory = { '0.5': '1Gi', '1': '2Gi', '2': '4Gi' }

// SERVICENOW_WEBHOOK_SECRET is called servicenow-webhook-secret in the vault: names there have no underscore.
var secrets = [
  for variable in secretNames: {
    name: toLower(replace(variable, '_', '-'))
    // Without a version: a new one is taken over within half an hour, by a restart of the replicas.
    keyVaultUrl: '${vaultUri}secrets/${toLower(replace(variable, '_', '-'))}'
    identity: identityId
  }
]
var fromVault = [
  for variable in secretNames: {
    name: variable
    secretRef: toLower(replace(variable, '_', '-'))
  }
]

resource app 'Microsoft.App/containerApps@2025-07-01' = {
  name: name
  location: location
  tags: tags
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    environmentId: environmentId
    workloadProfileName: 'Consumption'
    configuration: {
      activeRevisionsMode: revisionMode
      maxInactiveRevisions: 10
      registries: [{ server: registryServer, identity: identityId }]
      secrets: secrets
      ingress: {
        external: true
        allowInsecure: false
        targetPort: port
        transport: 'http'
        clientCertificateMode: 'ignore'
        traffic: [{ latestRevision: true, weight: 100 }]
        customDomains: empty(hostName)
          ? []
          : [
              {
                name: hostName
                bindingType: empty(certificateId) ? 'Disabled' : 'SniEnabled'
                certificateId: empty(certificateId) ? null : certificateId
              }
            ]
      }
    }
    template: {
      // runbot needs up to 25 s to finish or hand over what is in flight; then it leaves by itself.
      terminationGracePeriodSeconds: 60
      containers: [
        {
          name: 'runbot'
          image: image
          resources: { cpu: json(cores), memory: memory[cores] }
          env: concat(filter(settings, each => !empty(each.value)), fromVault)
          probes: [
            {
              type: 'Startup'
              httpGet: { path: '/healthz', port: port }
              initialDelaySeconds: 1
              periodSeconds: 5
              timeoutSeconds: 3
              failureThreshold: 10
            }
            {
              type: 'Liveness'
              httpGet: { path: '/healthz', port: port }
              periodSeconds: 10
              timeoutSeconds: 5
              failureThreshold: 3
            }
            {
              type: 'Readiness'
              httpGet: { path: '/readyz', port: port }
              periodSeconds: 5
              timeoutSeconds: 5
              failureThreshold: 3
            }
          ]
        }
      ]
      scale: {
        minReplicas: minReplicas
        maxReplicas: maxReplicas
        rules: [{ name: 'requests', http: { metadata: { concurrentRequests: '50' } } }]
      }
    }
  }
}
