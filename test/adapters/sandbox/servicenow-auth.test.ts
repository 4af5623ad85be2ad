// Owns the proof that the sandbox instance authenticates as CONTRACTS 1.1 says.
import assert from 'node:assert/strict'
import { CREDENTIALS, type ServiceNow, startServiceNow } from '../../sandbox/servicenow.ts'
import { BASIC, call } from './call.ts'

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const CLIENT = { client_id: 'runbot-client', client_secret: 'runbot-client-secret' }
const BLUR = { error_description: 'access_denied', error: 'server_error' }

describe('sandbox ServiceNow, authentication', () => {
  let servicenow: ServiceNow
  let at: number
  const now = () => new Date(at)
  const token = (form: Record<string, string>) =>
    call(`${servicenow.url}/oauth_token.do`, {
      method: 'POST',
      headers: FORM,
      body: new URLSearchParams(form).toString(),
    })
  const table = (headers: Record<string, string>) => call(`${servicenow.url}/api/now/table/incident`, { headers })

  beforeEach(async () => {
    at = Date.parse('2026-01-31T10:00:00Z')
    servicenow = await startServiceNow({ now })
  })
  afterEach(() => servicenow.stop())

  it('answers missing or wrong credentials with its own 401', async () => {
    const error = { message: 'User Not Authenticated', detail: 'Required to provide Auth information' }
    assert.deepEqual((await table({})).body, { error, status: 'failure' })
    assert.equal((await table({ authorization: `Basic ${btoa('runbot:wrong')}` })).status, 401)
    assert.equal((await table(BASIC)).status, 200)
  })

  it('grants client credentials without a refresh token and the password grant with one', async () => {
    const client = await token({ grant_type: 'client_credentials', ...CLIENT })
    assert.deepEqual([client.status, client.body.token_type, client.body.expires_in], [200, 'Bearer', 1800])
    assert.equal('refresh_token' in client.body, false)
    const user = await token({ grant_type: 'password', ...CLIENT, username: 'runbot', password: 'runbot-password' })
    assert.equal(
      (await token({ grant_type: 'refresh_token', ...CLIENT, refresh_token: user.body.refresh_token })).status,
      200,
    )
    assert.equal((await table({ authorization: `Bearer ${client.body.access_token}` })).status, 200)
  })

  it('returns the same token while it is alive, with what is left of its life', async () => {
    const first = await token({ grant_type: 'client_credentials', ...CLIENT })
    at += 1_790_000
    const second = await token({ grant_type: 'client_credentials', ...CLIENT })
    assert.equal(second.body.access_token, first.body.access_token)
    assert.equal(second.body.expires_in, 10)
    at += 10_000
    assert.equal((await table({ authorization: `Bearer ${first.body.access_token}` })).status, 401)
    assert.notEqual(
      (await token({ grant_type: 'client_credentials', ...CLIENT })).body.access_token,
      first.body.access_token,
    )
  })

  it('blurs every failure of a token request into one 401', async () => {
    const wrong = await token({ grant_type: 'client_credentials', ...CLIENT, client_secret: 'x' })
    const body = { grant_type: 'client_credentials', ...CLIENT }
    const json = await call(`${servicenow.url}/oauth_token.do`, { method: 'POST', body })
    const inUrl = await call(`${servicenow.url}/oauth_token.do?${new URLSearchParams(body)}`, {
      method: 'POST',
      headers: FORM,
    })
    for (const failed of [wrong, json, inUrl]) assert.deepEqual([failed.status, failed.body], [401, BLUR])
  })

  it('refuses a securely scoped client on every table call', async () => {
    await servicenow.stop()
    const clients = CREDENTIALS.clients.map((client) => ({ ...client, scoped: true }))
    servicenow = await startServiceNow({ now, credentials: { clients } })
    const { body } = await token({ grant_type: 'client_credentials', ...CLIENT })
    const refused = await table({ authorization: `Bearer ${body.access_token}` })
    assert.equal(refused.status, 403)
    assert.equal(refused.body.error.detail, 'Access to unscoped api is not allowed')
  })
})
