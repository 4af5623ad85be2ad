// Owns the specification of standard changes that runbot opens and closes.
import assert from 'node:assert/strict'
import type { StandardChange } from '../../../src/ports/tickets.ts'
import { requestTo } from '../../sandbox/faults.ts'
import { STANDARD_CHANGE } from '../../sandbox/world/seed.ts'
import { portError, type Setup, setup } from './setup.ts'

describe('standard changes', () => {
  const standard = '/api/sn_chg_rest/change/standard/'
  const post = requestTo('POST', standard)
  const patch = requestTo('PATCH', '/api/sn_chg_rest/change/')
  let world: Setup
  let order: StandardChange
  beforeEach(async () => {
    world = await setup({ hosts: ['web-01', 'web-02'] })
    order = {
      template: STANDARD_CHANGE,
      key: 'run-7',
      ciIds: [world.world.ci('web-01').sys_id ?? ''],
      start: Date.parse('2026-01-31T10:00:00.900Z'),
      end: Date.parse('2026-01-31T11:00:00Z'),
      shortDescription: 'restart-iis on web-01',
      text: 'INC0010001 is of the pre-approved class [code]x[/code]',
    }
  })
  afterEach(() => world.stop())
  const rows = () => world.world.servicenow.rows('change_request')
  const notes = (id: string) => world.world.servicenow.notes(id)
  const count = (match: ReturnType<typeof requestTo>) => world.world.servicenow.requests.filter(match).length
  const open = (more: Partial<StandardChange> = {}) => world.adapter.openChange({ ...order, ...more })
  const done = { successful: true, notes: 'Recycled, verified.' }

  describe('opening one', () => {
    it('brings it from the template to Implement, with CI, times and key', async () => {
      const { sysId, number } = await open()
      const [row] = rows()
      assert.deepEqual(
        [row?.sys_id, row?.number, row?.state, row?.type, row?.correlation_id, row?.cmdb_ci, row?.short_description],
        [sysId, number, '-1', 'standard', 'run-7', order.ciIds[0], 'restart-iis on web-01'],
      )
      assert.deepEqual([row?.start_date, row?.end_date], ['2026-01-31 10:00:00', '2026-01-31 11:00:00'])
      assert.deepEqual(notes(sysId), ['INC0010001 is of the pre-approved class (code)x(/code)'])
    })

    it('is once per key, and seen by the change window', async () => {
      const first = await open()
      assert.deepEqual(await open(), first)
      assert.equal(rows().length, 1)
      assert.equal(count(post), 1)
      const found = await world.adapter.changes(order.ciIds)
      assert.ok(found.known)
      assert.deepEqual(
        found.value.map((each) => [each.sysId, each.state]),
        [[first.sysId, 'implement']],
      )
    })

    it('is once although the answer of the creation was lost', async () => {
      world.world.servicenow.faults.add({ fault: 'reset-after-commit', match: post })
      await open()
      assert.equal(rows().length, 1)
    })

    it('is tried again by the next call where the creation was lost before any work', async () => {
      world.world.servicenow.faults.add({ fault: 'reset-before', match: post })
      await assert.rejects(open(), portError('unavailable', /reset/, true))
      await open()
      assert.equal(rows().length, 1)
    })

    it('goes on from the state in which it was left', async () => {
      world.world.servicenow.faults.add({ fault: 'html', match: requestTo('GET', /\/nextstates$/) })
      await assert.rejects(open(), portError('unavailable', /SSO/))
      assert.equal(rows()[0]?.state, '-5')
      const { sysId } = await open()
      assert.equal(rows()[0]?.state, '-1')
      assert.equal(notes(sysId).length, 1)
    })

    it('takes each step once although its answer was lost', async () => {
      world.world.servicenow.faults.add({ fault: 'reset-after-commit', match: patch, times: 2 })
      const { sysId } = await open()
      assert.deepEqual([count(patch), notes(sysId).length], [2, 1])
    })

    it('writes again what the creation ignored', async () => {
      for (const column of ['correlation_id', 'cmdb_ci', 'start_date', 'end_date'])
        world.world.servicenow.changes.ignore(column)
      const first = await open()
      assert.deepEqual(await open(), first)
      assert.deepEqual([rows()[0]?.correlation_id, rows()[0]?.cmdb_ci], ['run-7', order.ciIds[0]])
    })

    it('adds further CIs as affected ones, once', async () => {
      const ciIds = [...order.ciIds, world.world.ci('web-02').sys_id ?? '', ...order.ciIds]
      world.world.servicenow.faults.add({ fault: 'reset-after-commit', match: requestTo('POST', /task_ci/) })
      await assert.rejects(open({ ciIds }), portError('unavailable', /reset/, true))
      const { sysId } = await open({ ciIds })
      const links = world.world.servicenow.rows('task_ci')
      assert.deepEqual(
        links.map(({ task, ci_item }) => [task, ci_item]),
        [[sysId, ciIds[1]]],
      )
    })

    it('follows a model that an instance redefined', async () => {
      world.world.servicenow.changes.define({ '-5': ['-4', '4'], '-4': ['-3'], '-3': ['-1', '4'] })
      await open()
      assert.equal(rows()[0]?.state, '-1')
    })

    it('never forces a step: it says which condition is not met (P12)', async () => {
      const meet = world.world.servicenow.changes.block('-1', 'Planned start reached')
      const words = /CHG\d+ cannot go from Scheduled to Implement: not met: Planned start reached; move it by hand/
      await assert.rejects(open(), portError('denied', words))
      assert.equal(rows()[0]?.state, '-2')
      meet()
      await open()
      assert.equal(rows().length, 1)
    })

    it('says where the model has no way to Implement', async () => {
      world.world.servicenow.changes.define({ '-5': ['4'] })
      await assert.rejects(open(), portError('denied', /cannot go from New to Implement or .*does not offer it/))
      assert.equal(rows()[0]?.state, '-5')
    })

    it('sees when ServiceNow answered 200 and the state did not take', async () => {
      const fault = { status: 200, headers: { 'content-type': 'application/json' }, body: { result: {} } }
      world.world.servicenow.faults.add({ fault, match: patch })
      await assert.rejects(open(), portError('denied', /left its state as it was/))
    })

    it('hands on the words of a rule that refuses it', async () => {
      const error = {
        message: 'Operation Failed',
        detail: 'Data Policy Exception: The following fields are mandatory: Risk',
      }
      const headers = { 'content-type': 'application/json' }
      world.world.servicenow.faults.add({ fault: { status: 403, headers, body: { error } }, match: post })
      await assert.rejects(open(), portError('malformed', /mandatory: Risk/))
    })

    it('takes a template by sys_id or exact name, and only one that is published', async () => {
      const { servicenow } = world.world
      const id = servicenow.rows('std_change_record_producer')[0]?.sys_id ?? ''
      await open({ template: id, key: 'by-id' })
      await assert.rejects(
        open({ template: 'Recycle' }),
        portError('malformed', /no published .* "Recycle": publish it/),
      )
      await assert.rejects(open({ template: 'x^ORactive=true' }), portError('malformed', /cannot be looked up/))
      const twin = servicenow.seed('std_change_record_producer', { name: STANDARD_CHANGE, sys_id: '1'.repeat(32) })
      await assert.rejects(open(), portError('malformed', /2 templates .*name it by its sys_id/))
      servicenow.update('std_change_record_producer', twin.sys_id ?? '', { retired: 'true' })
      await open()
      servicenow.update('std_change_record_producer', id, { active: 'false' })
      await assert.rejects(open({ template: id, key: 'other' }), portError('malformed', /no published/))
    })

    it('opens none while changes, or their keys, are hidden', async () => {
      world.world.openChange({ fields: { correlation_id: 'run-7', state: '-5' } })
      const show = world.world.servicenow.acl.hideRows('change_request')
      await assert.rejects(open(), portError('denied', /hides changes/))
      show()
      world.world.servicenow.acl.hideColumn('task', 'correlation_id')
      await assert.rejects(open(), portError('denied', /hides changes/))
      assert.equal(rows().length, 1)
    })

    it('opens no second one where the first is over, or where there are two', async () => {
      await open()
      await world.adapter.closeChange(order.key, done)
      await assert.rejects(open(), portError('denied', /over already.*a new run is needed/))
      world.world.openChange({ fields: { correlation_id: 'run-7' } })
      await assert.rejects(open(), portError('malformed', /several changes of this run: CHG.*cancel all but one/))
      assert.equal(rows().length, 2)
    })

    it('needs a key that a query can hold, and a CI', async () => {
      await assert.rejects(open({ key: 'x^ORactive=true' }), portError('malformed', /cannot be looked up/))
      await assert.rejects(open({ key: 'k'.repeat(101) }), portError('malformed', /at most 100/))
      await assert.rejects(open({ ciIds: [] }), portError('malformed', /and a CI/))
      assert.equal(rows().length, 0)
    })
  })

  describe('closing one', () => {
    it('goes over Review to Closed with code and notes', async () => {
      await open()
      await world.adapter.closeChange(order.key, done)
      const [row] = rows()
      assert.deepEqual([row?.state, row?.close_code, row?.close_notes], ['3', 'successful', done.notes])
      const states = world.world.servicenow.requests.filter(patch).map(({ body }) => (body as { state: string }).state)
      assert.deepEqual(states, ['-2', '-1', '0', '3'])
    })

    it('says when it was not successful', async () => {
      await open()
      await world.adapter.closeChange(order.key, { successful: false, notes: 'Rolled back.' })
      assert.equal(rows()[0]?.close_code, 'unsuccessful')
    })

    it('does nothing where this key has no change', async () => {
      await world.adapter.closeChange('never-opened', done)
      assert.equal(count(patch), 0)
    })

    it('leaves one that is closed or canceled as it is', async () => {
      for (const state of ['3', '4']) {
        world.world.openChange({ fields: { state, close_notes: 'by hand', correlation_id: `run-${state}` } })
        await world.adapter.closeChange(`run-${state}`, done)
      }
      assert.equal(count(patch), 0)
    })

    it('is repeated without harm after a lost answer', async () => {
      await open()
      world.world.servicenow.faults.add({ fault: 'reset-after-commit', match: patch, times: 2 })
      await world.adapter.closeChange(order.key, done)
      assert.equal(rows()[0]?.state, '3')
      assert.equal(count(patch), 4)
    })

    it('cancels one that never reached Implement', async () => {
      world.world.servicenow.changes.block('-1', 'Approved')
      await assert.rejects(open(), portError('denied', /Approved/))
      const id = rows()[0]?.sys_id ?? ''
      await world.adapter.closeChange(order.key, { successful: false, notes: 'The run was stopped.' })
      assert.deepEqual([rows()[0]?.state, rows()[0]?.close_code], ['4', ''])
      assert.deepEqual(notes(id), ['The run was stopped.'])
    })

    it('names what is mandatory and missing (P12)', async () => {
      await open()
      const words = /mandatory: Close notes; fill it in on the change/
      await assert.rejects(world.adapter.closeChange(order.key, { ...done, notes: '' }), portError('malformed', words))
      assert.equal(rows()[0]?.state, '0')
      await world.adapter.closeChange(order.key, done)
      assert.equal(rows()[0]?.state, '3')
    })

    it('names the close codes of this instance where it has others (P12)', async () => {
      await open()
      for (const choice of world.world.servicenow.rows('sys_choice'))
        if (choice.name === 'change_request' && choice.value === 'successful')
          world.world.servicenow.update('sys_choice', choice.sys_id ?? '', { value: 'done_well' })
      const words = /mandatory: Close code; "successful" is no close code of this instance; it has .*done_well/
      await assert.rejects(world.adapter.closeChange(order.key, done), portError('malformed', words))
    })
  })
})
