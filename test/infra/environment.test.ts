// Owns the environment of the container app: only documented variables, and no secret among the plain ones.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { readConfig } from '../../src/config.ts'
import { at, readBicep, type Value } from './bicep.ts'

const main = readBicep('infra/main.bicep')
const app = readBicep('infra/modules/app.bicep')
const module = main.modules.find(({ name }) => name === 'app') ?? assert.fail('main.bicep has no app')
const code = String(at(module.body, 'params.settings.code'))
const plain = [...code.matchAll(/\{ name: '(\w+)', value: (.+) \}$/gm)].map(([, name = '', value = '']) => ({
  name,
  value,
}))
const secrets = main.parameters.find(({ name }) => name === 'secretNames')?.fallback as readonly string[]
const documented = new Set(readFileSync('.env.example', 'utf8').match(/(?<=^#?)\w+(?==)/gm))

const looksSecret = /SECRET|PASSWORD|TOKEN|KEY$|CREDENTIAL/i

describe('the environment of the container app', () => {
  it('is read whole by this test', () => {
    assert.ok(plain.length >= 12)
    assert.equal(plain.length, code.match(/\{ name: '/g)?.length)
  })

  it('holds only variables that .env.example documents', () => {
    const names = [...plain.map(({ name }) => name), ...secrets]
    assert.deepEqual(
      names.filter((name) => !documented.has(name)),
      [],
    )
  })

  it('holds no secret as a plain value', () => {
    assert.deepEqual(
      plain.filter(({ name }) => looksSecret.test(name)),
      [],
    )
    for (const name of secrets) assert.match(name, looksSecret)
    // Nor does a parameter take one: secrets are written into the vault by people, never by a deployment.
    const taken = main.parameters.filter(
      ({ name, decorators, type }) => decorators.has('secure') || (type === 'string' && looksSecret.test(name)),
    )
    assert.deepEqual(
      taken.map(({ name }) => name),
      [],
    )
  })

  it('takes each secret from the vault, by the identity and under one name', () => {
    const inVault = "toLower(replace(variable, '_', '-'))"
    assert.deepEqual(at(app.variables.get('secrets'), 'each'), {
      name: { code: inVault },
      keyVaultUrl: { code: `'\${vaultUri}secrets/\${${inVault}}'` },
      identity: { code: 'identityId' },
    } satisfies Value)
    assert.deepEqual(at(app.variables.get('fromVault'), 'each'), {
      name: { code: 'variable' },
      secretRef: { code: inVault },
    })
  })

  it('is one that runbot starts with', () => {
    const guid = '00000000-0000-4000-8000-000000000001'
    const filled: Record<string, string> = {
      publicHost: 'runbot.example.com',
      'identity.outputs.clientId': guid,
      tenantId: guid,
      "join(tenants, ' ')": guid,
      databaseName: 'runbot',
      'cosmos.outputs.endpoint': 'https://runbot.documents.azure.com:443/',
      'anchors.outputs.url': 'https://runbot.blob.core.windows.net/audit-anchors',
      'monitoring.outputs.connectionString': `InstrumentationKey=${guid}`,
      serviceNowUrl: '',
      serviceNowClientId: '',
      logLevel: 'info',
    }
    const valueOf = (written: string): string => {
      if (!written.startsWith("'")) return filled[written] ?? assert.fail(`what is ${written}?`)
      return written.slice(1, -1).replace(/\$\{(\w+)\}/g, (_, name: string) => filled[name] ?? assert.fail(name))
    }
    const read = readConfig(Object.fromEntries(plain.map(({ name, value }) => [name, valueOf(value)])))
    assert.deepEqual(read.ok ? [] : read.problems, [])
  })
})
