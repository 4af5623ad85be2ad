// Owns the specification of runbot's login to Entra for Graph, with the library's real credentials before a local authority.
import assert from 'node:assert/strict'
import type { GroupSource } from '../../../src/adapters/directory/directory.ts'
import type { Registration } from '../../../src/adapters/directory/graph/credential.ts'
import { requestTo } from '../../sandbox/faults.ts'
import { APP } from '../../sandbox/graph.ts'
import type { Call } from '../../sandbox/server.ts'
import { EVE, type GraphSetup, MAYA, REGISTRATION, SAM, setup, WEB } from './graph-setup.ts'

const atTokens = requestTo('POST', /\/oauth2\/v2\.0\/token$/)

describe('the login to Entra for Graph', () => {
  let world: GraphSetup
  beforeEach(async () => {
    world = await setup()
  })
  afterEach(() => world.graph.stop())
  const tokenRequests = (): readonly Call[] => world.graph.login.requests.filter(atTokens)
  const reason = async (source: GroupSource = world.source): Promise<string> => {
    const answer = await source.membership(MAYA, WEB)
    assert.equal(answer.is, 'unknown')
    return answer.is === 'unknown' ? answer.reason : ''
  }
  const as = (registration: Partial<Registration>) => world.with({ registration: { ...REGISTRATION, ...registration } })

  it('gets a token for this Graph with the bot’s registration', async () => {
    for (const type of ['SingleTenant', 'MultiTenant'] as const)
      assert.deepEqual(await as({ type }).membership(MAYA, WEB), { is: 'yes' })
    const [call] = tokenRequests()
    const form = new URLSearchParams(call?.raw.toString())
    assert.equal(call?.path, `/${APP.tenantId}/oauth2/v2.0/token`)
    assert.equal(form.get('client_id'), APP.appId)
    assert.equal(form.get('scope'), `${world.graph.url}/.default`)
  })

  it('is not repeated while the token lives, nor for those who ask at the same time', async () => {
    await Promise.all([MAYA, SAM, EVE].map((person) => world.source.membership(person, WEB)))
    await world.source.membership(MAYA, WEB)
    await world.source.people(WEB)
    assert.equal(tokenRequests().length, 1)
  })

  it('sends nothing before the first question', async () => {
    world.with({})
    assert.deepEqual(world.graph.login.requests, [])
  })

  const refusals: [what: string, registration: Partial<Registration>, says: RegExp][] = [
    [
      'a wrong secret',
      { password: 'hunter-2-wrong' },
      /\(AADSTS7000215\): the client secret is wrong: check MicrosoftApp/,
    ],
    [
      'another application',
      { appId: EVE },
      /\(AADSTS700016\): the tenant has no such application: check MicrosoftAppId/,
    ],
    ['another tenant', { tenantId: EVE }, /\(AADSTS90002\): there is no such tenant: check MicrosoftAppTenantId/],
  ]
  for (const [what, registration, says] of refusals)
    it(`leaves everything unknown with ${what}, and says what to do without telling the secret (P5, P12)`, async () => {
      const told = await reason(as(registration))
      assert.match(told, /^Microsoft Entra refused runbot a token for Microsoft Graph/)
      assert.match(told, says)
      assert.ok(!told.includes('hunter') && !told.includes(APP.secret))
      assert.deepEqual(world.graph.requests, [])
    })

  it('is tried anew at the next question, so that a mended secret works at once', async () => {
    world.graph.setSecret('rotated')
    await reason()
    world.graph.setSecret(APP.secret)
    assert.deepEqual(await world.source.membership(MAYA, WEB), { is: 'yes' })
  })

  it('never tells what the authority answered: it may be the request with its secret', async () => {
    const echo = `<html>${APP.secret}</html>`
    for (const fault of [
      { status: 400, headers: { 'content-type': 'text/html' }, body: echo },
      { status: 400, body: { error: 'invalid_request', error_description: echo } },
      { status: 401, body: { error: APP.secret, error_description: `AADSTS7000222: ${APP.secret} has expired` } },
      { status: 200, body: { token_type: 'Bearer', expires_in: 3599, access_token: `${APP.secret}\r\nX: y` } },
    ]) {
      world.graph.login.faults.add({ fault, match: atTokens })
      const told = await reason(world.with({}))
      assert.match(told, /^Microsoft Entra (refused runbot a token|gave no token)/)
      assert.ok(!told.includes(APP.secret))
    }
    assert.deepEqual(world.graph.requests, [])
  })

  for (const fault of ['html', 'garbage', 'reset-before', { status: 500 }, { status: 302 }, { status: 429 }] as const)
    it(`leaves everything unknown while the authority fails: ${JSON.stringify(fault)} (P5)`, async () => {
      const remove = world.graph.login.faults.add({ fault, times: 10 })
      assert.match(await reason(), /^Microsoft Entra gave no token for Microsoft Graph: check the network/)
      remove()
      assert.deepEqual(await world.source.membership(MAYA, WEB), { is: 'yes' })
    })

  it('is tried twice where the authority fails for a moment', async () => {
    world.graph.login.faults.add({ fault: { status: 503 }, match: atTokens })
    assert.deepEqual(await world.source.membership(MAYA, WEB), { is: 'yes' })
    assert.equal(tokenRequests().length, 2)
  })

  it('leaves an authority alone that has had enough, and says so (P5, P12)', async () => {
    const body = { error: 'temporarily_unavailable', error_description: 'AADSTS90055: too many requests' }
    world.graph.login.faults.add({ fault: { status: 429, headers: { 'retry-after': '30' }, body }, match: atTokens })
    for (const _ of [1, 2]) assert.match(await reason(), /\(AADSTS90055\): try again in a minute, or see https:/)
    assert.equal(tokenRequests().length, 1)
  })

  it('is waited for only so long; a token that comes later serves the next question', async () => {
    world.graph.login.faults.add({ fault: { slow: 300 } })
    const source = world.with({ callMs: 100 })
    assert.match(await reason(source), /did not give a token for Microsoft Graph in time: try again in a minute$/)
    let answer = await source.membership(MAYA, WEB)
    while (answer.is === 'unknown') answer = await source.membership(MAYA, WEB)
    assert.deepEqual(answer, { is: 'yes' })
    assert.equal(tokenRequests().length, 1)
  })

  const incomplete: [what: string, registration: Partial<Registration>, says: string][] = [
    ['nothing', { appId: undefined, password: undefined, tenantId: undefined }, 'MicrosoftAppPassword'],
    ['no secret', { password: '' }, 'MicrosoftAppPassword'],
    ['no tenant', { type: 'MultiTenant', tenantId: undefined }, 'MicrosoftAppTenantId'],
    ['an id that is none', { appId: 'bot-id' }, 'MicrosoftAppId'],
    ['a managed identity without an id', { type: 'UserAssignedMSI', appId: '' }, 'MicrosoftAppId'],
  ]
  for (const [what, registration, says] of incomplete)
    it(`is not tried with ${what}: Graph is then not configured (P5, P12)`, async () => {
      const source = as(registration)
      const told = await reason(source)
      assert.match(told, /^Microsoft Graph is not configured: set MicrosoftApp/)
      assert.ok(told.includes(says))
      assert.deepEqual(await source.people(WEB), [])
      assert.deepEqual(world.graph.login.requests, [])
    })

  describe('of a managed identity', () => {
    const names = ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER'] as const
    const before = names.map((name) => process.env[name])
    // Only so does the library learn where it runs.
    const live = (...values: (string | undefined)[]): void =>
      names.forEach((name, index) => {
        const value = values[index]
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      })
    afterEach(() => live(...before))
    const identity = { type: 'UserAssignedMSI', password: undefined, tenantId: undefined } as const

    it('needs no secret and no tenant, only the id', async () => {
      live(`${world.graph.login.url}/msi/token`, 'header')
      const source = as(identity)
      assert.deepEqual(await source.membership(MAYA, WEB), { is: 'yes' })
      assert.deepEqual(await source.membership(EVE, WEB), { is: 'no' })
      assert.equal(world.graph.login.requests.length, 1)
      assert.equal(world.graph.login.requests[0]?.query.client_id, APP.appId)
    })

    it('leaves everything unknown where the machine has no such identity (P5, P12)', async () => {
      live(`${world.graph.login.url}/msi/token`, 'header')
      assert.match(
        await reason(as({ ...identity, appId: EVE })),
        /^the managed identity gave no token for Microsoft Graph: check that runbot runs in Azure/,
      )
    })
  })
})
