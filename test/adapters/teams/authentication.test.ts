// Owns the proof of whom the bot believes and what its own replies carry (P10, CONTRACTS 7.2).
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { tokenUrl } from '../../../src/adapters/teams/credentials.ts'
import { teams } from '../../../src/adapters/teams/teams.ts'
import { requestTo } from '../../sandbox/faults.ts'
import { type Authority, appId, startAuthority } from './authority.ts'
import { ada, type Bot, hurried, recordingApp, startBot } from './bot.ts'

const required = (authority: Authority) => ({
  auth: 'required' as const,
  appId,
  appPassword: 'app-password',
  openIdMetadata: authority.metadata,
  loginUrl: authority.loginUrl,
  serviceHosts: ['127.0.0.1'],
})

describe('a bot that requires authentication', () => {
  let bot: Bot
  let authority: Authority
  let quiet: typeof console.error
  beforeEach(async () => {
    authority = await startAuthority()
    bot = await startBot(required(authority))
    // botbuilder writes refused tokens to the console.
    quiet = console.error
    console.error = () => {}
  })
  afterEach(async () => {
    console.error = quiet
    await bot.stop()
    await authority.server.stop()
  })

  const activity = (over: object = {}) => ({
    type: 'message',
    id: crypto.randomUUID(),
    channelId: 'msteams',
    serviceUrl: bot.chat.serviceUrl,
    from: { id: ada.id, name: ada.name, aadObjectId: ada.aadObjectId },
    recipient: { id: '28:runbot', name: 'runbot' },
    conversation: { id: `a:${ada.id}`, conversationType: 'personal', tenantId: bot.chat.world.tenantId },
    channelData: { tenant: { id: bot.chat.world.tenantId } },
    text: 'help',
    ...over,
  })
  const bearer = (claims: object = {}, forged = {}) =>
    authority.bearer({ serviceurl: bot.chat.serviceUrl, ...claims }, forged)
  const post = (authorization: string | undefined, over: object = {}) =>
    bot.post(activity(over), authorization === undefined ? {} : { authorization })

  it('believes the Bot Framework, and answers with a token of its own that it keeps', async () => {
    assert.equal((await post(bearer())).status, 200)
    assert.equal((await post(bearer())).status, 200)
    assert.equal(bot.app.commands.length, 2)
    const posts = bot.chat.requests.filter(requestTo('POST', '/v3/'))
    assert.deepEqual(
      posts.map(({ headers }) => headers.authorization),
      ['Bearer token-1', 'Bearer token-1'],
    )
    assert.deepEqual(authority.issued(), [
      {
        grant_type: 'client_credentials',
        client_id: appId,
        client_secret: 'app-password',
        scope: 'https://api.botframework.com/.default',
      },
    ])
  })

  const now = Math.floor(Date.now() / 1000)
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const unbelieved: readonly (readonly [string, () => string | undefined, object?])[] = [
    ['no token', () => undefined],
    ['nonsense', () => 'Bearer nonsense'],
    ['basic credentials', () => 'Basic YTpi'],
    ['a token of another key', () => bearer({}, { key: stranger })],
    ['a token of an unknown key', () => bearer({}, { kid: 'k2' })],
    ['a token without a signature', () => bearer({}, { alg: 'none' })],
    ['a token that has expired', () => bearer({ exp: now - 3_600 })],
    ['a token that never expires', () => bearer({ exp: undefined })],
    ['a token for another bot', () => bearer({ aud: '44444444-4444-4444-8444-444444444444' })],
    ['a token of another issuer', () => bearer({ iss: 'https://login.microsoftonline.com/x/v2.0' })],
    [
      'a token of the emulator',
      () => bearer({ iss: 'https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/', appid: appId, ver: '1.0' }),
    ],
    ['a token for another service URL', () => bearer({ serviceurl: 'https://smba.trafficmanager.net/emea/' })],
    ['a token without a service URL', () => bearer({ serviceurl: undefined })],
    ['another channel', () => bearer(), { channelId: 'webchat' }],
    ['the channel with weaker checks', () => bearer(), { channelId: 'AseChannel' }],
  ]
  for (const [name, authorization, over] of unbelieved)
    it(`does not believe ${name} (P10)`, async () => {
      const { status, body } = await post(authorization(), over)
      assert.equal(status, 401)
      assert.equal((body as { error: { code: string } }).error.code, 'Unauthorized')
      assert.equal(bot.app.commands.length + bot.app.away.length, 0)
    })

  it('refuses an activity that names no service URL at all', async () => {
    assert.equal((await post(bearer(), { serviceUrl: undefined })).status, 400)
  })

  it('does not believe a key that is endorsed for other channels', async () => {
    const other = await startAuthority(['webchat'])
    const strict = await startBot(required(other))
    const authorization = other.bearer({ serviceurl: strict.chat.serviceUrl })
    const { status } = await strict.post(activity({ serviceUrl: strict.chat.serviceUrl }), { authorization })
    assert.equal(status, 401)
    await strict.stop()
    await other.server.stop()
  })

  it('says 503 while the keys cannot be read, and believes again after', async () => {
    const remove = authority.server.faults.add({ fault: { status: 500 }, times: 2 })
    assert.equal((await post(bearer())).status, 503)
    remove()
    assert.equal((await post(bearer())).status, 200)
  })

  it('fetches another token where Teams refuses the one it kept', async () => {
    await post(bearer())
    bot.chat.faults.add({ fault: { status: 401 } })
    await post(bearer())
    assert.equal(authority.issued().length, 2)
    assert.equal(bot.chat.threads()[0]?.messages.length, 2)
  })

  it('never sends its token to a host that is not listed', async () => {
    await bot.stop()
    bot = await startBot({ ...required(authority), serviceHosts: [] })
    assert.equal((await post(bearer())).status, 403)
    assert.equal(authority.issued().length, 0)
    assert.equal(bot.chat.requests.length, 0)
  })

  it('does not send a reply without a token, and says so in the log without the secret', async () => {
    await bot.stop()
    bot = await startBot({ ...required(authority), clock: hurried(), patienceMs: 600_000 })
    authority.server.faults.add({
      fault: { status: 401, body: { error: 'invalid_client', error_description: 'wrong secret app-password' } },
      match: requestTo('POST', '/'),
      times: 10,
    })
    assert.equal((await post(bearer())).status, 200)
    assert.equal(bot.chat.requests.length, 0)
    assert.match(bot.logged.join('\n'), /invalid_client/)
    assert.ok(!bot.logged.join('\n').includes('app-password'))
  })
})

