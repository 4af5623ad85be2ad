// Owns the proof that what is around an incident reaches the card, and holds a run back until the very last moment (P2, P5).
import assert from 'node:assert/strict'
import { PEOPLE } from '../sandbox/world/people.ts'
import { amend, click, RUNBOOK } from './governance.ts'
import { stage, wordsOf } from './story.ts'

const { approver, secondApprover, changeManager } = PEOPLE
const stamp = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ')

describe('story: what is around an incident', () => {
  const story = stage({
    count: 2,
    edit: (place) => {
      amend(place, 'connectors.yaml', { servicenow: { context: { commander: 'u_commander' } } })
      amend(place, RUNBOOK, { limits: { commander: 'stop', recentDeploy: { within: '2h', is: 'ask' } } })
    },
  })
  before(() => story.world.servicenow.addColumn('incident', 'u_commander>sys_user'))

  it('says on the card what was changed just before, and in explain who is on call and what uses the CI', async () => {
    const { host, number } = story.raise()
    const { sys_id: ci = '' } = story.world.ci(`srv-${host}`)
    const ended = { work_end: stamp(Date.now() - 600_000), state: '3', number: 'CHG0047110' }
    story.world.servicenow.seed('change_request', { ...ended, short_description: 'Patch it', cmdb_ci: ci })
    const shown = await story.asked(number)
    assert.match(wordsOf(shown.message.card), /CHG0047110 \(Patch it\) ended at \d\d:\d\d UTC/)
    const { text } = await story.say(approver, `explain ${number}`)
    assert.match(text, /On call: Sam Okafor \(ServiceNow on-call, read \d{4}-/)
    assert.match(text, /Used by: .*Online Shop/)
    assert.match(text, /Commander: none/)
    assert.match(text, /Changes: CHG0047110 Closed/)
  })

  it('sends nothing once somebody has taken control, though it was approved (P2)', async () => {
    const { host, number } = story.raise()
    const shown = await story.asked(number)
    const { sys_id: sysId = '' } = story.world.servicenow.incident(number)
    story.world.servicenow.update('incident', sysId, { u_commander: changeManager.sysId })
    for (const as of [approver, secondApprover]) await click(story, shown, { as })
    const { status, reason } = await story.ended(shown.run)
    assert.equal(status, 'stoppedByPolicy')
    assert.match(reason, new RegExp(`${changeManager.name} commands ${number}`))
    assert.deepEqual(story.effects(host), [])
  })
})
