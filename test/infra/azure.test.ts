// Owns what the Azure resources must hold, whatever else changes in infra/: the store, the doors, the rights, the proof.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { at, type BicepFile, type Resource, readBicep, type Value } from './bicep.ts'

const read = (name: string): BicepFile => readBicep(`infra/modules/${name}.bicep`)
const main = readBicep('infra/main.bicep')
const all = globSync('infra/modules/*.bicep').map(readBicep)

/** The one resource of this type; the body of its loop where it has one. */
function only(file: BicepFile, type: string): Resource {
  const found = file.resources.filter((each) => each.type === type)
  assert.equal(found.length, 1, `${type} in ${file.path}`)
  const [resource] = found as [Resource]
  return { ...resource, body: at(resource.body, 'each') ?? resource.body }
}
/** Every place on the way must be as given. */
function holds({ body, type }: Resource, expected: Readonly<Record<string, Value>>): void {
  for (const [path, value] of Object.entries(expected)) assert.deepEqual(at(body, path), value, `${type}: ${path}`)
}
const parameter = (name: string) => main.parameters.find((each) => each.name === name) ?? assert.fail(name)

describe('the store in Azure', () => {
  const file = read('cosmos')
  const account = only(file, 'Microsoft.DocumentDB/databaseAccounts')

  it('has no keys, Strong consistency and one write region (DESIGN §7)', () => {
    holds(account, {
      'properties.disableLocalAuth': true,
      'properties.disableKeyBasedMetadataWriteAccess': true,
      'properties.consistencyPolicy.defaultConsistencyLevel': 'Strong',
      'properties.enableMultipleWriteLocations': false,
      'properties.locations.length': 1,
      'properties.locations.0.failoverPriority': 0,
    })
  })

  it('can be restored to any second', () => {
    holds(account, { 'properties.backupPolicy.type': 'Continuous' })
    assert.deepEqual(parameter('cosmosBackup').fallback, 'Continuous30Days')
  })

  it('has the containers that the store asks for, by /pk, in which nothing expires by itself', () => {
    assert.deepEqual(file.variables.get('containerNames'), ['runs', 'intake', 'control'])
    const container = only(file, 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers')
    holds(container, {
      'properties.resource.partitionKey.paths': ['/pk'],
      'properties.resource.defaultTtl': -1,
      'properties.resource.indexingPolicy': { code: 'indexing[container]' },
    })
  })

  it('indexes in each container only what is listed', () => {
    const indexing = JSON.parse(readFileSync('infra/cosmos-indexing.json', 'utf8')) as Record<string, Value>
    assert.deepEqual(Object.keys(indexing).toSorted(), ['control', 'intake', 'runs'])
    for (const [container, policy] of Object.entries(indexing)) {
      assert.deepEqual(at(policy, 'excludedPaths'), [{ path: '/*' }], container)
      assert.equal(at(policy, 'indexingMode'), 'consistent', container)
    }
  })

  it('lets the identity at the data of its own database only', () => {
    const assignment = only(file, 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments')
    holds(assignment, {
      'properties.scope': { code: "'${account.id}/dbs/${databaseName}'" },
      'properties.principalId': { code: 'principalId' },
    })
    assert.equal(file.variables.get('dataContributor'), '00000000-0000-0000-0000-000000000002')
  })
})

describe('the replicas in Azure', () => {
  const file = read('app')
  const app = only(file, 'Microsoft.App/containerApps')

  it('are at least two, and no parameter makes them one', () => {
    holds(app, { 'properties.template.scale.minReplicas': { code: 'minReplicas' } })
    for (const each of [parameter('minReplicas'), file.parameters.find(({ name }) => name === 'minReplicas')])
      assert.equal(each?.decorators.get('minValue'), '2')
    assert.equal(parameter('minReplicas').fallback, 2)
  })

  it('are reached by https alone, and none is anybody’s own', () => {
    holds(app, {
      'properties.configuration.ingress.external': true,
      'properties.configuration.ingress.allowInsecure': false,
      'properties.configuration.ingress.stickySessions': undefined as unknown as Value,
    })
  })

  it('are asked whether they live and whether they are ready', () => {
    const probes = at(app.body, 'properties.template.containers.0.probes') as Value[]
    const asked = probes.map((probe) => `${String(at(probe, 'type'))} ${String(at(probe, 'httpGet.path'))}`)
    assert.deepEqual(asked, ['Startup /healthz', 'Liveness /healthz', 'Readiness /readyz'])
  })

  it('have longer to leave than runbot takes', () => {
    const [, shutDownMs = ''] = /^const SHUTDOWN_MS = ([\d_]+)$/m.exec(readFileSync('src/main.ts', 'utf8')) ?? []
    const grace = at(app.body, 'properties.template.terminationGracePeriodSeconds')
    assert.ok(typeof grace === 'number' && grace >= 30)
    assert.ok(grace * 1000 > Number(shutDownMs.replaceAll('_', '')) && shutDownMs !== '')
  })

  it('listen where the door sends to', () => {
    holds(app, { 'properties.configuration.ingress.targetPort': { code: 'port' } })
    assert.equal(file.variables.get('port'), 3978)
  })
})

describe('the bot in Azure', () => {
  it('is the managed identity, without a password, on the Teams channel', () => {
    holds(only(read('bot'), 'Microsoft.BotService/botServices'), {
      kind: 'azurebot',
      'properties.msaAppType': 'UserAssignedMSI',
      'properties.msaAppId': { code: 'identityClientId' },
      'properties.msaAppMSIResourceId': { code: 'identityId' },
    })
    holds(only(read('bot'), 'Microsoft.BotService/botServices/channels'), {
      'properties.channelName': 'MsTeamsChannel',
      'properties.properties.isEnabled': true,
    })
  })

  it('is spoken to at the address that the configuration calls public', () => {
    const bot = main.modules.find(({ name }) => name === 'bot')
    assert.deepEqual(at(bot?.body, 'params.endpoint'), { code: "'https://${publicHost}/api/messages'" })
  })
})

describe('secrets and proof in Azure', () => {
  it('lie in a vault that nobody can purge, and every read is logged', () => {
    holds(only(read('vault'), 'Microsoft.KeyVault/vaults'), {
      'properties.enableRbacAuthorization': true,
      'properties.enablePurgeProtection': true,
    })
    holds(only(read('vault'), 'Microsoft.Insights/diagnosticSettings'), { 'properties.logs.0.categoryGroup': 'audit' })
  })

  it('lie, as anchors, where nothing can be changed or deleted', () => {
    const file = read('anchors')
    holds(only(file, 'Microsoft.Storage/storageAccounts'), {
      'properties.allowSharedKeyAccess': false,
      'properties.allowBlobPublicAccess': false,
      'properties.minimumTlsVersion': 'TLS1_2',
    })
    holds(only(file, 'Microsoft.Storage/storageAccounts/blobServices'), { 'properties.isVersioningEnabled': true })
    const policy = only(file, 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies')
    holds(policy, { 'properties.allowProtectedAppendWrites': false })
    assert.equal(policy.condition, '(!locked)')
    assert.equal(parameter('anchorsLocked').fallback, false)
  })

  it('need no admin user and no anonymous guest at the registry', () => {
    holds(only(read('registry'), 'Microsoft.ContainerRegistry/registries'), {
      'properties.adminUserEnabled': false,
      'properties.anonymousPullEnabled': false,
    })
  })
})

describe('the rights of the identity', () => {
  const assignments = all.flatMap((file) =>
    file.resources
      .filter(({ type }) => type === 'Microsoft.Authorization/roleAssignments')
      .map(({ body }) => ({ file, body })),
  )

  it('are these four roles, each on one resource, and the data role of Cosmos DB', () => {
    const roles = assignments.map(({ file, body }) => {
      const [, symbol = ''] = /, (\w+)\)$/.exec(String(at(body, 'properties.roleDefinitionId.code'))) ?? []
      return [file.variables.get(symbol), at(body, 'scope.code')].join(' ')
    })
    assert.deepEqual(roles.toSorted(), [
      '3913510d-42f4-4e42-8a64-420c390055eb insights', // Monitoring Metrics Publisher
      '4633458b-17de-408a-b874-0445c86b69e6 vault', // Key Vault Secrets User
      '7f951dda-4ed3-4680-a7ca-43fe172d538d registry', // AcrPull
      'ba92f5b4-2d11-453d-a403-e96b0029c9fe container', // Storage Blob Data Contributor
    ])
  })

  it('are given to nobody else', () => {
    for (const { body } of assignments) assert.deepEqual(at(body, 'properties.principalId'), { code: 'principalId' })
    for (const { name, body } of main.modules) {
      const principal = at(body, 'params.principalId')
      if (principal !== undefined) assert.deepEqual(principal, { code: 'identity.outputs.principalId' }, name)
    }
  })
})
