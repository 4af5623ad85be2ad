// Owns the specification of the post-incident column: what stands there, and whose word it is (P10).
import assert from 'node:assert/strict'
import type { ServiceNowSettings } from '../../../src/ports/catalog.ts'
import { SETTINGS, type Setup, setup } from './setup.ts'

const CONTEXT: ServiceNowSettings['context'] = { ...SETTINGS.context, learned: 'u_symptom' }

describe('the post-incident column', () => {
  let world: Setup
  beforeEach(async () => {
    world = await setup()
  })
  afterEach(() => world.stop())
  const written = async (words: string, userName: string, settings: Partial<ServiceNowSettings> = {}) => {
    const { sys_id: sysId = '' } = world.world.raiseIncident({})
    world.world.servicenow.update('incident', sysId, { u_symptom: words }, userName)
    return world.with({ context: CONTEXT, ...settings }).learned?.(sysId)
  }

  it('is the word of whoever saved the incident last, by their Entra id', async () => {
    const { approver } = world.world.people
    assert.deepEqual(await written(' restarted the pool ', approver.userName), {
      text: 'restarted the pool',
      by: { id: approver.aadObjectId, name: approver.name },
    })
  })

  it('is nobody’s where they are unmapped, inactive, or share their id with somebody (P10)', async () => {
    const { approver, outsider } = world.world.people
    const nobody = { text: 'x', by: null }
    assert.deepEqual(await written('x', 'system'), nobody)
    assert.deepEqual(await written('x', approver.userName, { person: null }), nobody)
    assert.deepEqual(await written('x', approver.userName, { person: 'u_mistyped' }), nobody)
    world.world.servicenow.update('sys_user', outsider.sysId, { active: 'false' })
    assert.deepEqual(await written('x', outsider.userName), nobody)
    world.world.servicenow.seed('sys_user', { name: 'Twin', u_entra_object_id: approver.aadObjectId })
    assert.deepEqual(await written('x', approver.userName), nobody)
  })

  it('says nothing where it is empty, or where no column is declared', async () => {
    assert.equal(await written('', 'maya.lind'), null)
    assert.equal(await written('x', 'maya.lind', { context: SETTINGS.context }), null)
    assert.equal(await written('x', 'maya.lind', { context: { ...CONTEXT, learned: 'u_mistyped' } }), null)
  })

  it('is cut where it is long', async () => {
    assert.equal((await written('y'.repeat(5000), 'maya.lind'))?.text.length, 1000)
  })
})
