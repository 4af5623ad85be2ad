// Owns the specification of ServiceNow groups and on-call as sources of authority.
import assert from 'node:assert/strict'
import { firstInLine } from '../../../src/adapters/servicenow/people.ts'
import type { OnCallRow } from '../../../src/adapters/servicenow/schema.ts'
import { requestTo } from '../../sandbox/faults.ts'
import { type Setup, setup } from './setup.ts'

describe('people of ServiceNow', () => {
  let world: Setup
  beforeEach(async () => {
    world = await setup()
  })
  afterEach(() => world.stop())
  type Who = keyof Setup['world']['people']
  const entra = (who: Who) => world.world.people[who].aadObjectId
  const inGroup = async (who: Who, group: string, adapter = world.adapter) => {
    const answer = await adapter.people.group.membership(entra(who), group)
    return answer.is === 'unknown' ? answer.reason : answer.is
  }
  const onCall = async (who: Who, group = 'Web Platform') => {
    const answer = await world.adapter.people.onCall.membership(entra(who), group)
    return answer.is === 'unknown' ? answer.reason : answer.is
  }

  it('belong to a group or not, whatever the case of their id', async () => {
    assert.equal(await inGroup('changeManager', 'CAB Approval'), 'yes')
    assert.equal(await inGroup('outsider', 'CAB Approval'), 'no')
    const upper = await world.adapter.people.group.membership(entra('approver').toUpperCase(), 'Web Platform')
    assert.equal(upper.is, 'yes')
  })

  it('have no authority where they are unmapped (P10)', async () => {
    const stranger = await world.adapter.people.group.membership('0a2b0000-0000-4000-8000-ffffffffffff', 'CAB Approval')
    assert.equal(stranger.is, 'unknown')
    assert.match(await inGroup('approver', 'Web Platform', world.with({ person: null })), /names no person column/)
    assert.match(await inGroup('approver', 'Web Platform', world.with({ person: 'u_mistyped' })), /no ServiceNow user/)
  })

  it('have no authority where several users bear their id (P10)', async () => {
    world.world.servicenow.seed('sys_user', { name: 'Twin', u_entra_object_id: entra('outsider') })
    assert.match(await inGroup('outsider', 'CAB Approval'), /2 ServiceNow users bear this/)
  })

  it('have no authority once they are inactive', async () => {
    world.world.servicenow.update('sys_user', world.world.people.approver.sysId, { active: 'false' })
    assert.equal(await inGroup('approver', 'Web Platform'), 'no')
  })

  it('get none from a group that does not exist, is inactive or exists twice', async () => {
    assert.match(await inGroup('approver', 'No Such Group'), /no active group/)
    world.world.servicenow.seed('sys_user_group', { name: 'Sleeping', active: 'false' })
    assert.match(await inGroup('approver', 'Sleeping'), /no active group/)
    world.world.servicenow.seed('sys_user_group', { name: 'CAB Approval', sys_id: '4'.repeat(32) })
    assert.match(await inGroup('changeManager', 'CAB Approval'), /2 groups/)
  })

  it('get none from ids and names that are query syntax (P9)', async () => {
    const sly = await world.adapter.people.group.membership('x^ORactive=true', 'CAB Approval')
    assert.equal(sly.is, 'unknown')
    assert.match(await inGroup('approver', 'x^ORnameISNOTEMPTY'), /cannot be looked up/)
  })

  it('are unknown while ServiceNow is down or hides the members (P5)', async () => {
    world.world.servicenow.acl.hideRows('sys_user_grmember')
    assert.match(await inGroup('approver', 'Web Platform'), /hidden/)
    world.world.servicenow.faults.add({ fault: 'html', match: requestTo('GET', '/api/now/table/sys_user_group') })
    assert.match(await inGroup('approver', 'Web Platform'), /SSO/)
  })

  it('are not members of everything when the instance drops the clauses', async () => {
    const rows = [{ sys_id: '5'.repeat(32), user: world.world.people.outsider.sysId, group: '6'.repeat(32) }]
    const headers = { 'content-type': 'application/json', 'x-total-count': '1' }
    const match = requestTo('GET', '/api/now/table/sys_user_grmember')
    world.world.servicenow.faults.add({ fault: { status: 200, headers, body: { result: rows } }, match })
    assert.notEqual(await inGroup('outsider', 'CAB Approval'), 'yes')
  })

  it('are on call as the first in line only, in whatever order the rows come', async () => {
    assert.equal(await onCall('onCall'), 'yes')
    assert.equal(await onCall('approver'), 'no')
    assert.equal(await onCall('onCall', 'CAB Approval'), 'no')
  })

  it('are not on call for a group whose rota nobody covers', async () => {
    const group = world.world.servicenow.rows('sys_user_group').find(({ name }) => name === 'Web Platform')?.sys_id
    world.world.servicenow.setOnCall(group ?? '', [])
    assert.equal(await onCall('onCall'), 'no')
    world.world.servicenow.setOnCall(group ?? '', [''])
    assert.equal(await onCall('onCall'), 'no')
  })

  it('of another group do not count, though the instance ignored the filter', async () => {
    const row = { userId: world.world.people.outsider.sysId, group: '7'.repeat(32), rota: 'r', order: 1 }
    const fault = { status: 200, headers: { 'content-type': 'application/json' }, body: { result: [row] } }
    world.world.servicenow.faults.add({ fault, match: requestTo('GET', '/api/now/on_call_rota') })
    assert.equal(await onCall('outsider'), 'no')
  })

  it('are unknown where on-call is not installed or answers nonsense', async () => {
    world.world.servicenow.faults.add({ fault: { status: 400 }, match: requestTo('GET', '/api/now/on_call_rota') })
    assert.match(await onCall('onCall'), /status 400/)
    world.world.servicenow.faults.add({ fault: 'garbage', match: requestTo('GET', '/api/now/on_call_rota') })
    assert.match(await onCall('onCall'), /another shape/)
  })

  it('are listed with name and Entra id, for mentions', async () => {
    const sorted = (list: readonly { name: string }[]) => list.map(({ name }) => name).toSorted()
    const { group, onCall: duty } = world.adapter.people
    assert.deepEqual(sorted(await group.people('Web Platform')), ['Jonas Weber', 'Maya Lind', 'Sam Okafor'])
    assert.deepEqual(await duty.people('Web Platform'), [{ id: entra('onCall'), name: 'Sam Okafor' }])
  })
})

describe('the first in line of a rota', () => {
  const row = (userId: string, order: number, more: Partial<OnCallRow> = {}): OnCallRow => ({
    userId,
    order,
    group: 'g',
    rota: 'r',
    userIds: [],
    isOverride: false,
    ...more,
  })

  it('is decided by order, not by place', () => {
    assert.deepEqual(firstInLine([row('b', 2), row('a', 1), row('c', 3)]), ['a'])
  })

  it('gives way to who stands in at that place', () => {
    assert.deepEqual(firstInLine([row('a', 1), row('standIn', 1, { isOverride: true }), row('b', 2)]), ['standIn'])
    assert.deepEqual(firstInLine([row('a', 1), row('b', 2, { isOverride: true })]), ['a'])
  })

  it('is one per rota', () => {
    assert.deepEqual(firstInLine([row('a', 1), row('b', 1, { rota: 'nights' }), row('c', 2)]), ['a', 'b'])
  })

  it('is nobody where a device is on call, unless it names people', () => {
    assert.deepEqual(firstInLine([row('', 1, { userIds: ['x'] })]), ['x'])
    assert.deepEqual(firstInLine([row('', 1), row('b', 2)]), [])
  })
})
