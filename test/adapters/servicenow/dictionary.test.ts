// Owns the specification of the check of declared columns.
import assert from 'node:assert/strict'
import { type Setup, setup } from './setup.ts'

describe('the check of columns against sys_dictionary', () => {
  let world: Setup
  beforeEach(async () => {
    world = await setup()
  })
  afterEach(() => world.stop())

  it('has nothing to say where every column is known, inherited and dot-walked ones too', async () => {
    assert.deepEqual(await world.adapter.checkColumns(), [])
  })

  it('names every unknown column with its place', async () => {
    const adapter = world.with({
      trigger: 'u_typo=true^caller_id.u_nope=1',
      incident: { site: 'location.nam', odd: 'number.name', evil: 'a,b' },
      ci: { tags: 'u_tag' },
      person: 'u_entra_id',
    })
    const warnings = await adapter.checkColumns()
    const names = [
      'incident.u_typo',
      'incident.caller_id.u_nope',
      'incident.location.nam',
      'incident.number.name',
      '"a,b"',
      'cmdb_ci.u_tag',
      'sys_user.u_entra_id',
    ]
    assert.deepEqual(
      warnings.map((warning) => names.findIndex((name) => warning.includes(name))),
      names.map((_, index) => index),
    )
  })

  it('accepts a column that only one class of CI has', async () => {
    assert.deepEqual(await world.with({ ci: { os: 'os' } }).checkColumns(), [])
  })

  it('tells that the dictionary cannot be read, whether it is hidden or down', async () => {
    world.world.servicenow.acl.hideRows('sys_dictionary')
    assert.match((await world.adapter.checkColumns()).join(), /sys_dictionary cannot be read \(it shows no rows\)/)
    await world.world.servicenow.down()
    assert.match((await world.adapter.checkColumns()).join(), /sys_dictionary cannot be read \(.*(refused|reset)/)
  })

  it('tells of a trigger that cannot be used, and of a close code that does not exist', async () => {
    const warnings = await world.with({ trigger: 'a=1^NQb=2', closeCode: 'Solved' }).checkColumns()
    assert.match(warnings[0] ?? '', /the trigger in connectors.yaml/)
    assert.match(warnings[1] ?? '', /closeCode "Solved" is none of .*Solution provided/)
  })
})
