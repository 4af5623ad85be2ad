// Owns the specification of the trigger: which incidents fit, and which changed since an instant.
import assert from 'node:assert/strict'
import { triggerOf } from '../../../src/adapters/servicenow/trigger.ts'
import { portError, type Setup, setup } from './setup.ts'

describe('the declared trigger', () => {
  it('names its columns, dot-walked ones too', () => {
    const { columns, query } = triggerOf('u_a=true^stateIN1,2^ORcaller_id.vip=true^short_descriptionLIKEx^^y^EQ')
    assert.deepEqual(columns, ['u_a', 'state', 'caller_id.vip', 'short_description'])
    assert.equal(query, 'u_a=true^stateIN1,2^ORcaller_id.vip=true^short_descriptionLIKEx^^y')
  })

  it('refuses what would escape the clauses that are joined to it', () => {
    const hostile = [
      'a=1^NQactive=true',
      'ORa=1',
      'a=1^ORDERBYnumber',
      'a=1^GROUPBYstate',
      '123TEXTQUERY321=x',
      'state',
    ]
    for (const text of hostile)
      assert.throws(() => triggerOf(text), portError('malformed', /the trigger in connectors/))
  })

  it('may be empty: every incident fits', () => {
    assert.deepEqual(triggerOf(' '), { query: '', columns: [] })
  })
})

describe('incidents that fit the trigger', () => {
  let world: Setup
  const at = Date.parse('2026-01-31T10:00:00Z')
  let now = at
  beforeEach(async () => {
    now = at
    world = await setup({ now: () => new Date(now) })
  })
  afterEach(() => world.stop())
  const raise = (fields: Record<string, string> = {}) => world.world.raiseIncident({ fields }).sys_id ?? ''
  const changed = async (since: number, trigger?: string) =>
    (await world.with(trigger === undefined ? {} : { trigger }).changedSince(since)).map(({ sysId }) => sysId)

  it('are told by the instance for one record', async () => {
    assert.equal((await world.adapter.incident(raise({ u_runbook_candidate: 'false' }))).triggers, false)
    assert.equal((await world.adapter.incident(raise())).triggers, true)
  })

  it('are none where a column of the trigger does not exist, for its clause is dropped', async () => {
    const adapter = world.with({ trigger: 'u_mistyped=true' })
    assert.equal((await adapter.incident(raise({ u_runbook_candidate: 'false' }))).triggers, false)
    await assert.rejects(adapter.changedSince(0), portError('malformed', /u_mistyped is unknown/))
  })

  it('are none where the trigger cannot be used, and the poll says why', async () => {
    const adapter = world.with({ trigger: 'u_runbook_candidate=true^NQactive=true' })
    assert.equal((await adapter.incident(raise())).triggers, false)
    await assert.rejects(adapter.changedSince(0), portError('malformed', /one query without order/))
  })

  it('come oldest update first, from the very second on', async () => {
    const first = raise()
    now = at + 2000
    const second = raise()
    now = at + 1000
    const between = raise()
    assert.deepEqual(await changed(at), [first, between, second])
    assert.deepEqual(await changed(at + 1000), [between, second])
    assert.deepEqual(await changed(at + 1999), [between, second])
    assert.deepEqual(await changed(at + 3000), [])
  })

  it('leave out what does not fit', async () => {
    raise({ u_runbook_candidate: 'false' })
    assert.deepEqual(await changed(at), [])
  })

  it('come all, though hundreds were updated in one second', async () => {
    const ids = Array.from({ length: 450 }, () => raise())
    now = at + 1000
    ids.push(raise())
    const found = await changed(at)
    assert.equal(found.length, 451)
    assert.equal(found.at(-1), ids.at(-1))
    assert.equal(new Set(found).size, 451)
  })

  it('come although more hidden rows than a page lie before them', async () => {
    for (let count = 0; count < 230; count += 1) raise({ category: 'secret' })
    world.world.servicenow.acl.hideRows('incident', (row) => row.category === 'secret')
    now = at + 1000
    const seen = raise()
    assert.deepEqual(await changed(at), [seen])
  })

  it('stay joined with the time where the trigger has an OR', async () => {
    const early = raise({ category: 'x' })
    now = at + 5000
    const late = raise({ category: 'y' })
    assert.deepEqual(await changed(at, 'category=x^ORcategory=y'), [early, late])
    assert.deepEqual(await changed(at + 1000, 'category=x^ORcategory=y'), [late])
  })
})
