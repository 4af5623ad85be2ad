// Owns the specification of reading change requests.
import assert from 'node:assert/strict'
import { requestTo } from '../../sandbox/faults.ts'
import { type Setup, setup } from './setup.ts'

describe('change requests on a CI', () => {
  let world: Setup
  let web: string
  beforeEach(async () => {
    world = await setup({ hosts: ['web-01', 'web-02'], now: () => new Date('2026-01-31T10:00:00Z') })
    web = world.world.ci('web-01').sys_id ?? ''
  })
  afterEach(() => world.stop())
  const read = async (id = web) => {
    const found = await world.adapter.changes([id])
    return found.known ? found.value : found.reason
  }

  it('come with raw states and UTC times, whatever the reader sees', async () => {
    const { number, sys_id: sysId } = world.world.openChange()
    assert.deepEqual(await read(), [
      {
        sysId,
        number,
        state: 'implement',
        start: Date.parse('2026-01-31T09:00:00Z'),
        end: Date.parse('2026-01-31T13:00:00Z'),
        onHold: false,
      },
    ])
  })

  it('come through the affected CIs too, once', async () => {
    const change = world.world.openChange({ ci: 'web-02' })
    world.world.servicenow.seed('task_ci', { task: change.sys_id ?? '', ci_item: web })
    world.world.servicenow.seed('task_ci', {
      task: change.sys_id ?? '',
      ci_item: world.world.ci('web-02').sys_id ?? '',
    })
    assert.deepEqual([(await read()).length, (await read(world.world.ci('web-02').sys_id)).length], [1, 1])
  })

  it('leave out other CIs, other kinds of task, and changes that are over', async () => {
    world.world.openChange({ ci: 'web-02' })
    world.world.openChange({ fields: { state: '3' } })
    const incident = world.world.raiseIncident({ fields: { state: '-1' } })
    world.world.servicenow.seed('task_ci', { task: incident.sys_id ?? '', ci_item: web })
    assert.deepEqual(await read(), [])
  })

  it('say what is on hold, not in Implement, or without times', async () => {
    world.world.openChange({ fields: { on_hold: 'true' } })
    world.world.openChange({ fields: { state: '-2', start_date: '', end_date: '' } })
    const found = await world.adapter.changes([web])
    assert.ok(found.known)
    const [held, scheduled] = [...found.value].toSorted((a, b) => (a.number < b.number ? -1 : 1))
    assert.equal(held?.onHold, true)
    assert.deepEqual([scheduled?.state, scheduled?.start, scheduled?.end], ['other', null, null])
  })

  it('are unknown where a column that could say no is hidden (P2, P5)', async () => {
    world.world.openChange()
    world.world.servicenow.acl.hideColumn('change_request', 'on_hold')
    assert.match(String(await read()), /on_hold is unknown to ServiceNow, or hidden/)
  })

  it('are unknown where rows are hidden and no other is open', async () => {
    const hidden = world.world.openChange()
    world.world.servicenow.acl.hideRows('change_request', ({ number }) => number === hidden.number)
    assert.match(String(await read()), /hidden from this account/)
    world.world.openChange()
    assert.equal((await read()).length, 1)
  })

  it('are unknown while they cannot be read', async () => {
    world.world.servicenow.faults.add({ fault: 'html', match: requestTo('GET', '/api/now/table/task_ci') })
    assert.match(String(await read()), /SSO/)
  })
})
