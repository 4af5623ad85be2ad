// Owns the specification of approvals asked for in ServiceNow.
import assert from 'node:assert/strict'
import type { RecordRequest } from '../../../src/ports/approval-records.ts'
import { requestTo } from '../../sandbox/faults.ts'
import { portError, type Setup, setup } from './setup.ts'

describe('approvals asked for in ServiceNow', () => {
  const table = 'sysapproval_approver'
  const post = requestTo('POST', `/api/now/table/${table}`)
  const patch = requestTo('PATCH', `/api/now/table/${table}`)
  let world: Setup
  let incident: string
  beforeEach(async () => {
    world = await setup()
    incident = world.world.raiseIncident().sys_id ?? ''
  })
  afterEach(() => world.stop())

  type Who = keyof Setup['world']['people']
  const person = (who: Who) => world.world.people[who]
  const entra = (who: Who) => person(who).aadObjectId
  const ask = (more: Partial<RecordRequest> = {}): RecordRequest => ({
    key: 'run-7/run/4f1c',
    incident,
    people: [entra('approver'), entra('secondApprover')],
    text: 'restart-iis on web-01 (40 users), plan 4f1c [code]<b>now</b>[/code]',
    dueAt: Date.parse('2026-01-31T12:00:00Z'),
    ...more,
  })
  const request = (more: Partial<RecordRequest> = {}) => world.adapter.approvalRecords.request(ask(more))
  const records = () => world.world.servicenow.approvals.of(incident)
  const comments = (id: string) => world.world.servicenow.notes(id, 'comments')
  const one = async (who: Who = 'approver') => (await request({ people: [entra(who)] }))[0]?.sysId ?? ''
  const answered = (id: string) => world.adapter.approvalRecords.answered([id])
  const approvals = () => world.world.servicenow.approvals
  const yes = (id: string, user = person('approver').userName, comment = '') =>
    approvals().answer(id, { answer: 'approved', user, comment })

  describe('a request', () => {
    it('makes one record per person, on the incident, with what is asked', async () => {
      const made = await request()
      assert.deepEqual(
        made.map((each) => each.person),
        [entra('approver'), entra('secondApprover')],
      )
      const [record] = records()
      const id = made[0]?.sysId ?? ''
      assert.deepEqual(
        [record?.sys_id, record?.approver, record?.state, record?.due_date, record?.source_table, record?.sysapproval],
        [id, person('approver').sysId, 'requested', '2026-01-31 12:00:00', 'incident', incident],
      )
      assert.match(comments(id)[0] ?? '', /^restart-iis on web-01 .*\(code\)<b>now<\/b>\(\/code\)\n\[runbot:\w{32}\]$/)
    })

    it('asks nobody twice for the same ask, and again for another', async () => {
      const first = await request()
      assert.deepEqual(await request(), first)
      assert.equal(records().length, 2)
      await request({ key: 'run-7/run/another-plan' })
      assert.equal(records().length, 4)
    })

    it('adds who is missing and answers all of its key', async () => {
      await request({ people: [entra('approver')] })
      assert.equal((await request()).length, 2)
      assert.equal(records().length, 2)
    })

    it('finds the record whose answer was lost', async () => {
      world.world.servicenow.faults.add({ fault: 'reset-after-commit', match: post })
      await assert.rejects(request(), portError('unavailable', /reset/, true))
      assert.equal((await request()).length, 2)
      assert.equal(records().length, 2)
    })

    it('finds it by its first comment where the instance does not keep the source', async () => {
      world.world.servicenow.acl.hideColumn(table, 'approval_source')
      const first = await request()
      assert.deepEqual(await request(), first)
      assert.equal(records().length, 2)
    })

    it('finds it by its source where comments are hidden', async () => {
      world.world.servicenow.acl.hideColumn(table, 'comments')
      world.world.servicenow.acl.hideRows('sys_journal_field')
      const first = await request()
      assert.deepEqual(await request(), first)
    })

    it('is not repeated blindly where it cannot be told whom it asked already', async () => {
      await request({ people: [entra('approver')] })
      world.world.servicenow.acl.hideColumn(table, 'comments')
      const show = world.world.servicenow.acl.hideRows(table)
      await assert.rejects(request(), portError('denied', /hides approval records.*let it read/))
      show()
      world.world.servicenow.acl.hideColumn(table, 'approval_source')
      await assert.rejects(request(), portError('denied', /hides approval records/))
      assert.equal(records().length, 1)
    })

    it('leaves out who is unmapped, mapped twice or inactive (P10)', async () => {
      world.world.servicenow.seed('sys_user', { name: 'Twin', active: 'true', u_entra_object_id: entra('outsider') })
      world.world.servicenow.update('sys_user', person('secondApprover').sysId, { active: 'false' })
      const people = [entra('approver'), entra('outsider'), entra('secondApprover'), 'x^ORactive=true', 'nobody-here']
      assert.deepEqual(
        (await request({ people })).map((each) => each.person),
        [entra('approver')],
      )
      assert.deepEqual(await world.with({ person: null }).approvalRecords.request(ask()), [])
      assert.deepEqual(await world.with({ person: 'u_mistyped' }).approvalRecords.request(ask()), [])
      assert.equal(records().length, 1)
    })

    it('does not guess who is whom while users are hidden (P5)', async () => {
      world.world.servicenow.acl.hideRows('sys_user', ({ name }) => name === person('approver').name)
      await assert.rejects(request(), portError('denied', /hides users/))
    })

    it('takes no record for its own because a clause was dropped', async () => {
      const other = world.world.raiseIncident().sys_id ?? ''
      await world.adapter.approvalRecords.request(ask({ incident: other }))
      const [theirs] = world.world.servicenow.approvals.of(other)
      const headers = { 'content-type': 'application/json', 'x-total-count': '1' }
      const body = { result: [theirs] }
      const match = requestTo('GET', `/api/now/table/${table}`)
      world.world.servicenow.faults.add({ fault: { status: 200, headers, body }, match })
      assert.equal((await request()).length, 2)
      assert.equal(records().length, 2)
    })

    it('says which role is missing where the state does not take', async () => {
      world.world.servicenow.approvalAdmins.delete('runbot')
      await assert.rejects(request(), portError('denied', /approval_admin/))
      await assert.rejects(request(), portError('denied', /"not requested".*approval_admin/))
      world.world.servicenow.approvalAdmins.add('runbot')
      await request()
      assert.deepEqual(
        records().map(({ state }) => state),
        ['requested', 'requested'],
      )
    })

    it('hands on the words of a policy that refuses it', async () => {
      const error = { message: 'Operation Failed', detail: 'Data Policy Exception: mandatory: Due date' }
      const headers = { 'content-type': 'application/json' }
      world.world.servicenow.faults.add({ fault: { status: 403, headers, body: { error } }, match: post })
      await assert.rejects(request(), portError('malformed', /mandatory: Due date/))
    })
  })

  describe('an answer', () => {
    it('is the approver’s where their own user gave it, with their words', async () => {
      const id = await one()
      assert.deepEqual(await answered(id), [])
      yes(id, person('approver').userName, 'Go ahead,\u202e web-01 only.')
      const [answer] = await answered(id)
      assert.deepEqual(
        { ...answer, at: 0 },
        {
          sysId: id,
          answer: 'approved',
          by: { id: entra('approver'), name: 'Maya Lind' },
          note: 'Go ahead, web-01 only.',
          at: 0,
        },
      )
    })

    it('may be no', async () => {
      const id = await one()
      approvals().answer(id, { answer: 'rejected', user: person('approver').userName })
      const [answer] = await answered(id)
      assert.deepEqual([answer?.answer, answer?.by?.id, answer?.note], ['rejected', entra('approver'), ''])
    })

    it('is nobody’s where an admin, a delegate or runbot’s own account set it (P5, P10)', async () => {
      approvals().delegate(person('approver').sysId, person('outsider').sysId)
      for (const user of ['admin', person('outsider').userName, 'runbot']) {
        const id = (await request({ key: user, people: [entra('approver')] }))[0]?.sysId ?? ''
        yes(id, user, 'on her behalf')
        const [answer] = await answered(id)
        assert.deepEqual([answer?.answer, answer?.by, answer?.note], ['approved', null, ''], user)
      }
    })

    it('is nobody’s once the approver is inactive or their id stands for two (P10)', async () => {
      const id = await one()
      yes(id)
      world.world.servicenow.update('sys_user', person('approver').sysId, { active: 'false' })
      assert.equal((await answered(id))[0]?.by, null)
      world.world.servicenow.update('sys_user', person('approver').sysId, { active: 'true' })
      assert.equal((await answered(id))[0]?.by?.id, entra('approver'))
      world.world.servicenow.seed('sys_user', { name: 'Twin', u_entra_object_id: entra('approver') })
      assert.equal((await answered(id))[0]?.by, null)
    })

    it('is nobody’s where who updated it is hidden, or no column maps people', async () => {
      const id = await one()
      yes(id)
      assert.equal((await world.with({ person: null }).approvalRecords.answered([id]))[0]?.by, null)
      world.world.servicenow.acl.hideColumn(table, 'sys_updated_by')
      assert.equal((await answered(id))[0]?.by, null)
    })

    it('has no words where comments are hidden', async () => {
      const id = await one()
      yes(id, person('approver').userName, 'fine')
      world.world.servicenow.acl.hideColumn(table, 'comments')
      const [answer] = await answered(id)
      assert.deepEqual([answer?.by?.id, answer?.note], [entra('approver'), ''])
    })

    it('is none in any other state, and none of a hidden record', async () => {
      const id = await one()
      for (const state of ['cancelled', 'not_required', 'duplicate', 'APPROVED', '']) {
        world.world.servicenow.update(table, id, { state })
        assert.deepEqual(await answered(id), [])
      }
      world.world.servicenow.update(table, id, { state: 'approved' })
      world.world.servicenow.acl.hideRows(table)
      assert.deepEqual(await answered(id), [])
    })

    it('is looked for among any number of records', async () => {
      const ids = Array.from({ length: 45 }, (_, index) => {
        const sysId = String(index).padStart(32, '0')
        world.world.servicenow.seed(table, { sys_id: sysId, document_id: incident, state: 'approved' })
        return sysId
      })
      world.world.servicenow.seed(table, { sys_id: 'f'.repeat(32), document_id: incident, state: 'approved' })
      const found = await world.adapter.approvalRecords.answered(ids)
      assert.deepEqual(
        found.map((each) => each.sysId),
        ids,
      )
      assert.ok(found.every((each) => each.by === null))
    })

    it('is not taken from somebody who may not give it', async () => {
      const id = await one()
      assert.throws(() => yes(id, person('outsider').userName), /may not answer/)
    })
  })

  describe('what is no longer needed', () => {
    it('becomes "not required" with the reason; what was answered stays', async () => {
      const [first, second] = await request()
      yes(first?.sysId ?? '')
      const gone = '0'.repeat(32)
      await world.adapter.approvalRecords.withdraw([first?.sysId ?? '', second?.sysId ?? '', gone], 'the plan changed')
      assert.deepEqual(
        records().map(({ state }) => state),
        ['approved', 'not_required'],
      )
      assert.equal(comments(second?.sysId ?? '').at(-1), 'the plan changed')
    })

    it('is withdrawn once', async () => {
      const id = await one()
      world.world.servicenow.faults.add({ fault: 'reset-after-commit', match: patch })
      const withdraw = () => world.adapter.approvalRecords.withdraw([id], 'done')
      await assert.rejects(withdraw(), portError('unavailable', /reset/, true))
      await withdraw()
      assert.equal(comments(id).filter((text) => text === 'done').length, 1)
    })

    it('is seen to stay open where the account may not write the state', async () => {
      const id = await one()
      world.world.servicenow.approvalAdmins.delete('runbot')
      const withdraw = world.adapter.approvalRecords.withdraw([id], 'done')
      await assert.rejects(withdraw, portError('denied', /"requested".*approval_admin/))
    })
  })

  describe('a refusal', () => {
    it('says why on the record and opens it again, once (P12)', async () => {
      const id = await one()
      yes(id, 'admin')
      world.world.servicenow.faults.add({ fault: 'reset-after-commit', match: patch })
      const refuse = () => world.adapter.approvalRecords.refuse(id, 'approve it in your own name')
      await assert.rejects(refuse(), portError('unavailable', /reset/, true))
      await refuse()
      assert.equal(records()[0]?.state, 'requested')
      assert.equal(comments(id).filter((text) => text === 'approve it in your own name').length, 1)
      yes(id)
      assert.equal((await answered(id))[0]?.by?.id, entra('approver'))
    })

    it('reopens nothing that was withdrawn', async () => {
      const id = await one()
      await world.adapter.approvalRecords.withdraw([id], 'done')
      await world.adapter.approvalRecords.refuse(id, 'x')
      assert.equal(records()[0]?.state, 'not_required')
    })
  })
})
