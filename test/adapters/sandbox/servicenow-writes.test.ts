// Owns the proof that the sandbox instance writes as CONTRACTS 1.2 to 1.7 say: incidents, journals, files, events.
import assert from 'node:assert/strict'
import { Webhook } from 'standardwebhooks'
import { serve } from '../../sandbox/server.ts'
import { type ServiceNow, startServiceNow } from '../../sandbox/servicenow.ts'
import { BASIC, call } from './call.ts'

const SECRET = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='

describe('sandbox ServiceNow, writing', () => {
  let servicenow: ServiceNow
  let sysId: string

  const send = (method: string, path: string, body?: unknown) =>
    call(`${servicenow.url}${path}`, { method, body, headers: BASIC })
  const patch = (body: object) => send('PATCH', `/api/now/table/incident/${sysId}`, body)
  const resolution = { state: '6', close_code: 'Solution provided', close_notes: 'recycled' }

  beforeEach(async () => {
    servicenow = await startServiceNow()
    sysId = servicenow.create('incident', { short_description: 'A' }).sys_id ?? ''
  })
  afterEach(() => servicenow.stop())

  it('creates with a number, a Location and defaults, and drops unknown columns silently', async () => {
    const { status, body, headers } = await send('POST', '/api/now/table/incident', {
      short_description: 'B',
      u_typo: 'x',
    })
    assert.equal(status, 201)
    assert.equal(headers.get('location'), `${servicenow.url}/api/now/table/incident/${body.result.sys_id}`)
    assert.match(body.result.sys_id, /^[0-9a-f]{32}$/)
    const { number, state, incident_state, priority, sys_created_by } = body.result
    assert.deepEqual([number, state, incident_state, priority, sys_created_by], ['INC0010002', '1', '1', '5', 'runbot'])
    assert.equal('u_typo' in body.result, false)
  })

  it('discards an unknown close code and then reports its label as missing', async () => {
    const { status, body } = await patch({ ...resolution, close_code: 'Solved (Permanently)' })
    assert.equal(status, 403)
    const detail = 'Data Policy Exception: The following fields are mandatory: Resolution code'
    assert.deepEqual(body, { error: { message: 'Operation Failed', detail }, status: 'failure' })
    assert.equal(servicenow.incident('INC0010001').state, '1')
  })

  it('counts a reopening when the state leaves Resolved, and mirrors the state', async () => {
    assert.equal((await patch(resolution)).status, 200)
    assert.notEqual(servicenow.incident('INC0010001').resolved_at, '')
    await patch({ state: '2' })
    const { incident_state, reopen_count, resolved_at } = servicenow.incident('INC0010001')
    assert.deepEqual([incident_state, reopen_count, resolved_at], ['2', '1', ''])
  })

  it('appends journals, answers them empty, and shows them newest first as display values', async () => {
    const { body } = await patch({ work_notes: 'first' })
    assert.equal(body.result.work_notes, '')
    await patch({ work_notes: 'second', comments: 'to the caller' })
    assert.deepEqual(servicenow.notes(sysId), ['first', 'second'])
    const read = await send(
      'GET',
      `/api/now/table/incident/${sysId}?sysparm_display_value=true&sysparm_fields=work_notes`,
    )
    const block = /^[\d-]+ [\d:]+ - runbot \(Work notes\)\nsecond\n\n[\d-]+ [\d:]+ - runbot \(Work notes\)\nfirst\n\n$/
    assert.match(read.body.result.work_notes, block)
    const rows = `/api/now/table/sys_journal_field?sysparm_query=element_id=${sysId}^element=work_notes^name=incident`
    assert.equal((await send('GET', rows)).body.result.length, 2)
    servicenow.acl.hideRows('sys_journal_field')
    assert.deepEqual((await send('GET', rows)).body, { result: [] })
  })

  it('answers 200 to a journal write on a closed incident and stores nothing', async () => {
    await patch({ ...resolution, state: '7', work_notes: 'in time' })
    assert.equal((await patch({ work_notes: 'too late' })).status, 200)
    assert.deepEqual(servicenow.notes(sysId), ['in time'])
  })

  it('takes display values on input where told, and does not clear choices', async () => {
    servicenow.seed('sys_user_group', { name: 'Web Platform L2' })
    const path = `/api/now/table/incident/${sysId}?sysparm_input_display_value=true&sysparm_fields=state,assignment_group,opened_at`
    await send('PATCH', path, {
      state: 'In Progress',
      assignment_group: 'Web Platform L2',
      opened_at: '2026-01-31 05:00:00',
    })
    await patch({ state: '' })
    const { state, opened_at, assignment_group } = servicenow.incident('INC0010001')
    assert.deepEqual([state, opened_at, assignment_group?.length], ['2', '2026-01-31 10:00:00', 32])
  })

  it('suppresses the body where asked, deletes with 204, and counts modifications', async () => {
    const headers = { ...BASIC, 'x-no-response-body': 'true' }
    const url = `${servicenow.url}/api/now/table/incident/${sysId}`
    assert.equal((await call(url, { method: 'PATCH', body: { urgency: '1' }, headers })).text, '')
    assert.equal(servicenow.incident('INC0010001').sys_mod_count, '1')
    assert.equal((await send('DELETE', `/api/now/table/incident/${sysId}`)).status, 204)
    assert.equal((await patch({ urgency: '2' })).status, 404)
  })

  it('keeps attachments with their bytes, list and metadata, duplicates included', async () => {
    const path = `/api/now/attachment/file?table_name=incident&table_sys_id=${sysId}&file_name=log.txt`
    const headers = { ...BASIC, 'content-type': 'text/plain' }
    const posted = await call(servicenow.url + path, { method: 'POST', body: 'evidence', headers })
    assert.equal(posted.status, 201)
    assert.equal(posted.body.result.size_bytes, '8')
    await call(servicenow.url + path, { method: 'POST', body: 'evidence', headers })
    const list = await send('GET', `/api/now/attachment?sysparm_query=table_sys_id=${sysId}^file_name=log.txt`)
    assert.equal(list.body.result.length, 2)
    const bytes = await send('GET', `/api/now/attachment/${posted.body.result.sys_id}/file`)
    assert.equal(bytes.text, 'evidence')
    assert.equal(JSON.parse(bytes.headers.get('x-attachment-metadata') ?? '').file_name, 'log.txt')
    assert.deepEqual(
      servicenow.attachments(sysId).map(({ name }) => name),
      ['log.txt', 'log.txt'],
    )
  })

  it('tells who is on call, in an order of its own', async () => {
    servicenow.setOnCall('g1', ['u1', 'u2'])
    const asked = await send('GET', '/api/now/on_call_rota/whoisoncall?group_ids=g1')
    assert.deepEqual(
      asked.body.result.map(({ userId, order }: any) => [userId, order]),
      [
        ['u2', 2],
        ['u1', 1],
      ],
    )
    assert.deepEqual((await send('GET', '/api/now/on_call_rota/whoisoncall?group_ids=g2')).body.result, [])
    assert.equal((await send('GET', '/api/now/on_call_rota/whoisoncall?group_sys_id=g2')).body.result.length, 2)
  })

  it('announces an incident once, signed as Standard Webhooks, without retry', async () => {
    const receiver = await serve({ handler: () => ({ status: 503 }) })
    const when = ({ impact }: Record<string, string>): boolean => impact === '1'
    servicenow.setBusinessRule({ url: receiver.url, secret: SECRET, when })
    await patch({ urgency: '2' })
    await patch({ impact: '1' })
    await patch({ impact: '1' })
    await servicenow.settled()
    assert.deepEqual(
      servicenow.deliveries.map(({ status }) => status),
      [503],
    )
    const [event] = receiver.requests
    assert.deepEqual(event?.body, { type: 'incident.updated', data: { sys_id: sysId, number: 'INC0010001' } })
    new Webhook(SECRET).verify(event?.raw ?? '', event?.headers as Record<string, string>)
    servicenow.redeliver()
    await servicenow.settled()
    assert.equal(receiver.requests[1]?.headers['webhook-id'], event?.headers['webhook-id'])
    await receiver.stop()
  })
})
