// Owns the specification of the environment: defaults, rules, and how each mistake reads.
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { type Config, playgroundTenant, readConfig, secretsOf } from '../src/config.ts'

const appId = '11111111-1111-1111-1111-111111111111'
const tenant = '22222222-2222-2222-2222-22222222222A'
const bot = { MicrosoftAppId: appId, MicrosoftAppPassword: 'app-secret', MicrosoftAppTenantId: tenant }
const local = { BOT_AUTH: 'none' }
const secretOf = (bytes: number): string => `whsec_${Buffer.alloc(bytes, 200).toString('base64')}`

const configOf = (env: NodeJS.ProcessEnv): Config => {
  const result = readConfig(env)
  assert.ok(result.ok, JSON.stringify(result))
  return result.config
}
const problemsOf = (env: NodeJS.ProcessEnv): readonly string[] => {
  const result = readConfig(env)
  return result.ok ? [] : result.problems
}

describe('the configuration', () => {
  it('needs no more than the bot registration; the rest has defaults', () => {
    assert.deepEqual(configOf(bot), {
      host: '127.0.0.1',
      port: 3978,
      bot: {
        auth: 'required',
        type: 'SingleTenant',
        appId,
        password: 'app-secret',
        tenantId: tenant,
        allowedTenants: [tenant.toLowerCase()],
        serviceHosts: [],
      },
      store: { kind: 'sqlite', path: 'data/runbot.db' },
      runbooksDir: 'runbooks',
      leaseMs: 10_000,
      graph: { url: 'https://graph.microsoft.com' },
      webhookSecrets: { serviceNow: [], events: [] },
      auditAnchorsMs: 900_000,
      logLevel: 'info',
    })
  })

  it('reports every problem at once, each as a sentence that begins with its variable', () => {
    const problems = problemsOf({ PORT: '70000', LOG_LEVEL: 'loud', RUNBOT_STORE: 'redis', SERVICENOW_POLL_MS: '-1' })
    assert.deepEqual(
      problems.map((problem) => problem.split(' ')[0]),
      [
        'PORT',
        'MicrosoftAppId',
        'MicrosoftAppPassword',
        'MicrosoftAppTenantId',
        'RUNBOT_STORE',
        'SERVICENOW_POLL_MS',
        'LOG_LEVEL',
      ],
    )
    for (const problem of problems) assert.match(problem, /^[A-Za-z_]+ .*\.$/)
  })

  it('takes an empty variable for unset', () => {
    const empty = { PORT: '', LOG_LEVEL: ' ', ALLOWED_TENANTS: '', SERVICENOW_URL: '', AUDIT_SIGNING_KEY: '', HOST: '' }
    assert.deepEqual(configOf({ ...bot, ...empty }), configOf(bot))
  })

  it('never tells a value that could be a secret', () => {
    const secret = 'hunter-2'
    const names = [
      'MicrosoftAppId',
      'MicrosoftAppTenantId',
      'SERVICENOW_WEBHOOK_SECRET',
      'EVENTS_SECRET',
      'AUDIT_SIGNING_KEY',
    ]
    const env = Object.fromEntries(
      [...names, 'PORT', 'SERVICENOW_URL', 'SERVICENOW_PASSWORD'].map((name) => [name, secret]),
    )
    const problems = problemsOf(env)
    assert.ok(problems.length >= names.length)
    assert.ok(!problems.join().includes(secret))
  })

  it('lists every secret that it holds, for the log to keep out', () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const secrets = secretsOf(
      configOf({
        ...bot,
        SERVICENOW_URL: 'https://x.example',
        SERVICENOW_CLIENT_ID: 'id',
        SERVICENOW_CLIENT_SECRET: 'client-secret',
        SERVICENOW_USERNAME: 'user',
        SERVICENOW_PASSWORD: 'user-password',
        EVENTS_SECRET: secretOf(24),
        AUDIT_SIGNING_KEY: pem,
      }),
    )
    for (const secret of ['app-secret', 'client-secret', 'user-password', secretOf(24), secretOf(24).slice(6), pem])
      assert.ok(secrets.includes(secret), secret)
  })

  describe('BOT_AUTH', () => {
    for (const host of ['127.0.0.1', '127.9.9.9', '::1', '[::1]', '0:0:0:0:0:0:0:1', 'localhost', 'LOCALHOST'])
      it(`may be none on ${host}`, () => assert.deepEqual(problemsOf({ ...local, HOST: host }), []))

    for (const host of [
      '0.0.0.0',
      '::',
      '10.0.0.1',
      '128.0.0.1',
      '127.evil.example',
      'localhost.evil.example',
      '::ffff:127.0.0.1',
    ])
      it(`may not be none on ${host} (P10)`, () => {
        const [problem] = problemsOf({ ...local, HOST: host })
        assert.match(
          problem ?? '',
          /^BOT_AUTH none needs HOST to be a loopback address.*change HOST, or remove BOT_AUTH\.$/,
        )
      })

    it('refuses what is neither required nor none, and then still asks for what required needs (P5)', () => {
      const problems = problemsOf({ BOT_AUTH: 'off' })
      assert.match(problems[0] ?? '', /^BOT_AUTH must be one of required, none\.$/)
      assert.ok(problems.some((problem) => problem.startsWith('MicrosoftAppId is missing')))
    })
  })

  describe('the bot registration', () => {
    it('needs no password with a managed identity, and no tenant where it is multi-tenant', () => {
      const msi = { ...bot, MicrosoftAppType: 'userassignedmsi', MicrosoftAppPassword: '' }
      assert.equal(configOf(msi).bot.type, 'UserAssignedMSI')
      const multi = { ...bot, MicrosoftAppType: 'MultiTenant', MicrosoftAppTenantId: '' }
      assert.deepEqual(configOf({ ...multi, ALLOWED_TENANTS: tenant }).bot.allowedTenants, [tenant.toLowerCase()])
      assert.match(problemsOf(multi)[0] ?? '', /^ALLOWED_TENANTS is missing/)
    })

    it('takes no id that is not a GUID', () => {
      assert.match(problemsOf({ ...bot, MicrosoftAppId: 'bot' })[0] ?? '', /^MicrosoftAppId must be a GUID/)
    })
  })

  describe('ALLOWED_TENANTS', () => {
    it('takes commas or spaces, and any case', () => {
      const list = `${tenant}, ${appId}\t${appId}`
      const allowed = [tenant.toLowerCase(), appId, appId]
      assert.deepEqual(configOf({ ...bot, ALLOWED_TENANTS: list }).bot.allowedTenants, allowed)
    })

    it('is the Playground’s tenant where nobody is asked for a token, and never everybody (P10)', () => {
      assert.deepEqual(configOf(local).bot.allowedTenants, [playgroundTenant])
      assert.deepEqual(configOf({ ...local, ALLOWED_TENANTS: 'mine' }).bot.allowedTenants, ['mine'])
      for (const env of [local, bot])
        assert.match(problemsOf({ ...env, ALLOWED_TENANTS: '*' })[0] ?? '', /^ALLOWED_TENANTS/)
    })

    it('agrees with the tenant that the Playground really sends', () => {
      const code = readFileSync('node_modules/@microsoft/m365agentsplayground/dist/index.js', 'utf8')
      assert.ok(code.includes(`tenantId: ${playgroundTenant}\\n`))
    })
  })

  describe('the store', () => {
    it('is a SQLite file', () => {
      assert.deepEqual(configOf({ ...bot, RUNBOT_STORE: 'sqlite:/var/x y.db' }).store, {
        kind: 'sqlite',
        path: '/var/x y.db',
      })
      for (const store of ['sqlite:', 'sqlite::memory:', 'runbot.db', 'postgres://x'])
        assert.match(problemsOf({ ...bot, RUNBOT_STORE: store })[0] ?? '', /^RUNBOT_STORE must be sqlite:<path>/)
    })

    it('is Cosmos DB where its account is named, with the identity of the machine and a longer lease', () => {
      const COSMOS_ENDPOINT = 'https://runbot.documents.azure.com:443/'
      const config = configOf({ ...bot, RUNBOT_STORE: 'cosmos', COSMOS_ENDPOINT })
      const endpoint = 'https://runbot.documents.azure.com'
      assert.deepEqual(config.store, { kind: 'cosmos', endpoint, database: 'runbot' })
      assert.equal(config.leaseMs, 30_000)
      const named = configOf({ ...bot, RUNBOT_STORE: 'cosmos', COSMOS_ENDPOINT, COSMOS_DATABASE: 'ops' })
      assert.deepEqual(named.store, { kind: 'cosmos', endpoint, database: 'ops' })
    })

    it('takes a key for an emulator on this machine alone, and keeps it out of the log', () => {
      const cosmos = { ...bot, RUNBOT_STORE: 'cosmos', COSMOS_KEY: 'C2y6yDjf5' }
      const emulated = configOf({ ...cosmos, COSMOS_ENDPOINT: 'http://127.0.0.1:8081' })
      assert.ok(secretsOf(emulated).includes('C2y6yDjf5'))
      const [problem = ''] = problemsOf({ ...cosmos, COSMOS_ENDPOINT: 'https://runbot.documents.azure.com' })
      assert.match(problem, /^COSMOS_KEY is for an emulator on this machine alone/)
      assert.doesNotMatch(problem, /C2y6yDjf5/)
    })

    it('keeps a lease on Cosmos DB for longer than one call of the store takes, but for an emulator', () => {
      const cosmos = { ...bot, RUNBOT_STORE: 'cosmos', COSMOS_ENDPOINT: 'https://runbot.documents.azure.com' }
      assert.deepEqual(problemsOf({ ...cosmos, RUNBOT_LEASE_MS: '14999' }), [
        'RUNBOT_LEASE_MS must be at least 15000 milliseconds with RUNBOT_STORE=cosmos: a lease must outlast one call of the store.',
      ])
      assert.equal(configOf({ ...cosmos, RUNBOT_LEASE_MS: '15000' }).leaseMs, 15_000)
      for (const COSMOS_ENDPOINT of ['http://127.0.0.1:8081', 'https://localhost:8081', 'http://[::1]:8081'])
        assert.equal(configOf({ ...cosmos, COSMOS_ENDPOINT, RUNBOT_LEASE_MS: '300' }).leaseMs, 300)
      assert.equal(configOf({ ...bot, RUNBOT_LEASE_MS: '300' }).leaseMs, 300)
    })

    it('says what Cosmos DB lacks, and reads none of it for SQLite', () => {
      assert.match(problemsOf({ ...bot, RUNBOT_STORE: 'cosmos' })[0] ?? '', /^COSMOS_ENDPOINT is missing: /)
      const wrong = { ...bot, RUNBOT_STORE: 'cosmos', COSMOS_ENDPOINT: 'http://far.example', COSMOS_DATABASE: 'a/b' }
      assert.equal(problemsOf(wrong).length, 2)
      assert.deepEqual(problemsOf({ ...bot, COSMOS_ENDPOINT: 'nonsense' }), [])
    })
  })

  describe('ServiceNow', () => {
    const url = { ...bot, SERVICENOW_URL: 'https://x.example/' }
    const client = { SERVICENOW_CLIENT_ID: 'id', SERVICENOW_CLIENT_SECRET: 's' }
    const user = { SERVICENOW_USERNAME: 'u', SERVICENOW_PASSWORD: 'p' }

    it('is logged in to by client credentials, password grant or Basic, as the variables tell', () => {
      const kind = (env: NodeJS.ProcessEnv) => configOf({ ...url, ...env }).serviceNow?.auth.kind
      assert.deepEqual(
        [kind(client), kind({ ...client, ...user }), kind(user)],
        ['clientCredentials', 'password', 'basic'],
      )
    })

    it('is polled every minute unless told; 0 is off', () => {
      const { serviceNow } = configOf({ ...url, ...user })
      assert.deepEqual(serviceNow, {
        url: 'https://x.example',
        auth: { kind: 'basic', username: 'u', password: 'p' },
        pollMs: 60_000,
      })
      assert.equal(configOf({ ...url, ...user, SERVICENOW_POLL_MS: '0' }).serviceNow?.pollMs, 0)
    })

    const bad: [what: string, env: NodeJS.ProcessEnv, says: RegExp][] = [
      ['no credentials', url, /^SERVICENOW_URL needs credentials: set SERVICENOW_CLIENT_ID/],
      ['a client id without its secret', { ...url, SERVICENOW_CLIENT_ID: 'id' }, /CLIENT_SECRET go together/],
      ['a user name without a password', { ...url, ...client, SERVICENOW_USERNAME: 'u' }, /PASSWORD go together/],
      ['credentials without a URL', { ...bot, ...user }, /^SERVICENOW_URL is missing/],
      ['plain http', { ...url, ...user, SERVICENOW_URL: 'http://x.example' }, /^SERVICENOW_URL must be an https URL/],
      [
        'credentials in the URL',
        { ...url, ...user, SERVICENOW_URL: 'https://u:p@x.example' },
        /^SERVICENOW_URL must be/,
      ],
      ['no URL at all', { ...url, ...user, SERVICENOW_URL: 'x.example' }, /^SERVICENOW_URL must be/],
    ]
    for (const [what, env, says] of bad)
      it(`refuses ${what} and says what to do (P12)`, () => {
        const problems = problemsOf(env)
        assert.equal(problems.length, 1)
        assert.match(problems[0] ?? '', says)
      })

    it('may be plain http on a loopback address, as the sandbox is', () => {
      for (const host of ['127.0.0.1:8080', '[::1]:8080', 'localhost'])
        assert.deepEqual(problemsOf({ ...url, ...user, SERVICENOW_URL: `http://${host}` }), [])
    })
  })

  describe('Microsoft Graph', () => {
    it('is the public cloud’s unless told', () => {
      const urls = { GRAPH_URL: 'https://graph.microsoft.us/', GRAPH_LOGIN_URL: 'https://login.microsoftonline.us' }
      assert.deepEqual(configOf({ ...bot, ...urls }).graph, {
        url: 'https://graph.microsoft.us',
        loginUrl: 'https://login.microsoftonline.us',
      })
    })

    for (const name of ['GRAPH_URL', 'GRAPH_LOGIN_URL']) {
      it(`has a ${name} that may be plain http on a loopback address alone`, () => {
        assert.deepEqual(problemsOf({ ...bot, [name]: 'http://127.0.0.1:8080' }), [])
        const [problem, ...more] = problemsOf({ ...bot, [name]: 'http://graph.example' })
        assert.match(problem ?? '', new RegExp(`^${name} must be an https URL`))
        assert.deepEqual(more, [])
      })

      it(`has a ${name} without a path, for runbot adds its own`, () => {
        assert.deepEqual(problemsOf({ ...bot, [name]: 'https://graph.example/v1.0' }), [
          `${name} must be an origin such as https://graph.microsoft.com, without a path.`,
        ])
        for (const value of ['graph.example', 'https://u:p@graph.example', 'https://graph.example?x'])
          assert.equal(problemsOf({ ...bot, [name]: value }).length, 1)
      })
    }
  })

  describe('webhook secrets', () => {
    it('may be several while they rotate', () => {
      const value = ` ${secretOf(24)}  ${secretOf(64)} `
      assert.deepEqual(configOf({ ...bot, EVENTS_SECRET: value }).webhookSecrets.events, [secretOf(24), secretOf(64)])
    })

    for (const [what, secret] of [
      ['too short', secretOf(23)],
      ['too long', secretOf(65)],
      ['not base64', 'whsec_!!!'],
      ['in base64url', `whsec_${Buffer.alloc(33, 255).toString('base64url')}`],
      ['without whsec_', secretOf(32).slice(6)],
    ] as const)
      it(`may not be ${what}, and the problem says which one`, () => {
        const problems = problemsOf({ ...bot, SERVICENOW_WEBHOOK_SECRET: `${secretOf(32)} ${secret}` })
        assert.deepEqual(problems, [
          'SERVICENOW_WEBHOOK_SECRET must be whsec_ and the base64 of 24 to 64 random bytes (secret 2 of 2), with spaces between several.',
        ])
      })
  })

  describe('AUDIT_SIGNING_KEY', () => {
    const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    let directory = ''
    before(() => {
      directory = mkdtempSync(join(tmpdir(), 'runbot-config-'))
    })
    after(() => rmSync(directory, { recursive: true }))

    it('is a PEM, a PEM on one line, or the path of one', () => {
      const path = join(directory, 'key.pem')
      writeFileSync(path, pem)
      for (const value of [pem, pem.replaceAll('\n', '\\n'), path])
        assert.equal(configOf({ ...bot, AUDIT_SIGNING_KEY: value }).auditSigningKey?.asymmetricKeyType, 'ed25519')
    })

    it('says what is wrong with it without telling it', () => {
      const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({
        type: 'pkcs8',
        format: 'pem',
      })
      const says = (value: string) => problemsOf({ ...bot, AUDIT_SIGNING_KEY: value })[0] ?? ''
      assert.match(says('/nowhere/key.pem'), /^AUDIT_SIGNING_KEY names a file that cannot be read \(ENOENT\)/)
      assert.match(says(rsa.toString()), /^AUDIT_SIGNING_KEY is not an Ed25519 key/)
      assert.match(says(pem.replace('MC4', 'xxx')), /^AUDIT_SIGNING_KEY is not a private key in PEM format/)
    })
  })

  describe('AUDIT_ANCHORS', () => {
    it('is a directory, or the container of a storage account', () => {
      const url = 'https://example.blob.core.windows.net/audit-anchors'
      assert.deepEqual(configOf({ ...bot, AUDIT_ANCHORS: 'file:data/anchors' }).auditAnchors, {
        kind: 'file',
        dir: 'data/anchors',
      })
      assert.deepEqual(configOf({ ...bot, AUDIT_ANCHORS: `${url}/` }).auditAnchors, { kind: 'blob', url })
      assert.equal(configOf({ ...bot, AUDIT_ANCHORS_MS: '60000' }).auditAnchorsMs, 60_000)
    })

    for (const value of [
      'data/anchors',
      'file:',
      'file:///x',
      'http://far.example/c',
      'https://example.com',
      's3://x/y',
    ])
      it(`is not ${value} (P12)`, () =>
        assert.match(
          problemsOf({ ...bot, AUDIT_ANCHORS: value })[0] ?? '',
          /^AUDIT_ANCHORS must be the https URL of a blob/,
        ))

    it('is not written more often than twice a second', () =>
      assert.match(problemsOf({ ...bot, AUDIT_ANCHORS_MS: '1' })[0] ?? '', /^AUDIT_ANCHORS_MS must be at least 500/))
  })

  describe('APPLICATIONINSIGHTS_CONNECTION_STRING', () => {
    const key = 'InstrumentationKey=00000000-0000-4000-8000-000000000001'
    const problemOf = (value: string) => problemsOf({ ...bot, APPLICATIONINSIGHTS_CONNECTION_STRING: value })

    it('is what Application Insights shows, kept out of the log', () => {
      const value = `${key};IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/;ApplicationId=x`
      assert.deepEqual(problemOf(value), [])
      assert.ok(secretsOf(configOf({ ...bot, APPLICATIONINSIGHTS_CONNECTION_STRING: value })).includes(value))
    })

    for (const value of ['x', 'InstrumentationKey=x', `${key};IngestionEndpoint=http://far.example/`])
      it(`is not ${value.slice(-30)}`, () =>
        assert.match(problemOf(value)[0] ?? '', /^APPLICATIONINSIGHTS_CONNECTION_STRING must be the connection string/))
  })

  it('has every variable of DESIGN §6, and our own, documented in .env.example, and its examples are valid', () => {
    const text = readFileSync('.env.example', 'utf8')
    const names = ['HOST', 'PORT', 'PUBLIC_URL', 'MicrosoftAppType', 'MicrosoftAppId', 'MicrosoftAppPassword']
    names.push('MicrosoftAppTenantId', 'ALLOWED_TENANTS', 'BOT_AUTH', 'BOT_OPENID_METADATA', 'BOT_LOGIN_URL')
    names.push('BOT_SERVICE_HOSTS', 'RUNBOT_STORE', 'COSMOS_ENDPOINT', 'COSMOS_DATABASE', 'COSMOS_KEY', 'RUNBOOKS_DIR')
    names.push('SERVICENOW_URL', 'SERVICENOW_CLIENT_ID', 'SERVICENOW_CLIENT_SECRET', 'SERVICENOW_USERNAME')
    names.push('SERVICENOW_PASSWORD', 'SERVICENOW_WEBHOOK_SECRET', 'EVENTS_SECRET', 'SERVICENOW_POLL_MS')
    names.push('AUDIT_SIGNING_KEY', 'LOG_LEVEL', 'RUNBOT_LEASE_MS', 'GRAPH_URL', 'GRAPH_LOGIN_URL')
    names.push('METRICS_TOKEN', 'AZURE_CLIENT_ID', 'APPLICATIONINSIGHTS_CONNECTION_STRING', 'AUDIT_ANCHORS')
    names.push('AUDIT_ANCHORS_MS')
    // Node's own, and what the example's files read.
    names.push('HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'NODE_EXTRA_CA_CERTS', 'PROMETHEUS_URL')
    const shown = parseEnv(text.replaceAll(/^#([A-Za-z_]+=)/gm, '$1'))
    assert.deepEqual(Object.keys(shown).toSorted(), names.toSorted())
    const usable = { ...shown, ...bot, SERVICENOW_USERNAME: 'u', SERVICENOW_PASSWORD: 'p' }
    assert.deepEqual(problemsOf(usable), [])
  })
})
