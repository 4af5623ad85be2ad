// Owns the specification of attaching files.
import assert from 'node:assert/strict'
import { requestTo } from '../../sandbox/faults.ts'
import { portError, type Setup, setup } from './setup.ts'

describe('attachments in ServiceNow', () => {
  let world: Setup
  let id: string
  beforeEach(async () => {
    world = await setup()
    id = world.world.raiseIncident().sys_id ?? ''
  })
  afterEach(() => world.stop())
  const file = (text: string, name = 'evidence 1.json') => ({
    name,
    contentType: 'application/json',
    bytes: new TextEncoder().encode(text),
  })
  const there = () => world.world.servicenow.attachments(id).map(({ name, type, bytes }) => [name, type, String(bytes)])

  it('arrive byte for byte with their own type', async () => {
    await world.adapter.attach(id, file('{"a":"é"}'))
    assert.deepEqual(there(), [['evidence 1.json', 'application/json', '{"a":"é"}']])
  })

  it('of the same name and size count as present', async () => {
    world.world.servicenow.faults.add({ fault: 'reset-after-commit', match: requestTo('POST', '/api/now/attachment') })
    await assert.rejects(world.adapter.attach(id, file('same')), portError('unavailable', /reset/, true))
    await world.adapter.attach(id, file('same'))
    assert.equal(there().length, 1)
    await world.adapter.attach(id, file('longer'))
    assert.equal(there().length, 2)
  })

  it('of another incident do not count', async () => {
    const other = world.world.raiseIncident().sys_id ?? ''
    await world.adapter.attach(other, file('same'))
    await world.adapter.attach(id, file('same'))
    assert.equal(there().length, 1)
  })

  it('have plain names, and a type that is a media type', async () => {
    for (const name of ['a^ORx', '../x', 'a\nb', ''])
      await assert.rejects(world.adapter.attach(id, file('x', name)), portError('malformed', /./))
    await world.adapter.attach(id, { ...file('x'), contentType: 'text/html\r\nx: y' })
    assert.equal(there()[0]?.[1], 'application/octet-stream')
  })

  it('need a record that is there', async () => {
    await assert.rejects(world.adapter.attach('0'.repeat(32), file('x')), portError('notFound', /No Record/))
  })
})
