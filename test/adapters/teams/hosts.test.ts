// Owns the proof of which hosts a reply may go to, and of who counts as loopback.
import assert from 'node:assert/strict'
import { isLoopback, replyHosts } from '../../../src/adapters/teams/hosts.ts'
import type { Conversation } from '../../../src/ports/channel.ts'
import { isPortError } from '../../../src/ports/errors.ts'
import { APP_ID, APP_PASSWORD, startOpenId } from '../../sandbox/openid.ts'
import { aCard, ada, type Bot, startBot } from './bot.ts'

describe('reply hosts', () => {
  const allows = (auth: 'required' | 'none', hosts: readonly string[], url: string) =>
    replyHosts(auth, hosts)(url) !== undefined

  it('are the public cloud where none are named, over https only', () => {
    for (const url of ['https://smba.trafficmanager.net/emea/', 'https://europe.botframework.com/x'])
      assert.ok(allows('required', [], url), url)
    for (const url of [
      'http://smba.trafficmanager.net/',
      'https://smba.trafficmanager.net.evil.example/',
      'https://smba.trafficmanager.net:8443/',
      'https://evil.smba.trafficmanager.net/',
      'https://user@smba.trafficmanager.net/',
      'https://smba.trafficmanager.net\\@evil.example/',
      'https://botframework.com.evil.example/',
      'https://evilbotframework.com/',
      'https://botframework.com/',
      'https://europe.botframework.com:8443/',
      'http://europe.botframework.com/',
      'https://smba.trafficmanager.net@evil.example/',
      'https://smba.trafficmanager.net:443@evil.example/',
      'https://smba.trafficmanager.net./',
      'https://smba.trafficmanager.net.:443/',
      'https://evil.example/.botframework.com',
      'https://evil.example?.botframework.com',
      'https://evil.example#.botframework.com',
      'https://evil.example%2f.botframework.com/',
      'https://smba%2etrafficmanager.net/',
      'https://smbа.trafficmanager.net/',
      'https://smba。trafficmanager。net/',
      'https://xn--smb-8cd.trafficmanager.net/',
      'https://13.107.136.1/',
      'https://[::ffff:127.0.0.1]/',
      'https:smba.trafficmanager.net/',
      'https:///smba.trafficmanager.net/',
      '\thttps://smba.trafficmanager.net/',
      'https://smba.traffic\nmanager.net/',
      'wss://smba.trafficmanager.net/',
      'http://127.0.0.1/',
      'file:///etc/passwd',
      '',
    ])
      assert.ok(!allows('required', [], url), url)
  })

  it('are the named ones where some are, and no others', () => {
    const hosts = ['smba.infra.gov.teams.microsoft.us', '*.botframework.azure.us', '127.0.0.1:4000', 'localhost']
    for (const url of [
      'https://smba.infra.gov.teams.microsoft.us/x',
      'https://a.botframework.azure.us/',
      'http://127.0.0.1:4000/',
      'http://localhost:5000/',
    ])
      assert.ok(allows('required', hosts, url), url)
    for (const url of [
      'https://smba.trafficmanager.net/',
      'http://127.0.0.1:4001/',
      'http://smba.infra.gov.teams.microsoft.us/',
    ])
      assert.ok(!allows('required', hosts, url), url)
  })

  it('get no token over plain http, even where an origin is listed so; loopback may', () => {
    assert.ok(!allows('required', ['http://relay.corp.example'], 'http://relay.corp.example/'))
    assert.ok(!allows('required', ['relay.corp.example:80'], 'http://relay.corp.example/'))
    assert.ok(allows('required', ['https://relay.corp.example:8443'], 'https://relay.corp.example:8443/x'))
    assert.ok(!allows('required', ['https://relay.corp.example:8443'], 'https://relay.corp.example/x'))
    assert.ok(allows('required', ['http://127.0.0.1:4000'], 'http://127.0.0.1:4000/'))
  })

  it('are loopback alone for a bot without authentication, whatever is named', () => {
    for (const url of [
      'http://127.0.0.1:56150/_connector',
      'http://localhost:1/',
      'http://[::1]:9/',
      'http://127.9.9.9/',
    ])
      assert.ok(allows('none', ['evil.example'], url), url)
    for (const url of [
      'https://evil.example/',
      'https://smba.trafficmanager.net/',
      'http://0.0.0.0/',
      'http://127.1/',
      'http://2130706433/',
    ])
      assert.ok(!allows('none', ['evil.example'], url), url)
    assert.ok(isLoopback('::1') && !isLoopback('localhost.evil.example'))
  })
})

describe('a conversation that runbot remembers', () => {
  it('is not spoken to any more, nor is a token fetched for it, once its host is no longer allowed (P10)', async () => {
    const openid = await startOpenId({ serviceUrl: () => first.chat.serviceUrl })
    const settings = {
      auth: 'required' as const,
      appId: APP_ID,
      appPassword: APP_PASSWORD,
      openIdMetadata: openid.metadata,
      loginUrl: openid.loginUrl,
    }
    const first = await startBot({ ...settings, serviceHosts: ['127.0.0.1'] })
    const later = await startBot({ ...settings, serviceHosts: [`127.0.0.1:${first.chat.port + 1}`] })
    const [conversation] = await spokenIn(first, `Bearer ${await openid.token()}`)
    assert.ok(conversation)
    const [heard, issued] = [first.chat.requests.length, openid.issued.length]
    for (const send of [
      () => later.channel.reply(conversation, { text: 'x' }),
      () => later.channel.openThread(conversation, { card: aCard('x'), summary: 'x' }),
      () => later.channel.update({ conversation, messageId: '1' }, { text: 'x' }),
    ])
      await assert.rejects(send(), (error) => isPortError(error, 'denied'))
    assert.deepEqual([first.chat.requests.length, openid.issued.length], [heard, issued])
    await Promise.all([first.stop(), later.stop()])
    await openid.stop()
  })

  const spokenIn = async (bot: Bot, authorization: string): Promise<readonly Conversation[]> => {
    const activity = {
      type: 'message',
      id: '1',
      channelId: 'msteams',
      serviceUrl: bot.chat.serviceUrl,
      from: { id: ada.id, name: ada.name, aadObjectId: ada.aadObjectId },
      recipient: bot.chat.world.bot,
      conversation: { id: `a:${ada.id}`, conversationType: 'personal', tenantId: bot.chat.world.tenantId },
      channelData: { tenant: { id: bot.chat.world.tenantId } },
      text: 'help',
    }
    assert.equal((await bot.post(activity, { authorization })).status, 200)
    return bot.app.commands.map((command) => command.conversation)
  }
})
