// Owns the specification of reading CIs.
import assert from 'node:assert/strict'
import { portError, type Setup, setup, told } from './setup.ts'

describe('reading CIs from ServiceNow', () => {
  let world: Setup
  beforeEach(async () => {
    world = await setup({ hosts: ['web-01', 'web-02'] })
  })
  afterEach(() => world.stop())
  const seed = (fields: Record<string, string>, table = 'cmdb_ci') =>
    world.world.servicenow.seed(table, fields).sys_id ?? ''

  it('gives the facts of the column map in their types, and the class by its label', async () => {
    const { facts, name } = await world.adapter.ci(world.world.ci('web-01').sys_id ?? '')
    assert.equal(name, 'web-01')
    assert.deepEqual(Object.fromEntries(Object.entries(facts).map(([key, fact]) => [key, told(fact)])), {
      name: 'web-01',
      class: 'IIS Web Tier',
      environment: 'Production',
      tags: ['iis', 'shop'],
      health_url: world.world.site.healthUrl,
      users: 40,
      managed: true,
    })
  })

  it('does not guess a number that is empty or no number (P5)', async () => {
    const users = async (u_user_count: string) =>
      told((await world.adapter.ci(seed({ name: `x${u_user_count}`, u_user_count }))).facts['users'])
    assert.match(String(await users('')), /^unknown: u_user_count is empty/)
    assert.match(String(await users('many')), /^unknown/)
    assert.match(String(await users('-5')), /^unknown/)
    assert.equal(await users('0'), 0)
  })

  it('knows an empty environment as empty, no tags as none, and odd flags as unknown', async () => {
    const { facts } = await world.adapter.ci(seed({ name: 'bare', u_managed: 'perhaps' }))
    assert.equal(told(facts['environment']), '')
    assert.deepEqual(told(facts['tags']), [])
    assert.match(String(told(facts['managed'])), /^unknown/)
  })

  it('makes a mapped column that is not returned unknown, never absent (P5)', async () => {
    world.world.servicenow.acl.hideColumn('cmdb_ci', 'u_tags')
    const adapter = world.with({ ci: { tags: 'u_tags', pci: 'u_pci' } })
    const { facts } = await adapter.ci(world.world.ci('web-01').sys_id ?? '')
    assert.match(String(told(facts['tags'])), /^unknown: u_tags is unknown to ServiceNow, or hidden/)
    assert.match(String(told(facts['pci'])), /^unknown/)
  })

  it('cannot have its class or name mapped away', async () => {
    const adapter = world.with({ ci: { class: 'u_tags', name: 'u_tags' } })
    const { facts } = await adapter.ci(world.world.ci('web-01').sys_id ?? '')
    assert.deepEqual([told(facts['class']), told(facts['name'])], ['IIS Web Tier', 'web-01'])
  })

  it('finds by name, by FQDN and by sys_id', async () => {
    const { sys_id = '' } = world.world.ci('web-01')
    for (const name of ['web-01', 'web-01.corp.example', sys_id, sys_id.toUpperCase()]) {
      const found = await world.adapter.findCis(name)
      assert.deepEqual(
        found.map((ci) => ci.sysId),
        [sys_id],
      )
      assert.equal(told(found[0]?.facts['users']), 40)
    }
    assert.deepEqual(await world.adapter.findCis('web-99'), [])
  })

  it('gives every match of an ambiguous name', async () => {
    seed({ name: 'print', sys_id: '1'.repeat(32) })
    seed({ name: 'print', sys_id: '2'.repeat(32) }, 'cmdb_ci_printer')
    const found = await world.adapter.findCis('print')
    assert.deepEqual(
      found.map((ci) => [ci.name, told(ci.facts['class'])]),
      [
        ['print', 'Configuration Item'],
        ['print', 'Printer'],
      ],
    )
  })

  it('refuses names that would be query syntax before anything leaves (P9)', async () => {
    const hostile = [
      'web-01^ORnameISNOTEMPTY',
      'javascript:gs.sleep(9)',
      'x JavaScript : y',
      'a\nb',
      'a\u202eb',
      '',
      'x'.repeat(201),
    ]
    for (const name of hostile)
      await assert.rejects(world.adapter.findCis(name), portError('malformed', /cannot be looked up in ServiceNow/))
    assert.equal(world.world.servicenow.requests.length, 0)
    assert.deepEqual(world.world.servicenow.evaluated, [])
  })

  it('finds nothing that does not bear the name, though the instance dropped the clause', async () => {
    const { faults } = world.world.servicenow
    const stranger = { sys_id: '3'.repeat(32), name: 'db-07', fqdn: '', sys_class_name: 'cmdb_ci' }
    const json = { 'content-type': 'application/json', 'x-total-count': '1' }
    faults.add({
      fault: { status: 200, headers: json, body: { result: [stranger] } },
      match: ({ path }) => path.endsWith('/cmdb_ci'),
    })
    assert.deepEqual(await world.adapter.findCis('web-01'), [])
  })

  it('asks the class itself for a column that the base table does not show', async () => {
    const { sys_id = '' } = world.world.ci('web-01')
    const { faults, requests } = world.world.servicenow
    const base = {
      sys_id,
      name: 'web-01',
      sys_class_name: { value: 'u_cmdb_ci_iis_web_tier', display_value: 'IIS Web Tier' },
    }
    const json = { 'content-type': 'application/json' }
    faults.add({
      fault: { status: 200, headers: json, body: { result: base } },
      match: ({ path }) => path.includes('/cmdb_ci/'),
    })
    const { facts } = await world.adapter.ci(sys_id)
    assert.equal(told(facts['users']), 40)
    assert.ok(requests.some(({ path }) => path.includes('/u_cmdb_ci_iis_web_tier/')))
  })
})
