// Owns the specification of listing rows page by page.
import assert from 'node:assert/strict'
import { portError, type Setup, setup } from './setup.ts'

describe('listing rows of a table', () => {
  let world: Setup
  beforeEach(async () => {
    world = await setup()
    for (let count = 0; count < 450; count += 1)
      world.world.servicenow.seed('cmn_location', { name: `Room ${count}`, city: count % 3 === 0 ? 'Berlin' : 'Porto' })
  })
  afterEach(() => world.stop())
  const list = (query: string, options = {}) => world.table.list('cmn_location', query, ['name', 'city'], options)

  it('reads every page, each row once', async () => {
    const { rows, complete, hidden } = await list('nameSTARTSWITHRoom')
    assert.deepEqual([rows.length, complete, hidden], [450, true, 0])
    assert.equal(new Set(rows.map((row) => row['sys_id']?.value)).size, 450)
  })

  it('does not take a short or an empty page for the end, and counts what is hidden', async () => {
    const rooms = world.world.servicenow.rows('cmn_location').filter(({ name = '' }) => name.startsWith('Room'))
    const first = new Set(
      rooms
        .map(({ sys_id }) => sys_id)
        .toSorted()
        .slice(0, 430),
    )
    world.world.servicenow.acl.hideRows('cmn_location', ({ sys_id }) => first.has(sys_id))
    const { rows, complete, hidden } = await list('nameSTARTSWITHRoom')
    assert.deepEqual([rows.length, complete, hidden], [20, true, 430])
  })

  it('stops at the cap and says that there is more', async () => {
    const { rows, complete } = await list('nameSTARTSWITHRoom', { max: 30 })
    assert.deepEqual([rows.length, complete], [30, false])
  })

  it('keeps an OR of the query within the query', async () => {
    const { rows } = await list('name=Room 1^ORname=Room 449')
    assert.deepEqual(rows.map((row) => row['name']?.value).toSorted(), ['Room 1', 'Room 449'])
  })

  it('refuses columns, ids and tables that are none', async () => {
    await assert.rejects(world.table.list('cmn_location', '', ['a b']), portError('malformed', /not a column/))
    await assert.rejects(world.table.get('../oauth', '0'.repeat(32), []), portError('malformed', /a table/))
    await assert.rejects(world.table.get('cmn_location', '../x', []), portError('malformed', /sys_id/))
  })

  it('says what ServiceNow says of a table that it does not know', async () => {
    await assert.rejects(world.table.list('u_nothing', '', ['name']), portError('malformed', /Invalid table u_nothing/))
  })
})
