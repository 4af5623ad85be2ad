// Owns the proof that the sandbox instance reads as CONTRACTS 1.2 says: encoding, queries, pages, hidden rows.
import assert from 'node:assert/strict'
import { type ServiceNow, startServiceNow } from '../../sandbox/servicenow.ts'
import { BASIC, call } from './call.ts'

describe('sandbox ServiceNow, reading', () => {
  let servicenow: ServiceNow
  let incident: string
  let user: string

  const get = (path: string) => call(`${servicenow.url}${path}`, { headers: BASIC })
  const one = async (query: string) => (await get(`/api/now/table/incident/${incident}?${query}`)).body.result
  const numbers = async (query: string): Promise<string[]> => {
    const { body } = await get(`/api/now/table/incident?sysparm_query=${encodeURIComponent(query)}`)
    return body.result.map((row: { number: string }) => row.number)
  }

  beforeEach(async () => {
    servicenow = await startServiceNow({ now: () => new Date('2026-01-31T10:00:00Z') })
    user = servicenow.seed('sys_user', { name: 'Ana Reis', user_name: 'ana' }).sys_id ?? ''
    const web = servicenow.seed('u_cmdb_ci_iis_web_tier', { name: 'web-01' }).sys_id ?? ''
    incident =
      servicenow.create('incident', { short_description: 'A', state: '2', caller_id: user, cmdb_ci: web }).sys_id ?? ''
    servicenow.create('incident', { short_description: 'B^C', impact: '1' })
    servicenow.create('incident', { short_description: 'D' })
  })
  afterEach(() => servicenow.stop())

  const FIELDS = 'sysparm_fields=state,caller_id,assigned_to'
  const link = () => `${servicenow.url}/api/now/table/sys_user/${user}`

  it('encodes raw values: references as link and value, an empty one as a string', async () => {
    const expected = { state: '2', caller_id: { link: link(), value: user }, assigned_to: '' }
    assert.deepEqual(await one(FIELDS), expected)
  })

  it('encodes display values: references without a value', async () => {
    const expected = { state: 'In Progress', caller_id: { display_value: 'Ana Reis', link: link() }, assigned_to: '' }
    assert.deepEqual(await one(`${FIELDS}&sysparm_display_value=true`), expected)
  })

  it('encodes both: an empty reference as an object of empty strings', async () => {
    assert.deepEqual(await one(`${FIELDS}&sysparm_display_value=all`), {
      state: { display_value: 'In Progress', value: '2' },
      caller_id: { display_value: 'Ana Reis', value: user, link: link() },
      assigned_to: { display_value: '', value: '' },
    })
  })

  it('leaves links out where asked', async () => {
    const query = `${FIELDS}&sysparm_exclude_reference_link=true`
    assert.deepEqual(await one(query), { state: '2', caller_id: user, assigned_to: '' })
    assert.equal((await one(`${query}&sysparm_display_value=true`)).caller_id, 'Ana Reis')
    const both = await one(`${query}&sysparm_display_value=all`)
    assert.deepEqual(both.caller_id, { display_value: 'Ana Reis', value: user })
  })

  it('shows dates in UTC as values and local as display values', async () => {
    const { sys_created_on } = await one('sysparm_fields=sys_created_on&sysparm_display_value=all')
    assert.deepEqual(sys_created_on, { display_value: '2026-01-31 05:00:00', value: '2026-01-31 10:00:00' })
  })

  it('walks along references in fields and queries, with the path as the key', async () => {
    const fields = 'cmdb_ci.name,cmdb_ci.sys_class_name,assigned_to.name,no_such'
    const row = await one(`sysparm_fields=${fields}&sysparm_display_value=true`)
    assert.deepEqual(row, {
      'cmdb_ci.name': 'web-01',
      'cmdb_ci.sys_class_name': 'IIS Web Tier',
      'assigned_to.name': '',
    })
    assert.deepEqual(await numbers('cmdb_ci.name=web-01^caller_id.nameSTARTSWITHana'), ['INC0010001'])
  })

  it('drops clauses with unknown fields or malformed ones and runs the rest', async () => {
    assert.equal((await numbers('correlation_idd=x')).length, 3)
    assert.deepEqual(await numbers('u_typo=1^state=2^nonsense'), ['INC0010001'])
  })

  it('understands OR, NQ, order, lists, emptiness and the doubled caret', async () => {
    assert.deepEqual(await numbers('short_description=A^ORshort_description=D^state=1'), ['INC0010003'])
    assert.deepEqual(await numbers('state=2^NQimpact=1^ORDERBYDESCnumber'), ['INC0010002', 'INC0010001'])
    assert.deepEqual(await numbers('stateIN2,6'), ['INC0010001'])
    assert.deepEqual(await numbers('numberNOT ININC0010001,INC0010002'), ['INC0010003'])
    assert.equal((await numbers('caller_idISEMPTY')).length, 2)
    assert.equal((await numbers('caller_idISNOTEMPTY^sys_updated_on>=2026-01-31 10:00:00')).length, 1)
    assert.deepEqual(await numbers('short_description=B^^C'), ['INC0010002'])
  })

  it('notes javascript operands, which a real instance would evaluate', async () => {
    await numbers('short_description=javascript:gs.getUserID()')
    assert.deepEqual(servicenow.evaluated, ['javascript:gs.getUserID()'])
  })

  it('pages with a count and links, and applies the limit before the ACLs', async () => {
    servicenow.acl.hideRows('incident', ({ number }) => number === 'INC0010001')
    const { body, headers } = await get('/api/now/table/incident?sysparm_limit=1')
    assert.deepEqual(body.result, [])
    assert.equal(headers.get('x-total-count'), '3')
    assert.match(headers.get('link') ?? '', /sysparm_offset=1>;rel="next"/)
    assert.equal((await get(`/api/now/table/incident/${incident}`)).status, 404)
  })

  it('answers an empty list with 404 in v1 only', async () => {
    const query = 'table/incident?sysparm_query=state=8'
    assert.equal((await get(`/api/now/v1/${query}`)).status, 404)
    assert.deepEqual((await get(`/api/now/v2/${query}`)).body, { result: [] })
    assert.deepEqual((await get(`/api/now/${query}`)).body, { result: [] })
  })

  it('refuses an unknown table, and describes its own columns where they are declared', async () => {
    assert.equal((await get('/api/now/table/nothing')).body.error.message, 'Invalid table nothing')
    const query = 'sysparm_query=elementINu_error_signature,u_health_url,state^ORDERBYname&sysparm_fields=name,element'
    const { body } = await get(`/api/now/table/sys_dictionary?${query}`)
    assert.deepEqual(
      body.result.map((row: Record<string, string>) => `${row.name}.${row.element}`),
      ['cmdb_ci.u_health_url', 'incident.u_error_signature', 'sysapproval_approver.state', 'task.state'],
    )
  })

  it('loads the real incidents as their last update left them', async () => {
    assert.equal(servicenow.history(), 500)
    const { state, opened_at, number } = servicenow.incident('INC0000045')
    assert.deepEqual(
      { state, opened_at, number },
      { state: '7', opened_at: '2016-02-29 01:16:00', number: 'INC0000045' },
    )
    assert.equal((await numbers('state=7^caller_id.name=Caller 2403')).includes('INC0000045'), true)
  })
})
