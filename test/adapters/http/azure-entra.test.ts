// Owns the specification of Azure Monitor's secure webhook: which Entra tokens open the door, and what is asked of Entra.
import assert from 'node:assert/strict'
import type { InboundSettings } from '../../../src/ports/catalog.ts'
import { type EntraAuthority, startEntra } from '../../sandbox/entra.ts'
import { openAlertDoor, postJson } from './alerts.ts'
import { azureAlert } from './azure-alert.ts'
import { type Door, nowS, read } from './door.ts'

const tenant = '11111111-2222-4333-8444-555555555555'
const audience = 'api://runbot'
const path = '/api/events/azure-monitor'

describe('Azure Monitor’s secure webhook', () => {
  let entra: EntraAuthority
  let door: Door
  const open = async (
    azure: InboundSettings['azure-monitor'] = { entra: { audience } },
    home: string | undefined = tenant,
  ) => {
    entra = await startEntra({ tenant, audience, nowS })
    door = await openAlertDoor(
      { 'azure-monitor': azure },
      { alerts: { settings: () => ({ 'azure-monitor': azure }), entra: { loginUrl: entra.url, tenant: home } } },
    )
  }
  const post = (token: string | undefined, query = '') =>
    postJson(door, path + query, azureAlert(), token === undefined ? {} : { authorization: `Bearer ${token}` })
  afterEach(async () => {
    await door.close()
    await entra.stop()
  })

  for (const version of [1, 2] as const)
    it(`takes a token of version ${version} from Azure Monitor for this audience`, async () => {
      await open()
      assert.equal((await post(await entra.token({ version }))).status, 202)
    })

  it('takes the tenant from connectors.yaml before the bot’s', async () => {
    await open({ entra: { audience, tenant } }, 'other')
    assert.equal((await post(await entra.token())).status, 202)
  })

  const wrong: [what: string, token: (from: EntraAuthority) => Promise<string>, says: RegExp][] = [
    ['another audience', (from) => from.token({ claims: { aud: 'api://other' } }), /aud is not right/],
    [
      'another tenant’s issuer',
      (from) => from.token({ claims: { iss: 'https://sts.windows.net/x/' } }),
      /iss is not right/,
    ],
    ['another caller', (from) => from.token({ claims: { appid: tenant } }), /not Azure Monitor’s/],
    ['no caller', (from) => from.token({ claims: { appid: undefined } }), /not Azure Monitor’s/],
    [
      'a caller that names ours only as azp',
      (from) => from.token({ claims: { appid: 'x', azp: caller } }),
      /not Azure/,
    ],
    ['a token without the role', (from) => from.token({ claims: { roles: ['Reader'] } }), /ActionGroupsSecureWebhook/],
    ['a token without roles', (from) => from.token({ claims: { roles: undefined } }), /ActionGroupsSecureWebhook/],
    ['one that has expired', (from) => from.token({ claims: { exp: nowS - 301 } }), /expired/],
    ['one that never expires', (from) => from.token({ claims: { exp: undefined } }), /exp is not right/],
    ['one that is not valid yet', (from) => from.token({ claims: { nbf: nowS + 301 } }), /nbf is not right/],
    ['another key under the same id', (from) => from.token({ by: 'unlisted', kid: 'k1' }), /not valid/],
    ['a key that is not listed', (from) => from.token({ by: 'unlisted' }), /a key that the tenant does not have/],
    ['no algorithm', async (from) => unsigned(await from.token()), /not valid/],
    ['a shared secret', (from) => from.sharedToken(), /not valid/],
    ['no token at all', async () => 'no.token', /cannot be read|not valid/],
  ]
  for (const [what, token, says] of wrong)
    it(`refuses ${what} with 401`, async () => {
      await open()
      const given = await token(entra)
      const answer = await post(given)
      assert.equal(answer.headers.get('www-authenticate'), 'Bearer')
      const { status, detail } = await read(answer)
      assert.equal(status, 401)
      assert.match(detail, says)
      assert.deepEqual(door.deliveries, [])
      assert.ok(!door.log().includes(given))
    })

  it('refuses a request without a token, and asks Entra nothing for it', async () => {
    await open()
    assert.equal((await post(undefined)).status, 401)
    assert.equal(entra.requests.length, 0)
  })

  it('reads the keys once for many tokens, also for those that name a key which is not there', async () => {
    await open()
    const token = await entra.token()
    const forged = await entra.token({ by: 'unlisted' })
    for (const _ of [1, 2, 3]) {
      assert.equal((await post(token)).status, 202)
      assert.equal((await post(forged)).status, 401)
    }
    assert.equal(entra.requests.length, 2)
  })

  it('says 503 while Entra cannot be asked, for Azure then sends it again', async () => {
    await open()
    const token = await entra.token()
    entra.fail(true)
    const answer = await post(token)
    assert.deepEqual([answer.status, answer.headers.has('retry-after')], [503, true])
    assert.deepEqual(door.deliveries, [])
  })

  it('lets the token in the URL or Entra prove it where both are configured', async () => {
    await open({ token: 'url-token', entra: { audience } })
    assert.equal((await post(undefined, '?token=url-token')).status, 202)
    assert.equal((await post(await entra.token())).status, 202)
    assert.equal((await post(undefined, '?token=other')).status, 401)
  })

  it('says which tenant is missing where none is configured (P12)', async () => {
    await open({ entra: { audience } }, '')
    const { detail } = await read(await post(await entra.token()))
    assert.match(detail, /entra\.tenant in connectors\.yaml/)
  })
})

const caller = '461e8683-5575-4561-ac7f-899cc907d62a'

function unsigned(token: string): string {
  const [, claims = ''] = token.split('.')
  return `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${claims}.`
}
