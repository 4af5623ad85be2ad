// Owns the specification of updating an incident.
import assert from 'node:assert/strict'
import { requestTo } from '../../sandbox/faults.ts'
import { portError, type Setup, setup } from './setup.ts'

describe('updating an incident in ServiceNow', () => {
  let world: Setup
  let id: string
  let number: string
  beforeEach(async () => {
    world = await setup()
    const incident = world.world.raiseIncident()
    id = incident.sys_id ?? ''
    number = incident.number ?? ''
  })
  afterEach(() => world.stop())
  const now = () => world.world.servicenow.incident(number)
  const person = (fields: Record<string, string>) => world.world.servicenow.update('incident', id, fields)
  const writes = () => world.world.servicenow.requests.filter(({ method }) => method === 'PATCH').length

  it('sets New to In Progress and leaves every other state alone', async () => {
    await world.adapter.update(id, { state: 'inProgress' })
    assert.equal(now().state, '2')
    person({ state: '3' })
    await world.adapter.update(id, { state: 'inProgress' })
    assert.equal(now().state, '3')
    assert.equal(writes(), 1)
  })

  it('resolves with code and notes, once', async () => {
    await world.adapter.update(id, { state: 'resolved', closeNotes: 'Recycled the pool.' })
    assert.deepEqual(
      [now().state, now().close_code, now().close_notes],
      ['6', 'Solution provided', 'Recycled the pool.'],
    )
    await world.adapter.update(id, { state: 'resolved', closeNotes: 'again' })
    assert.equal(writes(), 1)
  })

  it('repeats a resolve whose answer was lost without harm', async () => {
    const { faults } = world.world.servicenow
    faults.add({ fault: 'reset-after-commit', match: requestTo('PATCH', '/api/now/table/incident') })
    const resolve = () => world.adapter.update(id, { state: 'resolved', closeNotes: 'x' })
    await assert.rejects(resolve(), portError('unavailable', /reset/, true))
    await resolve()
    assert.equal(writes(), 1)
  })

  it('names the close codes of this instance when the one given is none of them (P12)', async () => {
    const resolve = world.adapter.update(id, { state: 'resolved', closeCode: 'Solved (Permanently)', closeNotes: 'x' })
    const words = /mandatory: Resolution code.*"Solved \(Permanently\)" is no close code.*Workaround provided/
    await assert.rejects(resolve, portError('malformed', words))
    assert.equal(now().state, '1')
  })

  it('says that close notes are missing', async () => {
    await assert.rejects(world.adapter.update(id, { state: 'resolved' }), portError('malformed', /Resolution notes/))
  })

  it('never reopens or changes an incident that is over', async () => {
    person({ state: '8' })
    await world.adapter.update(id, { state: 'inProgress', stateValue: '2', assign: 'Service Desk' })
    await world.adapter.update(id, { state: 'resolved', closeNotes: 'x' })
    assert.equal(now().state, '8')
    assert.equal(writes(), 0)
  })

  it('opens again what was resolved with the words that it is told, and nothing that was resolved otherwise or is closed', async () => {
    const again = { stateValue: '2', assign: 'Web Platform L2', reopens: 'Resolved by runbot R1: ' }
    await world.adapter.update(id, {
      state: 'resolved',
      closeCode: 'Solution provided',
      closeNotes: 'Resolved by runbot R2: x',
    })
    await world.adapter.update(id, again)
    assert.equal(now().state, '6')
    await world.adapter.update(id, { ...again, reopens: 'Resolved by runbot R2: ' })
    assert.deepEqual([now().state, now().reopen_count], ['2', '1'])
    person({ state: '7', close_code: 'Solution provided', close_notes: 'Resolved by runbot R1: x' })
    await world.adapter.update(id, again)
    assert.equal(now().state, '7')
  })

  it('hands over to a group by its name, with a raw state', async () => {
    await world.adapter.update(id, { stateValue: '2', assign: 'Web Platform L2' })
    const l2 = world.world.servicenow.rows('sys_user_group').find(({ name }) => name === 'Web Platform L2')
    assert.deepEqual([now().state, now().assignment_group], ['2', l2?.sys_id])
  })

  it('refuses a group that does not exist, exists twice or would be query syntax', async () => {
    const assign = (name: string) => world.adapter.update(id, { assign: name })
    await assert.rejects(assign('No Such Group'), portError('malformed', /no active group of the name "No Such Group"/))
    await assert.rejects(assign('x^ORactive=true'), portError('malformed', /cannot be looked up/))
    world.world.servicenow.seed('sys_user_group', { name: 'Service Desk', sys_id: '1'.repeat(32) })
    await assert.rejects(assign('Service Desk'), portError('malformed', /2 groups/))
  })

  it('refuses a state that is no raw value', async () => {
    await assert.rejects(
      world.adapter.update(id, { stateValue: 'Resolved' }),
      portError('malformed', /not an incident state/),
    )
  })

  it('sees when ServiceNow answered 200 and the state did not take', async () => {
    const body = { result: { sys_id: id, state: '2' } }
    const headers = { 'content-type': 'application/json' }
    const match = requestTo('PATCH', '/api/now/table/incident')
    world.world.servicenow.faults.add({ fault: { status: 200, headers, body }, match })
    await assert.rejects(world.adapter.update(id, { state: 'inProgress' }), portError('denied', /state is "1"/))
  })
})
