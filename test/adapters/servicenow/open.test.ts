// Owns the specification of opening an incident for an alert, once per key, and of finding what is open on a CI.
import assert from 'node:assert/strict'
import type { OpenOrder } from '../../../src/ports/tickets.ts'
import { idOf } from '../../sandbox/world/seed.ts'
import { portError, type Setup, setup } from './setup.ts'

const OPEN = { group: 'Web Platform', fields: { category: 'App', impact: '2' } }

describe('an incident that an alert opens', () => {
  let s: Setup
  const order = (changes: Partial<OpenOrder> = {}): OpenOrder => ({
    key: 'S0123456789',
    shortDescription: '5xx on web-01',
    description: 'HTTP 503\nfrom web-01 [code]<b>x</b>[/code]',
    ciId: idOf(s.world.ci('web-01')),
    ...changes,
  })
  const adapter = () => s.with({ open: OPEN })
  const rows = () => s.world.servicenow.rows('incident')

  beforeEach(async () => {
    s = await setup()
  })
  afterEach(() => s.stop())

  it('has its CI, its group, its columns and its key, and is never opened twice', async () => {
    const first = await adapter().open(order())
    const again = await adapter().open(order({ shortDescription: 'other words' }))
    assert.deepEqual(again, { ...first, fresh: false })
    assert.equal(first.fresh, true)
    const [row] = rows()
    assert.equal(rows().length, 1)
    assert.equal(row?.number, first.number)
    assert.equal(row?.correlation_id, 'runbot-S0123456789')
    assert.equal(row?.cmdb_ci, idOf(s.world.ci('web-01')))
    assert.equal(row?.category, 'App')
    assert.equal(row?.impact, '2')
    assert.match(row?.assignment_group ?? '', /^[0-9a-f]{32}$/)
    assert.match(row?.description ?? '', /HTTP 503\nfrom web-01 \(code\)/)
  })

  it('may have no CI', async () => {
    await adapter().open(order({ ciId: null }))
    assert.equal(rows()[0]?.cmdb_ci ?? '', '')
  })

  it('refuses where nothing is configured, and where the group does not exist', async () => {
    await assert.rejects(s.adapter.open(order()), portError('denied', /no servicenow.open/))
    const unknown = s.with({ open: { group: 'Nobody', fields: {} } })
    await assert.rejects(unknown.open(order()), portError('malformed', /no active group/))
    assert.equal(rows().length, 0)
  })

  it('opens none where whether there is one cannot be told', async () => {
    s.world.servicenow.acl.hideColumn('task', 'correlation_id')
    await adapter().open(order())
    await assert.rejects(adapter().open(order()), portError('denied', /cannot be told/))
    assert.equal(rows().length, 1)
  })

  it('finds what is open on these CIs, the oldest first, and nothing that is over or elsewhere', async () => {
    const { number: first } = s.world.raiseIncident()
    const { number: second } = s.world.raiseIncident()
    const closed = s.world.raiseIncident()
    const close = { state: '7', close_code: 'Duplicate', close_notes: 'x' }
    s.world.servicenow.update('incident', idOf(closed), close)
    s.world.raiseIncident({ fields: { cmdb_ci: '' } })
    const found = await s.adapter.openOn([idOf(s.world.ci('web-01')), 'f'.repeat(32)])
    assert.deepEqual(found.map(({ number }) => number).toSorted(), [first, second].toSorted())
    assert.ok(found.every(({ openedAt }) => Math.abs(openedAt - Date.now()) < 60_000))
    assert.deepEqual(await s.adapter.openOn([]), [])
    const { number } = await adapter().open(order())
    const keys = (await s.adapter.openOn([idOf(s.world.ci('web-01'))])).map((each) => [each.number, each.key])
    assert.deepEqual(
      Object.fromEntries(keys),
      Object.fromEntries([
        [first, null],
        [second, null],
        [number, 'S0123456789'],
      ]),
    )
  })
})
