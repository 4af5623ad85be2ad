// Owns the proof of whom a runbot that runs believes: the Bot Framework speaking for Teams, and nobody else (P10).
import assert from 'node:assert/strict'
import { APP_ID, APP_PASSWORD } from '../sandbox/openid.ts'
import { forgeries } from '../sandbox/openid-forgeries.ts'
import { doorStage } from './door-stage.ts'

const FOREIGN = '99999999-9999-4999-8999-999999999999'

describe('story: tokens at the door', () => {
  const door = doorStage()
  const replies = () =>
    door.teams.threads().flatMap(({ messages }) => messages.filter(({ from }) => from.id === '28:runbot'))

  it('believes a right token, and answers with a token of its own (P10)', async () => {
    const { status } = await door.post(await door.right())
    assert.equal(status, 200)
    assert.equal(replies().length, 1)
    const sent = door.teams.requests.filter(({ method }) => method === 'POST')
    assert.deepEqual(
      sent.map(({ headers }) => headers.authorization),
      ['Bearer reply-token-1'],
    )
    assert.deepEqual(
      door.openid.issued.map(({ client_id, scope }) => [client_id, scope]),
      [[APP_ID, 'https://api.botframework.com/.default']],
    )
  })

  for (const alg of ['RS384', 'RS512'] as const)
    it(`believes a right token that is signed with ${alg}`, async () => {
      assert.equal((await door.post(`Bearer ${await door.openid.token({ alg })}`)).status, 200)
    })

  it('allows for clocks that differ by less than five minutes', async () => {
    const nowS = Math.floor(Date.now() / 1000)
    for (const claims of [{ exp: nowS - 240 }, { nbf: nowS + 240 }])
      assert.equal((await door.post(`Bearer ${await door.openid.token({ claims })}`)).status, 200)
  })

  for (const { what, authorization, activity } of forgeries(
    () => door.openid,
    () => door.teams.serviceUrl,
  ))
    it(`does not believe ${what} (P10)`, async () => {
      const [before, asked] = [door.teams.requests.length, door.openid.issued.length]
      const { status, text } = await door.post(await authorization(), activity())
      assert.equal(status, 401, text)
      assert.deepEqual([door.teams.requests.length, door.openid.issued.length], [before, asked])
    })

  it('does not look for a token in the query (P10)', async () => {
    const token = await door.openid.token()
    for (const query of [`?access_token=${token}`, `?token=${token}`, `?authorization=Bearer%20${token}`])
      assert.equal((await door.post(undefined, {}, query)).status, 401)
  })

  for (const [what, over] of [
    ['whose two tenants contradict each other', { channelData: { tenant: { id: FOREIGN } } }],
    [
      'of a foreign tenant',
      {
        channelData: { tenant: { id: FOREIGN } },
        conversation: { id: 'a:x', conversationType: 'personal', tenantId: FOREIGN },
      },
    ],
    ['that names no tenant', { channelData: {} }],
  ] as const)
    it(`answers 403 to an activity ${what}, whatever its token (P10)`, async () => {
      const before = door.teams.requests.length
      assert.equal((await door.post(await door.right(), over)).status, 403)
      assert.equal(door.teams.requests.length, before)
    })

  it('keeps tokens, the password and keys out of the log, and botbuilder silent', async () => {
    const token = await door.openid.token({ claims: { exp: 1 } })
    await door.post(`Bearer ${token}`)
    await door.post(`Bearer ${await door.openid.token({ kid: 'k1', by: 'unlisted' })}`)
    const log = door.bot().log()
    assert.match(log, /the signature of the token is wrong/)
    for (const secret of [token, token.slice(-40), APP_PASSWORD, 'reply-token', 'BEGIN', 'TokenExpiredError'])
      assert(!log.includes(secret), secret.slice(0, 20))
  })
})

describe('story: signing keys that change', () => {
  const door = doorStage()
  const by = async (kid: string) => (await door.post(`Bearer ${await door.openid.token({ kid })}`)).status

  it('fetches a key that it does not know, once', async () => {
    assert.deepEqual([await by('k1'), await by('k1'), door.openid.reads()], [200, 200, 1])
    door.openid.addKey('k2')
    assert.deepEqual([await by('k2'), await by('k2'), await by('k1'), door.openid.reads()], [200, 200, 200, 2])
  })

  it('does not fetch for every key id that a stranger thinks of, and stays open for the others', async () => {
    const before = door.openid.requests.length
    const tokens = await Promise.all(
      Array.from({ length: 200 }, (_, index) => door.openid.token({ kid: `made-up-${index}`, by: 'unlisted' })),
    )
    const answers = await Promise.all(tokens.map((token) => door.post(`Bearer ${token}`)))
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [401])
    // Two documents for one more read, should the minute have passed.
    assert(door.openid.requests.length <= before + 2)
    assert.equal(await by('k2'), 200)
  })

  it('believes the keys that it has while the authority is down, and no others (P10)', async () => {
    await door.openid.down()
    assert.equal(await by('k1'), 200)
    assert.notEqual(await by('unlisted'), 200)
    await door.openid.up()
    assert.equal(await by('k1'), 200)
  })
})
