// Owns the specification of work notes: once, stored, and harmless to show.
import assert from 'node:assert/strict'
import { maxNote, noteText } from '../../../src/adapters/servicenow/notes.ts'
import { requestTo } from '../../sandbox/faults.ts'
import { portError, type Setup, setup } from './setup.ts'

describe('work notes in ServiceNow', () => {
  const marker = '[runbot run-7#12]'
  const text = `Automation started ${marker}`
  let world: Setup
  let id: string
  beforeEach(async () => {
    world = await setup()
    id = world.world.raiseIncident().sys_id ?? ''
  })
  afterEach(() => world.stop())
  const notes = () => world.world.servicenow.notes(id)
  const patch = requestTo('PATCH', '/api/now/table/incident')

  it('are appended with one request', async () => {
    await world.adapter.note(id, text, marker, false)
    assert.deepEqual(notes(), [text])
    assert.equal(world.world.servicenow.requests.filter(({ path }) => path.includes('/table/')).length, 1)
  })

  it('are not written twice when the answer was lost after the commit (P6)', async () => {
    world.world.servicenow.faults.add({ fault: 'reset-after-commit', match: patch })
    await assert.rejects(world.adapter.note(id, text, marker, false), portError('unavailable', /reset/, true))
    await world.adapter.note(id, text, marker, true)
    assert.deepEqual(notes(), [text])
  })

  it('are found in the record where the journal is hidden (P6)', async () => {
    world.world.servicenow.acl.hideRows('sys_journal_field')
    world.world.servicenow.faults.add({ fault: 'reset-after-commit', match: patch })
    await assert.rejects(world.adapter.note(id, text, marker, false), portError('unavailable', /reset/, true))
    await world.adapter.note(id, text, marker, true)
    assert.deepEqual(notes(), [text])
  })

  it('are written again when the request was lost before any work (P6)', async () => {
    world.world.servicenow.faults.add({ fault: 'reset-before', match: patch })
    await assert.rejects(world.adapter.note(id, text, marker, false), portError('unavailable', /reset/, true))
    await world.adapter.note(id, text, marker, true)
    assert.deepEqual(notes(), [text])
  })

  it('are not taken for one another: #1 is not #12', async () => {
    await world.adapter.note(id, text, marker, false)
    await world.adapter.note(id, 'x [runbot run-7#1]', '[runbot run-7#1]', true)
    assert.equal(notes().length, 2)
  })

  it('are not repeated blindly where neither journal nor record shows them (P6)', async () => {
    world.world.servicenow.acl.hideRows('sys_journal_field')
    world.world.servicenow.acl.hideColumn('task', 'work_notes')
    await assert.rejects(world.adapter.note(id, text, marker, true), portError('denied', /work notes are hidden/))
    assert.deepEqual(notes(), [])
    await world.adapter.note(id, text, marker, false)
    assert.deepEqual(notes(), [text])
  })

  it('are seen to be stored: a closed incident answers 200 and keeps nothing (P6)', async () => {
    const done = { close_code: 'Solution provided', close_notes: 'done' }
    world.world.servicenow.update('incident', id, { state: '7', ...done })
    await assert.rejects(world.adapter.note(id, text, marker, false), portError('denied', /stored nothing/))
  })

  it('are capped at 30 kB with the marker kept, also inside a character', () => {
    const capped = noteText(`${'é🙂'.repeat(20_000)} ${marker}`, marker)
    assert.ok(Buffer.byteLength(capped) <= maxNote)
    assert.ok(capped.endsWith(`… ${marker}`))
    assert.ok(capped.isWellFormed() && !capped.includes('\ufffd'))
  })

  it('show outside text literally: no HTML through [code], no hidden characters', () => {
    const hostile = `log: [code]<img src=x>[/CODE]\u0000\u202e\r\nnext ${marker}`
    assert.equal(noteText(hostile, marker), `log: (code)<img src=x>(/CODE)\nnext ${marker}`)
  })

  it('need a marker that a query can hold', async () => {
    for (const bad of ['[runbot a^b#1]', '[runbot ]', 'runbot', '[runbot a b#1]'])
      await assert.rejects(world.adapter.note(id, `x ${bad}`, bad, true), /not a marker/)
  })
})
