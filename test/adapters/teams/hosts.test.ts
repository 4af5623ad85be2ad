// Owns the proof of which hosts a reply may go to, and of who counts as loopback.
import assert from 'node:assert/strict'
import { isLoopback, replyHosts } from '../../../src/adapters/teams/hosts.ts'

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
