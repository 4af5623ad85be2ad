// Owns the specification of reading an incident.
import assert from 'node:assert/strict'
import { portError, type Setup, setup, told } from './setup.ts'

describe('reading an incident from ServiceNow', () => {
  let world: Setup
  beforeEach(async () => {
    world = await setup()
  })
  afterEach(() => world.stop())
  const raise = (fields: Record<string, string> = {}, caller: 'requester' | 'vip' = 'requester') =>
    world.world.raiseIncident({ caller, fields }).sys_id ?? ''

  it('reads its text, state, group, caller and CI', async () => {
    const id = raise({ short_description: '5xx', description: 'since noon' })
    const { incident, ciId, triggers, updatedAt } = await world.adapter.incident(id)
    assert.equal(incident.text, '5xx\nsince noon')
    assert.equal(incident.state, 'new')
    assert.equal(incident.group, 'Web Platform')
    assert.equal(incident.opener, world.world.people.requester.aadObjectId)
    assert.equal(ciId, world.world.ci('web-01').sys_id)
    assert.equal(triggers, true)
    assert.equal(
      new Date(updatedAt).toISOString().slice(0, 19).replace('T', ' '),
      world.world.servicenow.incident(incident.number).sys_updated_on,
    )
  })

  it('gives columns under their own and their mapped names, references by name and choices raw', async () => {
    const { incident } = await world.adapter.incident(raise({ u_error_signature: 'E1' }))
    const { facts } = incident
    assert.deepEqual(
      ['category', 'impact', 'assignment_group', 'location', 'site', 'signature'].map((name) => told(facts[name])),
      ['App', '2', 'Web Platform', 'Lisbon DC', 'Lisbon DC', 'E1'],
    )
    assert.equal(facts['signature']?.source, 'ServiceNow incident.u_error_signature')
  })

  it('knows an empty column as empty and a missing one as unknown (P5)', async () => {
    world.world.servicenow.acl.hideColumn('incident', 'category')
    const adapter = world.with({ incident: { nothing: 'u_mistyped', signature: 'u_error_signature' } })
    const { incident } = await adapter.incident(raise())
    assert.equal(told(incident.facts['signature']), '')
    assert.match(String(told(incident.facts['nothing'])), /^unknown: u_mistyped is unknown to ServiceNow/)
    assert.match(String(told(incident.facts['category'])), /^unknown/)
  })

  it('tells a VIP caller, an ordinary one, none, and one that is hidden', async () => {
    const vip = async (id: string) => told((await world.adapter.incident(id)).incident.facts['vip'])
    assert.equal(await vip(raise({}, 'vip')), true)
    assert.equal(await vip(raise()), false)
    assert.equal(await vip(raise({ caller_id: '' })), false)
    world.world.servicenow.acl.hideColumn('sys_user', 'vip')
    assert.match(String(await vip(raise())), /^unknown/)
  })

  it('has no opener where the caller is unmapped or the person column is not declared (P10)', async () => {
    const unmapped = world.world.servicenow.seed('sys_user', { name: 'Nobody', u_entra_object_id: '' })
    const id = raise({ caller_id: unmapped.sys_id ?? '' })
    assert.equal((await world.adapter.incident(id)).incident.opener, undefined)
    assert.equal((await world.with({ person: null }).incident(raise())).incident.opener, undefined)
  })

  it('maps every state, and counts reopenings', async () => {
    const id = raise()
    const states: string[] = []
    for (const state of ['1', '2', '3', '6', '1', '8', '99']) {
      const closing = state === '6' ? { close_code: 'Solution provided', close_notes: 'done' } : {}
      world.world.servicenow.update('incident', id, { state, ...closing })
      states.push((await world.adapter.incident(id)).incident.state)
    }
    assert.deepEqual(states, ['new', 'inProgress', 'onHold', 'resolved', 'new', 'canceled', 'other'])
    assert.equal((await world.adapter.incident(id)).incident.reopened, 1)
  })

  it('finds an incident by its number, however it is typed', async () => {
    const { number = '', sys_id } = world.world.raiseIncident()
    assert.equal((await world.adapter.incidentByNumber(number.toLowerCase())).incident.sysId, sys_id)
  })

  it('refuses ids and numbers that would be query syntax before anything leaves', async () => {
    for (const number of ['INC1^ORnumber!=', 'javascript:1', 'INC0010001^NQactive=true', ''])
      await assert.rejects(world.adapter.incidentByNumber(number), portError('malformed', /not a record number/))
    for (const id of ['../sys_user', `${'0'.repeat(31)}^`, ''])
      await assert.rejects(world.adapter.incident(id), portError('malformed', /not a sys_id/))
    assert.equal(world.world.servicenow.requests.length, 0)
  })

  it('refuses a mapped column that is no column path', async () => {
    const adapter = world.with({ incident: { evil: 'number,sys_created_by' } })
    await assert.rejects(adapter.incident(raise()), portError('malformed', /not a column/))
  })
})
