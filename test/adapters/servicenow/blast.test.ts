// Owns the specification of the blast radius.
import assert from 'node:assert/strict'
import { requestTo } from '../../sandbox/faults.ts'
import { type Setup, setup, told } from './setup.ts'

describe('the blast radius in ServiceNow', () => {
  let world: Setup
  let web: string
  beforeEach(async () => {
    world = await setup()
    web = world.world.ci('web-01').sys_id ?? ''
  })
  afterEach(() => world.stop())
  const seed = (table: string, fields: Record<string, string>) =>
    world.world.servicenow.seed(table, fields).sys_id ?? ''
  const relate = (parent: string, child: string) => seed('cmdb_rel_ci', { parent, child })
  const incident = (caller: 'requester' | 'vip') => world.world.raiseIncident({ caller }).sys_id ?? ''

  it('counts CIs both ways, two steps far, the target included', async () => {
    const far = seed('cmdb_ci_service', { name: 'Group portal', u_user_count: '7' })
    relate(far, world.world.ci('Online Shop').sys_id ?? '')
    relate(seed('cmdb_ci', { name: 'three steps away', u_user_count: '9000' }), far)
    const { cis, users } = await world.adapter.blast([web])
    // web-01, its server, the shop, the checkout, the portal
    assert.equal(told(cis), 5)
    assert.equal(told(users), 40 + 400 + 120 + 7)
  })

  it('does not count users of what the target itself depends on', async () => {
    relate(web, seed('cmdb_ci', { name: 'shared database', u_user_count: '100000' }))
    assert.equal(told((await world.adapter.blast([web])).users), 560)
  })

  it('survives a circle of relations', async () => {
    relate(web, world.world.ci('Online Shop').sys_id ?? '')
    assert.equal(told((await world.adapter.blast([web])).cis), 4)
  })

  it('makes users unknown where the target has no number, though a dependant has (P5)', async () => {
    const bare = seed('cmdb_ci', { name: 'bare' })
    relate(world.world.ci('Online Shop').sys_id ?? '', bare)
    const { users, cis } = await world.adapter.blast([bare])
    assert.match(String(told(users)), /^unknown: u_user_count is empty/)
    assert.equal(told(cis), 3)
  })

  it('makes users unknown where no column is mapped', async () => {
    const { users } = await world.with({ ci: {} }).blast([web])
    assert.equal(told(users), 'unknown: connectors.yaml maps no users column')
  })

  it('makes reach and users unknown beyond 200 CIs, and says at least', async () => {
    for (let count = 0; count < 205; count += 1) relate(seed('cmdb_ci', { name: `app-${count}` }), web)
    const { users, cis } = await world.adapter.blast([web])
    assert.match(String(told(cis)), /^unknown: at least 200 CIs/)
    assert.match(String(told(users)), /^unknown: at least 200 CIs/)
  })

  it('makes reach unknown where relations are hidden (P5)', async () => {
    const show = world.world.servicenow.acl.hideRows('cmdb_rel_ci')
    assert.match(String(told((await world.adapter.blast([web])).cis)), /^unknown: 3 relations .* hidden/)
    show()
    world.world.servicenow.acl.hideColumn('cmdb_rel_ci', 'parent')
    assert.match(String(told((await world.adapter.blast([web])).cis)), /^unknown/)
  })

  it('makes the parts unknown that cannot be read, and rejects for none', async () => {
    world.world.servicenow.faults.add({ fault: 'reset-before', match: requestTo('GET', '/api/now/table/cmdb_rel_ci') })
    const { users, cis, vip } = await world.adapter.blast([web], incident('vip'))
    assert.match(String(told(cis)), /^unknown: .*reset/)
    assert.match(String(told(users)), /^unknown: .*reset/)
    assert.equal(told(vip), true)
  })

  it('is unknown where no target is in the CMDB', async () => {
    const { users, cis } = await world.adapter.blast([])
    assert.equal(told(cis), 'unknown: no target is known to the CMDB')
    assert.match(String(told(users)), /^unknown/)
  })

  it('tells a VIP by the caller, or by the mapped column of a target or a dependant', async () => {
    world.world.servicenow.addColumn('cmdb_ci', 'u_vip:boolean')
    const vip = async (ids: string[], incidentId?: string, ci = {}) =>
      told((await world.with({ ci }).blast(ids, incidentId)).vip)
    assert.equal(await vip([web], incident('vip')), true)
    assert.equal(await vip([web], incident('requester')), false)
    assert.equal(await vip([web]), false)
    const board = seed('cmdb_ci_service', { name: 'Board room', u_vip: 'true' })
    relate(board, web)
    assert.equal(await vip([web], incident('requester'), { vip: 'u_vip' }), true)
    assert.equal(await vip([board], undefined, { vip: 'u_vip' }), true)
  })

  it('does not take a hidden VIP flag for no VIP (P5)', async () => {
    world.world.servicenow.acl.hideColumn('sys_user', 'vip')
    assert.match(String(told((await world.adapter.blast([web], incident('vip'))).vip)), /^unknown: caller_id.vip/)
    const mapped = world.with({ ci: { vip: 'u_mistyped' } })
    assert.match(String(told((await mapped.blast([web])).vip)), /^unknown: u_mistyped/)
  })
})
