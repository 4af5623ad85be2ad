// Owns the specification of what the adapter knows around a CI: neighbours, owner, whom it carries, who commands, who is on call.
import assert from 'node:assert/strict'
import type { Ci } from '../../../src/core/incident.ts'
import { requestTo } from '../../sandbox/faults.ts'
import { groupId, PEOPLE } from '../../sandbox/world/people.ts'
import { SETTINGS, type Setup, setup, told } from './setup.ts'

describe('the surroundings of an incident in ServiceNow', () => {
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
  const around = () => world.adapter.surroundings
  const ciOf = (name: string): Ci => ({ sysId: world.world.ci(name).sys_id ?? '', name, facts: {} })
  const strike = (path: string) =>
    world.world.servicenow.faults.add({ fault: 'reset-before', match: requestTo('GET', path) })
  const hide = (table: string) => world.world.servicenow.acl.hideRows(table)

  describe('neighbours', () => {
    const names = async (depth: number) => {
      const fact = await around().neighbours(web, depth)
      assert.ok(fact.known, fact.known ? '' : fact.reason)
      return fact.value.map((each) => `${each.depth} ${each.direction} ${each.name} (${each.relation})`).toSorted()
    }

    it('are what it depends on and what depends on it, in the words of either end', async () => {
      assert.deepEqual(await names(1), [
        '1 down Online Shop (Used by)',
        '1 down Shop Checkout (Used by)',
        '1 up srv-web-01 (Runs on)',
      ])
    })

    it('are as many relations far as asked, and no further', async () => {
      const rack = seed('cmdb_ci', { name: 'rack-7' })
      relate(world.world.ci('srv-web-01').sys_id ?? '', rack)
      relate(rack, seed('cmdb_ci', { name: 'power' }))
      assert.equal((await names(2)).filter((each) => each.startsWith('2 up rack-7')).length, 1)
      assert.ok((await names(3)).some((each) => each.startsWith('3 up power')))
      assert.deepEqual(
        (await names(2)).filter((each) => each.includes('power')),
        [],
      )
      assert.deepEqual(await names(0), [])
    })

    it('do not hold what shares a server with it: that neither uses it nor is used by it', async () => {
      relate(seed('cmdb_ci', { name: 'other site' }), world.world.ci('srv-web-01').sys_id ?? '')
      assert.ok((await names(3)).every((each) => !each.includes('other site')))
    })

    it('are each named once, and the CI itself never, where the relations run in a circle', async () => {
      relate(world.world.ci('srv-web-01').sys_id ?? '', world.world.ci('Online Shop').sys_id ?? '')
      const found = await names(5)
      assert.equal(found.filter((each) => each.includes('Online Shop')).length, 1)
      assert.ok(found.every((each) => !each.includes(' web-01')))
    })

    it('are 200 at most, the nearest first, and what it depends on is not crowded out', async () => {
      for (let count = 0; count < 230; count += 1) relate(seed('cmdb_ci', { name: `app-${count}` }), web)
      relate(world.world.ci('srv-web-01').sys_id ?? '', seed('cmdb_ci', { name: 'rack-7' }))
      const fact = await around().neighbours(web, 2)
      assert.ok(fact.known)
      assert.equal(fact.value.length, 200)
      assert.ok(fact.value.some((each) => each.name === 'rack-7'))
      const depths = fact.value.map((each) => each.depth)
      assert.deepEqual(depths, depths.toSorted())
    })

    it('are asked for level by level, not CI by CI', async () => {
      for (let count = 0; count < 40; count += 1) relate(seed('cmdb_ci', { name: `app-${count}` }), web)
      const before = world.world.servicenow.requests.length
      await around().neighbours(web, 2)
      const asked = world.world.servicenow.requests.slice(before).filter(requestTo('GET', '/api/now/table/cmdb_rel_ci'))
      assert.ok(asked.length <= 8, `${asked.length}`)
    })

    it('are unknown where relations are hidden, or cannot be read (P5)', async () => {
      hide('cmdb_rel_ci')
      assert.match(String(told(await around().neighbours(web, 2))), /^unknown: \d relations .* hidden/)
    })

    it('say why and where they could not be read, and reject for nothing (P5)', async () => {
      strike('/api/now/table/cmdb_rel_ci')
      const fact = await around().neighbours(web, 1)
      assert.match(String(told(fact)), /^unknown: .*reset/)
      assert.equal(fact.source, 'ServiceNow cmdb_rel_ci')
      assert.ok(fact.readAt > 0)
      assert.match(String(told(await around().neighbours('web-01', 1))), /^unknown: .*not a sys_id/)
    })
  })

  describe('the owner', () => {
    const owner = async (name = 'web-01', column: string | null = null) =>
      world.with({ context: { ...SETTINGS.context, owner: column } }).surroundings.owner(ciOf(name))
    const give = (ci: string, fields: Record<string, string>) =>
      world.world.servicenow.update('cmdb_ci', world.world.ci(ci).sys_id ?? '', fields)

    it('is whoever owns the CI, else who manages it, with the team behind', async () => {
      give('web-01', { managed_by: PEOPLE.approver.sysId })
      assert.deepEqual(told(await owner()), { name: PEOPLE.approver.name, group: 'Web Platform' })
      give('web-01', { owned_by: PEOPLE.vip.sysId })
      const fact = await owner()
      assert.deepEqual(told(fact), { name: PEOPLE.vip.name, group: 'Web Platform' })
      assert.equal(fact.source, 'ServiceNow cmdb_ci.owned_by of web-01')
    })

    it('is the declared column before these', async () => {
      world.world.servicenow.addColumn('cmdb_ci', 'u_product_owner>sys_user')
      give('web-01', { owned_by: PEOPLE.vip.sysId, u_product_owner: PEOPLE.approver.sysId })
      assert.equal((told(await owner('web-01', 'u_product_owner')) as { name: string }).name, PEOPLE.approver.name)
    })

    it('is that of the business service that uses it, where the CI itself names nobody', async () => {
      give('Online Shop', { owned_by: PEOPLE.vip.sysId })
      const fact = await owner('srv-web-01')
      assert.equal((told(fact) as { name: string }).name, PEOPLE.vip.name)
      assert.equal(fact.source, 'ServiceNow cmdb_ci.owned_by of Online Shop')
    })

    it('is a team without a name where only that is filled in, and unknown where nothing is (P5)', async () => {
      assert.deepEqual(told(await owner()), { name: '', group: 'Web Platform' })
      seed('cmdb_ci', { name: 'bare' })
      assert.match(String(told(await owner('bare'))), /^unknown: nobody stands in owned_by, managed_by of bare/)
    })

    it('is unknown where the column is hidden, or mistyped (P5)', async () => {
      assert.match(String(told(await owner('web-01', 'u_mistyped'))), /^unknown: .*u_mistyped is unknown to ServiceNow/)
      world.world.servicenow.acl.hideColumn('cmdb_ci', 'owned_by')
      assert.match(String(told(await owner())), /^unknown: .*owned_by/)
    })
  })

  describe('whom it carries', () => {
    const affected = (row: { sys_id?: string | undefined }) => around().affected(row.sys_id ?? '')

    it('are the users of its CI, of the affected CIs and of what depends on them; and its caller, a VIP', async () => {
      const incident = world.world.raiseIncident({ caller: 'vip' })
      assert.deepEqual(told(await affected(incident)), { users: 560, vips: [PEOPLE.vip.name] })
      seed('task_ci', { task: incident.sys_id ?? '', ci_item: seed('cmdb_ci', { name: 'kiosk', u_user_count: '7' }) })
      assert.deepEqual(told(await affected(incident)), { users: 567, vips: [PEOPLE.vip.name] })
    })

    it('names a CI that the mapped column marks, and nobody where there is no VIP', async () => {
      world.world.servicenow.addColumn('cmdb_ci', 'u_vip:boolean')
      const incident = world.world.raiseIncident({ caller: 'requester' })
      assert.deepEqual((told(await affected(incident)) as { vips: unknown }).vips, [])
      world.world.servicenow.update('cmdb_ci', web, { u_vip: 'true' })
      const marked = await world
        .with({ ci: { ...SETTINGS.ci, vip: 'u_vip' } })
        .surroundings.affected(incident.sys_id ?? '')
      assert.deepEqual((told(marked) as { vips: unknown }).vips, ['web-01'])
    })

    it('keeps the VIP where the number of users cannot be told, and is unknown where the flag is hidden (P5)', async () => {
      const incident = world.world.raiseIncident({ caller: 'vip' })
      const without = await world.with({ ci: {} }).surroundings.affected(incident.sys_id ?? '')
      assert.deepEqual(told(without), { users: null, vips: [PEOPLE.vip.name] })
      world.world.servicenow.acl.hideColumn('sys_user', 'vip')
      assert.match(String(told(await affected(incident))), /^unknown: caller_id.vip/)
    })

    it('is unknown where affected CIs are hidden (P5)', async () => {
      const incident = world.world.raiseIncident()
      seed('task_ci', { task: incident.sys_id ?? '', ci_item: web })
      hide('task_ci')
      assert.match(String(told(await affected(incident))), /^unknown: 1 affected CIs are hidden/)
    })
  })

  describe('the commander', () => {
    const commander = (id: string, column: string | null) =>
      world.with({ context: { ...SETTINGS.context, commander: column } }).surroundings.commander(id)

    it('is who stands in the declared column, and nobody where it is empty', async () => {
      world.world.servicenow.addColumn('incident', 'u_commander>sys_user')
      const id = world.world.raiseIncident().sys_id ?? ''
      const nobody = await commander(id, 'u_commander')
      assert.equal(told(nobody), '')
      assert.equal(nobody.source, 'ServiceNow incident.u_commander')
      world.world.servicenow.update('incident', id, { u_commander: PEOPLE.approver.sysId })
      assert.equal(told(await commander(id, 'u_commander')), PEOPLE.approver.name)
    })

    it('is unknown where no column is declared, or the column does not come back: never nobody (P5)', async () => {
      const id = world.world.raiseIncident().sys_id ?? ''
      assert.match(String(told(await commander(id, null))), /^unknown: connectors.yaml declares no/)
      assert.match(String(told(await commander(id, 'u_mistyped'))), /^unknown: u_mistyped is unknown to ServiceNow/)
    })

    it('is unknown where the name is hidden: somebody is there (P5)', async () => {
      world.world.servicenow.addColumn('incident', 'u_commander>sys_user')
      const id = world.world.raiseIncident({ fields: { u_commander: 'f'.repeat(32) } }).sys_id ?? ''
      assert.match(String(told(await commander(id, 'u_commander'))), /^unknown: the name in u_commander is hidden/)
    })
  })

  describe('who is on call', () => {
    it('is the first in line of the group, by name', async () => {
      const fact = await around().onCall('Web Platform')
      assert.deepEqual(told(fact), [PEOPLE.onCall.name])
    })

    it('is nobody where the rota is empty, and unknown where the group is or the names are hidden (P5)', async () => {
      world.world.servicenow.setOnCall(groupId('Web Platform'), [])
      assert.deepEqual(told(await around().onCall('Web Platform')), [])
      assert.match(String(told(await around().onCall('Web Platfrom'))), /^unknown: .*no active group/)
      world.world.servicenow.setOnCall(groupId('Web Platform'), [PEOPLE.onCall.sysId])
      world.world.servicenow.acl.hideColumn('sys_user', 'name')
      assert.match(String(told(await around().onCall('Web Platform'))), /^unknown: the name of whoever is on call/)
    })
  })
})