describe('the settings of the Teams adapter', () => {
  it('find the token endpoint of another cloud from its authority, with or without a tenant', () => {
    const at = (loginUrl: string | undefined, appType = 'SingleTenant') =>
      tokenUrl({ loginUrl, appType, appTenantId: 't1' })
    assert.equal(at(undefined), 'https://login.microsoftonline.com/t1/oauth2/v2.0/token')
    assert.equal(at(undefined, 'MultiTenant'), 'https://login.microsoftonline.com/botframework.com/oauth2/v2.0/token')
    assert.equal(at('https://login.microsoftonline.us/'), 'https://login.microsoftonline.us/t1/oauth2/v2.0/token')
    assert.equal(at('https://login.microsoftonline.us/t2'), 'https://login.microsoftonline.us/t2/oauth2/v2.0/token')
    assert.equal(at('https://x.example/t/oauth2/v2.0/token'), 'https://x.example/t/oauth2/v2.0/token')
  })

  it('need an app id where authentication is required', () => {
    const log = { info: () => {}, warn: () => {}, error: () => {} }
    const settings = { appId: '', appPassword: '', appType: 'SingleTenant', appTenantId: '', auth: 'required' as const }
    const app = recordingApp()
    assert.throws(
      () => teams({ ...settings, serviceHosts: [], allowedTenants: [], inbound: () => app, log }),
      /MicrosoftAppId/,
    )
  })
})
