// Owns the proof that replies and their token go to Teams alone: on real sockets, nothing else hears a byte (P10).
import assert from 'node:assert/strict'
import { requestTo } from '../sandbox/faults.ts'
import { APP_PASSWORD } from '../sandbox/openid.ts'
import { type Door, doorStage } from './door-stage.ts'

/** Ways to write a stranger's address so that it looks like, or is read as, another one. */
const disguises = (port: number, allowed: string): Record<string, string> => ({
  'a host that is not listed': `https://127.0.0.1:${port}/`,
  'plain http': `http://127.0.0.1:${port}/`,
  'a name of this machine': `http://localhost:${port}/`,
  'a listed host as the user': `http://${allowed}@127.0.0.1:${port}/`,
  'a listed host as user and password': `https://smba.trafficmanager.net:443@127.0.0.1:${port}/`,
  'a listed host before a backslash': `http://${allowed}\\@127.0.0.1:${port}/`,
  'a listed host before an encoded slash': `http://${allowed}%2F@127.0.0.1:${port}/`,
  'a listed host in path and query': `http://127.0.0.1:${port}/${allowed}?https://${allowed}/`,
  'a listed host in the fragment': `http://127.0.0.1:${port}#@${allowed}/`,
  'a listed host with another port': `https://smba.trafficmanager.net:${port}/`,
  'a listed host under another': `http://smba.trafficmanager.net.localhost:${port}/`,
  'a trailing dot': `http://127.0.0.1.:${port}/`,
  'a trailing dot after a listed host': 'https://smba.trafficmanager.net./',
  'an address as one number': `http://2130706433:${port}/`,
  'an address in hexadecimal': `http://0x7f000001:${port}/`,
  'an address in octal': `http://0177.0.0.1:${port}/`,
  'a short address': `http://127.1:${port}/`,
  'IPv6 loopback': `http://[::1]:${port}/`,
  'IPv4 within IPv6': `http://[::ffff:127.0.0.1]:${port}/`,
  'digits of another script': `http://１２７.0.0.1:${port}/`,
  'a letter of another script': 'https://smbа.trafficmanager.net/',
  'the same in punycode': 'https://xn--smb-8cd.trafficmanager.net/',
  'white space': `http://127.0.0.1:${port}/ `,
  'a line break': `http://127.0.0.1\n:${port}/`,
  'no scheme': `//127.0.0.1:${port}/`,
  'another scheme': `ftp://127.0.0.1:${port}/`,
})
const names = Object.keys(disguises(0, ''))

const silent = (door: Door, issued: number): void => {
  assert.deepEqual(door.stranger.heard, [])
  assert.equal(door.openid.issued.length, issued)
}

for (const [which, hosts] of [
  ['the hosts of BOT_SERVICE_HOSTS', (teams: string) => teams],
  ['the public cloud’s hosts, where none are named', () => null],
] as const)
  describe(`story: replies to ${which}`, () => {
    const door = doorStage(hosts)

    for (const name of names)
      it(`sends nothing to ${name}, though the token vouches for it, and fetches no token for it`, async () => {
        const serviceUrl = disguises(door.stranger.port, `127.0.0.1:${door.teams.port}`)[name] ?? ''
        const { status, text } = await door.post(await door.right(serviceUrl), { serviceUrl })
        assert.equal(status, 403, text)
        silent(door, 0)
      })
  })

describe('story: redirects on the way of a reply', () => {
  const door = doorStage()
  const elsewhere = (status: number) => ({
    fault: { status, headers: { location: `http://127.0.0.1:${door.stranger.port}/` } },
    times: 10,
  })
  const said = () => door.teams.threads().flatMap(({ messages }) => messages.map(({ text }) => text))

  it('does not take the bot’s password to where the token authority points', async () => {
    const remove = door.openid.faults.add({ ...elsewhere(307), match: requestTo('POST', '/') })
    assert.equal((await door.post(await door.right())).status, 200)
    remove()
    silent(door, 0)
    assert.deepEqual(said(), [])
    assert(!door.bot().log().includes(APP_PASSWORD))
  })

  for (const status of [301, 302, 303, 307, 308])
    it(`does not follow the connector's ${status}, nor take its token there`, async () => {
      const remove = door.teams.faults.add({ ...elsewhere(status), match: requestTo('POST', '/v3/') })
      assert.equal((await door.post(await door.right())).status, 200)
      remove()
      silent(door, 1)
      assert.deepEqual(said(), [])
    })

  it('answers again as soon as nobody points elsewhere', async () => {
    await door.post(await door.right())
    assert.equal(said().length, 1)
  })

  it('would have been seen, had anything gone to the stranger', async () => {
    await assert.rejects(fetch(`http://127.0.0.1:${door.stranger.port}/x`))
    assert.match(door.stranger.heard[0] ?? '', /^GET \/x /)
  })
})
