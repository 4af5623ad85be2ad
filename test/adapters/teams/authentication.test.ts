// Owns the proof of whom the bot believes and what its own replies carry (P10, CONTRACTS 7.2).
import assert from 'node:assert/strict'
import { tokenUrl } from '../../../src/adapters/teams/credentials.ts'
import { teams } from '../../../src/adapters/teams/teams.ts'
import { requestTo } from '../../sandbox/faults.ts'
import { APP_ID, APP_PASSWORD, METADATA, type OpenId, startOpenId } from '../../sandbox/openid.ts'
import { ada, type Bot, hurried, recordingApp, startBot } from './bot.ts'

const required = (openid: OpenId) => ({
  auth: 'required' as const,
  appId: APP_ID,
  appPassword: APP_PASSWORD,
  openIdMetadata: openid.metadata,
  loginUrl: openid.loginUrl,
  serviceHosts: ['127.0.0.1'],
})

describe('a bot that requires authentication', () => {
  let bot: Bot
  let openid: OpenId
  beforeEach(async () => {
    openid = await startOpenId({ serviceUrl: () => bot.chat.serviceUrl })
    bot = await startBot(required(openid))
  })
  afterEach(async () => {
    await bot.stop()
    await openid.stop()
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
  const bearer = async (signing = {}) => `Bearer ${await openid.token(signing)}`
  const post = (authorization: string, over: object = {}) => bot.post(activity(over), { authorization })

  it('believes the Bot Framework, and answers with a token of its own that it keeps', async () => {
    assert.equal((await post(await bearer())).status, 200)
    assert.equal((await post(await bearer())).status, 200)
    assert.equal(bot.app.commands.length, 2)
    const posts = bot.chat.requests.filter(requestTo('POST', '/v3/'))
    assert.deepEqual(
      posts.map(({ headers }) => headers.authorization),
      ['Bearer reply-token-1', 'Bearer reply-token-1'],
    )
    assert.deepEqual(openid.issued, [
      {
        grant_type: 'client_credentials',
        client_id: APP_ID,
        client_secret: APP_PASSWORD,
        scope: 'https://api.botframework.com/.default',
      },
    ])
  })

  it('refuses an activity that names no service URL at all', async () => {
    assert.equal((await post(await bearer(), { serviceUrl: undefined })).status, 400)
  })

  it('says 401 and why to who is not believed, hands nothing on, and does not ask Teams anything (P10, P12)', async () => {
    const { status, body } = await post(await bearer({ claims: { aud: 'another' } }))
    assert.deepEqual(
      [status, body],
      [401, { error: { code: 'Unauthorized', message: 'the token is not for this bot' } }],
    )
    assert.equal(bot.app.commands.length + bot.app.away.length + bot.chat.requests.length, 0)
    assert.match(bot.logged.join('\n'), /did not believe the sender.*the token is not for this bot/)
  })

  it('lets botbuilder check with the same keys, which it does not fetch itself', async () => {
    for (let turn = 0; turn < 3; turn++) assert.equal((await post(await bearer())).status, 200)
    assert.equal(openid.requests.filter(requestTo('GET', METADATA)).length, 1)
    assert.equal(openid.reads(), 1)
  })

  it('says 503 while the keys cannot be read, and believes again after', async () => {
    const remove = openid.faults.add({ fault: { status: 500 }, times: 2 })
    assert.equal((await post(await bearer())).status, 503)
    remove()
    assert.equal((await post(await bearer())).status, 200)
  })

  it('fetches another token where Teams refuses the one it kept', async () => {
    await post(await bearer())
    bot.chat.faults.add({ fault: { status: 401 } })
    await post(await bearer())
    assert.equal(openid.issued.length, 2)
    assert.equal(bot.chat.threads()[0]?.messages.length, 2)
  })

  it('never sends its token to a host that is not listed', async () => {
    await bot.stop()
    bot = await startBot({ ...required(openid), serviceHosts: [] })
    assert.equal((await post(await bearer())).status, 403)
    assert.equal(openid.issued.length, 0)
    assert.equal(bot.chat.requests.length, 0)
  })

  it('does not send a reply without a token, and says so in the log without the secret', async () => {
    await bot.stop()
    bot = await startBot({ ...required(openid), clock: hurried(), patienceMs: 600_000 })
    openid.faults.add({
      fault: { status: 401, body: { error: 'invalid_client', error_description: `wrong secret ${APP_PASSWORD}` } },
      match: requestTo('POST', '/'),
      times: 10,
    })
    assert.equal((await post(await bearer())).status, 200)
    assert.equal(bot.chat.requests.length, 0)
    assert.match(bot.logged.join('\n'), /invalid_client/)
    assert.ok(!bot.logged.join('\n').includes(APP_PASSWORD))
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
