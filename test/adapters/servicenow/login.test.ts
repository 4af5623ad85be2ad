// Owns the specification of logging in to ServiceNow.
import assert from 'node:assert/strict'
import { serviceNow } from '../../../src/adapters/servicenow/tickets.ts'
import { systemClock } from '../../../src/ports/clock.ts'
import { requestTo } from '../../sandbox/faults.ts'
import { type ServiceNow, type ServiceNowOptions, startServiceNow } from '../../sandbox/servicenow.ts'
import { CLIENT, ONCE, portError, SETTINGS, type Setup, setup, USER } from './setup.ts'

describe('logging in to ServiceNow', () => {
  let world: Setup
  let id: string
  beforeEach(async () => {
    world = await setup()
    id = world.world.raiseIncident().sys_id ?? ''
  })
  afterEach(() => world.stop())
  const tokens = () => world.world.servicenow.requests.filter(({ path }) => path === '/oauth_token.do')

  it('uses client credentials for a client id alone, and keeps the token', async () => {
    await world.adapter.incident(id)
    await world.adapter.incident(id)
    assert.equal(tokens().length, 1)
    assert.match(String(tokens()[0]?.body), /^grant_type=client_credentials&/)
  })

  it('uses the password grant for a client id with a user name', async () => {
    const adapter = world.with({}, { auth: { ...CLIENT, ...USER } })
    assert.equal((await adapter.incident(id)).incident.sysId, id)
    assert.match(String(tokens()[0]?.body), /^grant_type=password&username=runbot&/)
  })

  it('uses Basic for a user name alone', async () => {
    const adapter = world.with({}, { auth: USER })
    assert.equal((await adapter.incident(id)).incident.sysId, id)
    assert.equal(tokens().length, 0)
  })

  it('takes a new token once when the instance forgot the old one', async () => {
    await world.adapter.incident(id)
    world.world.servicenow.revokeTokens()
    assert.equal((await world.adapter.incident(id)).incident.sysId, id)
  })

  it('writes a note once although its token was revoked', async () => {
    await world.adapter.incident(id)
    world.world.servicenow.revokeTokens()
    await world.adapter.note(id, 'Hello [runbot r1#1]', '[runbot r1#1]', false)
    assert.equal(world.world.servicenow.notes(id).length, 1)
  })

  it('calls wrong credentials denied and keeps them out of the message', async () => {
    const adapter = world.with({}, { auth: { ...CLIENT, clientSecret: 'hunter2-secret' } })
    await assert.rejects(adapter.incident(id), portError('denied', /^(?!.*hunter2).*token endpoint/s))
    const basic = world.with({}, { auth: { ...USER, password: 'hunter2-secret' } })
    await assert.rejects(basic.incident(id), portError('denied', /^(?!.*hunter2).*check the credentials/s))
  })

  it('calls a login page in place of a token unavailable, for it passes', async () => {
    world.world.servicenow.faults.add({ fault: 'html', match: requestTo('POST', '/oauth_token.do') })
    await assert.rejects(world.adapter.incident(id), portError('unavailable', /hibernating/))
    assert.equal((await world.adapter.incident(id)).incident.sysId, id)
  })

  it('refuses to be made without credentials or with something that is no URL', () => {
    assert.throws(() => world.with({}, { auth: {} }), /no credentials/)
    assert.throws(() => world.with({}, { url: 'ftp://example.com' }), /SERVICENOW_URL/)
  })
})

describe('logging in to a ServiceNow that is set up otherwise', () => {
  let instance: ServiceNow | undefined
  afterEach(() => instance?.stop())
  const against = async (options: ServiceNowOptions) => {
    instance = await startServiceNow(options)
    return serviceNow({ url: instance.url, auth: CLIENT, clock: systemClock, settings: () => SETTINGS, retry: ONCE })
  }
  const scoped = { id: CLIENT.clientId ?? '', secret: CLIENT.clientSecret ?? '', user: 'runbot', scoped: true }

  it('tells a client that is securely scoped apart from a missing role', async () => {
    const adapter = await against({ credentials: { clients: [scoped] } })
    await assert.rejects(adapter.incident('0'.repeat(32)), portError('denied', /broad scope/))
  })

  it('calls a grant that is switched off denied', async () => {
    const adapter = await against({
      credentials: { clients: [{ ...scoped, scoped: false }], clientCredentials: false },
    })
    await assert.rejects(adapter.incident('0'.repeat(32)), portError('denied', /server_error/))
  })
})
