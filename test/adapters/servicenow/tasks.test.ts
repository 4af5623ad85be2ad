// Owns the specification of paging through tasks in ServiceNow.
import assert from 'node:assert/strict'
import type { Page } from '../../../src/ports/pager.ts'
import { type FaultRule, requestTo } from '../../sandbox/faults.ts'
import { groupId, PEOPLE } from '../../sandbox/world/people.ts'
import { portError, type Setup, setup } from './setup.ts'

const SETTINGS = { kind: 'servicenow', group: 'Web Platform', table: 'incident_task' } as const
const TABLE = '/api/now/table/incident_task'

describe('paging through a task in ServiceNow', () => {
  let world: Setup
  let page: Page
  beforeEach(async () => {
    world = await setup()
    const incident = world.world.raiseIncident()
    page = {
      key: 'run-1/ask-2',
      summary: 'web-01 needs an approval: recycle the pool',
      severity: 'error',
      about: 'web-01',
      incident: { sysId: incident.sys_id ?? '', number: incident.number ?? '' },
      details: { run: 'run-1', targets: ['web-01'] },
    }
  })
  afterEach(() => world.stop())
  const instance = () => world.world.servicenow
  const pager = (settings: { group?: string; table?: string } = {}) => world.adapter.pager({ ...SETTINGS, ...settings })
  const tasks = () => instance().rows('incident_task')
  const strike = (rule: FaultRule) => instance().faults.add(rule)
  const posts = () => instance().requests.filter(({ method, path }) => method === 'POST' && path === TABLE).length

  it('is assigned to the group and to the first in line, under the incident', async () => {
    instance().setOnCall(groupId('Web Platform'), [PEOPLE.onCall.sysId, PEOPLE.requester.sysId])
    await pager().raise(page)
    const [task] = tasks()
    assert.deepEqual(
      [task?.assignment_group, task?.assigned_to, task?.parent, task?.incident],
      [groupId('Web Platform'), PEOPLE.onCall.sysId, page.incident?.sysId, page.incident?.sysId],
    )
    assert.deepEqual([task?.short_description, task?.correlation_id], [page.summary, page.key])
    assert.deepEqual([task?.active, task?.priority], ['true', '2'])
    const facts = `severity: error\nabout: web-01\nincident: ${page.incident?.number}\nrun: run-1\ntargets: ["web-01"]`
    assert.equal(task?.description, `${page.summary}\n\n${facts}`)
  })

  it('goes to the group alone where nobody is in line, or that cannot be asked', async () => {
    instance().setOnCall(groupId('Web Platform'), [])
    await pager().raise({ ...page, incident: null })
    strike({ fault: { status: 404 }, match: requestTo('GET', '/api/now/on_call_rota') })
    await pager().raise({ ...page, key: 'other' })
    const who = tasks().map(({ assignment_group, assigned_to, parent }) => [assignment_group, assigned_to, parent])
    assert.deepEqual(who, [
      [groupId('Web Platform'), '', ''],
      [groupId('Web Platform'), '', page.incident?.sysId],
    ])
  })

  it('is one task however often it is raised, and one for each group', async () => {
    await pager().raise(page)
    await pager().raise(page)
    assert.equal(tasks().length, 1)
    await pager({ group: 'Service Desk' }).raise(page)
    await pager({ group: 'Service Desk' }).raise(page)
    assert.deepEqual(
      tasks().map(({ assignment_group }) => assignment_group),
      [groupId('Web Platform'), groupId('Service Desk')],
    )
  })

  it('does not take another task for its own, also where ServiceNow drops the filter', async () => {
    instance().seed('incident_task', { number: 'TASK1', correlation_id: page.key, active: 'true' })
    const cells = { correlation_id: 'other', correlation_display: 'runbot page for Web Platform', active: 'true' }
    const body = { result: [{ sys_id: 'b'.repeat(32), ...cells }] }
    const headers = { 'content-type': 'application/json', 'x-total-count': '1' }
    strike({ fault: { status: 200, headers, body }, match: requestTo('GET', TABLE) })
    await pager().raise(page)
    await pager().quiet(page.key, 'approved')
    assert.deepEqual(
      tasks().map(({ active }) => active),
      ['true', 'false'],
    )
  })

  it('is one task where the answer to its making was lost', async () => {
    strike({ fault: 'reset-after-commit', match: requestTo('POST', TABLE) })
    await pager().raise(page)
    assert.deepEqual([tasks().length, posts()], [1, 1])
  })

  it('says that it may have been made where that cannot be looked up, and a repeat finds it', async () => {
    strike({ fault: 'reset-after-commit', match: requestTo('POST', TABLE) })
    let reads = 0
    const second = (call: Parameters<NonNullable<FaultRule['match']>>[0]) =>
      call.method === 'GET' && call.path === TABLE && (reads += 1) === 2
    strike({ fault: { status: 503 }, match: second })
    await assert.rejects(pager().raise(page), portError('unavailable', /reset/, true))
    await pager().raise(page)
    assert.deepEqual([tasks().length, posts()], [1, 1])
  })

  it('makes no task where the request did not get through', async () => {
    strike({ fault: { status: 503 }, match: requestTo('POST', TABLE) })
    await assert.rejects(pager().raise(page), portError('unavailable', /making one incident_task/, true))
    assert.equal(tasks().length, 0)
  })

  it('is not raised blindly where tasks of this key are hidden (P5)', async () => {
    await pager().raise(page)
    instance().acl.hideRows('incident_task')
    await assert.rejects(pager().raise(page), portError('denied', /hidden from this account/))
    assert.equal(posts(), 1)
  })

  it('tells each time that a task without its group wakes nobody', async () => {
    instance().acl.hideColumn('task', 'assignment_group')
    const words = portError('denied', /made TASK\d+ without assignment_group/)
    await assert.rejects(pager().raise(page), words)
    await assert.rejects(pager().raise(page), words)
    assert.equal(tasks().length, 1)
  })

  it('refuses a group or a table that does not exist, before anything is written (P12)', async () => {
    await assert.rejects(pager({ group: 'Nobody' }).raise(page), portError('malformed', /no active group of the name/))
    await assert.rejects(pager({ table: 'u_pages' }).raise(page), portError('malformed', /Invalid table u_pages/))
    await assert.rejects(pager({ table: '../x' }).raise(page), portError('malformed', /not one/))
    assert.equal(posts(), 0)
  })

  it('keeps keys and texts of any kind and length within the columns', async () => {
    const key = `run ^ORactive=true ${'k'.repeat(200)}`
    await pager().raise({ ...page, key, summary: `a\nb${'é'.repeat(500)}`, details: { log: 'x'.repeat(9000) } })
    await pager().raise({ ...page, key })
    const [task, ...more] = tasks()
    assert.equal(more.length, 0)
    assert.match(task?.correlation_id ?? '', /^runbot:[0-9a-f]{64}$/)
    assert.equal(task?.short_description?.length, 160)
    assert.ok((task?.description?.length ?? 0) <= 4000)
  })

  describe('when nothing is wanted any more', () => {
    const closing = (value: string, label: string) =>
      instance().seed('sys_choice', { name: 'incident_task', element: 'state', value, label, inactive: 'false' })
    const stateAfter = async () => {
      await pager().raise(page)
      await pager().quiet(page.key, 'Maya approved it.')
      return tasks()[0]?.state
    }

    it('is closed with a note that says why, once', async () => {
      assert.equal(await stateAfter(), '3')
      await pager().quiet(page.key, 'again')
      await pager().quiet('never-raised', 'expired')
      const [task] = tasks()
      assert.equal(task?.active, 'false')
      assert.deepEqual(instance().notes(task?.sys_id ?? ''), ['[runbot run-1/ask-2] Maya approved it.'])
    })

    it('is closed once although the first answer was lost', async () => {
      await pager().raise(page)
      strike({ fault: 'reset-after-commit', match: requestTo('PATCH', TABLE) })
      await assert.rejects(pager().quiet(page.key, 'done'), portError('unavailable', /reset/, true))
      await pager().quiet(page.key, 'done')
      assert.equal(instance().notes(tasks()[0]?.sys_id ?? '').length, 1)
    })

    it('makes a new task when it is raised again', async () => {
      await stateAfter()
      await pager().raise(page)
      assert.deepEqual(
        tasks().map(({ active }) => active),
        ['false', 'true'],
      )
    })

    it('leaves a task alone that somebody has closed', async () => {
      await pager().raise(page)
      instance().update('incident_task', tasks()[0]?.sys_id ?? '', { state: '4' })
      await pager().quiet(page.key, 'done')
      assert.deepEqual([tasks()[0]?.state, instance().notes(tasks()[0]?.sys_id ?? '')], ['4', []])
    })

    it('takes the states of the instance: by their labels, whatever their values', async () => {
      closing('3', 'On Hold')
      closing('20', 'Closed')
      assert.equal(await stateAfter(), '20')
    })

    it('takes the usual values where the labels are of another language or the choices hidden', async () => {
      closing('1', 'Ouvert')
      closing('4', 'Fermé')
      assert.equal(await stateAfter(), '4')
      instance().acl.hideRows('sys_choice')
      await pager().raise(page)
      await pager().quiet(page.key, 'done')
      assert.equal(tasks()[1]?.state, '3')
    })

    it('names the states where none of them closes it (P12)', async () => {
      closing('1', 'Open')
      closing('9', 'Parked')
      await assert.rejects(
        stateAfter(),
        portError('malformed', /no state of incident_task closes it; it has .*9 Parked/),
      )
    })

    it('sees when ServiceNow answered 200 and the task stayed open', async () => {
      await pager().raise(page)
      const body = { result: { sys_id: tasks()[0]?.sys_id, number: 'TASK0000001', state: '1' } }
      const headers = { 'content-type': 'application/json' }
      strike({ fault: { status: 200, headers, body }, match: requestTo('PATCH', TABLE) })
      await assert.rejects(pager().quiet(page.key, 'done'), portError('denied', /left TASK0000001 open/))
    })
  })
})
