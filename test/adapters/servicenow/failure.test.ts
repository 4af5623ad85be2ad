// Owns the specification of what ServiceNow's failures become.
import assert from 'node:assert/strict'
import { PortError } from '../../../src/ports/errors.ts'
import { requestTo } from '../../sandbox/faults.ts'
import { portError, type Setup, setup } from './setup.ts'

describe("ServiceNow's failures", () => {
  let world: Setup
  let id: string
  beforeEach(async () => {
    world = await setup()
    id = world.world.raiseIncident().sys_id ?? ''
  })
  afterEach(() => world.stop())
  const strike = (fault: Parameters<typeof world.world.servicenow.faults.add>[0]['fault'], method = 'GET') =>
    world.world.servicenow.faults.add({ fault, match: requestTo(method, '/api/now/'), times: 4 })
  const envelope = (status: number, message: string, detail: string | null, headers = {}) => ({
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: { error: { message, detail }, status: 'failure' },
  })

  it('calls a web page with status 200 unavailable: hibernating or SSO', async () => {
    strike('html')
    await assert.rejects(world.adapter.incident(id), portError('unavailable', /hibernating or behind SSO/))
  })

  it('calls a redirect to a login page unavailable and does not follow it', async () => {
    strike({ status: 302, headers: { location: 'http://127.0.0.1:1/login' } })
    await assert.rejects(world.adapter.incident(id), portError('unavailable', /SSO/))
  })

  it('does not know whether a write took effect that a web page answered', async () => {
    strike('html', 'PATCH')
    const note = world.adapter.note(id, 'x [runbot r#1]', '[runbot r#1]', false)
    await assert.rejects(note, portError('unavailable', /SSO/, true))
  })

  it('hands on for how long a throttled account has to wait', async () => {
    strike(envelope(429, 'Rate limit exceeded', null, { 'retry-after': '42' }))
    await assert.rejects(world.adapter.incident(id), (error) => {
      assert.ok(error instanceof PortError)
      assert.deepEqual([error.kind, error.retryAfterMs, error.mayHaveHappened], ['throttled', 42_000, false])
      return true
    })
  })

  it('waits and reads again by itself where the wait is short', async () => {
    world.world.servicenow.faults.add({
      fault: envelope(429, 'Rate limit exceeded', null, { 'retry-after': '0' }),
      match: requestTo('GET', '/api/now/table/incident/'),
    })
    const adapter = world.with({}, { retry: { retries: 1, baseMs: 1 } })
    assert.equal((await adapter.incident(id)).incident.sysId, id)
  })

  it('calls JSON that does not parse malformed', async () => {
    strike('garbage')
    await assert.rejects(world.adapter.incident(id), portError('malformed', /another shape/))
  })

  it('takes no rows from a transaction that was cancelled half-way', async () => {
    const half = { result: [], error: { message: 'Transaction cancelled: maximum execution time exceeded' } }
    strike({ status: 200, headers: { 'content-type': 'application/json' }, body: half })
    await assert.rejects(world.adapter.findCis('web-01'), portError('unavailable', /Transaction cancelled/))
  })

  it('calls a data policy malformed, with its words', async () => {
    strike(
      envelope(403, 'Operation Failed', 'Data Policy Exception: The following fields are mandatory: Caller'),
      'PATCH',
    )
    const note = world.adapter.note(id, 'x [runbot r#1]', '[runbot r#1]', false)
    await assert.rejects(note, portError('malformed', /mandatory: Caller/))
  })

  it('calls an access rule denied without blaming the credentials', async () => {
    strike(envelope(403, 'Insufficient rights', 'ACL Exception Update Failed'))
    await assert.rejects(world.adapter.incident(id), portError('denied', /ACL Exception.*may lack a role/))
  })

  it('shows hostile error text as one plain line', async () => {
    strike(envelope(400, 'a\u001b[31m\nb\u202e', null))
    await assert.rejects(world.adapter.incident(id), portError('malformed', /^[\x20-\x7e]+$/))
  })

  it('calls an incident that is absent or hidden notFound', async () => {
    await assert.rejects(world.adapter.incident('0'.repeat(32)), portError('notFound', /No Record found/))
    await assert.rejects(world.adapter.incidentByNumber('INC9999999'), portError('notFound', /INC9999999/))
  })

  it('calls a refused connection unavailable', async () => {
    await world.adapter.incident(id)
    await world.world.servicenow.down()
    await assert.rejects(world.adapter.incident(id), portError('unavailable', /refused|reset/))
  })
})
