// Owns the proof that approvals come from the groups that the rule names, as the directories tell at each moment (P2, P10).
import assert from 'node:assert/strict'
import { PEOPLE } from '../sandbox/world/people.ts'
import { amend, asking, click, eventsOf, GOVERNANCE, preflightOf, refused, some } from './governance.ts'
import { until } from './runbot.ts'
import { stage } from './story.ts'

const WEB = '6f1c1f6e-0000-4000-8000-000000000001'
const NESTED = '6f1c1f6e-0000-4000-8000-000000000002'
const { approver, changeManager, onCall, outsider } = PEOPLE
/** The change manager is of both groups. */
const members = [approver.aadObjectId, changeManager.aadObjectId, NESTED]
const web = { id: WEB, name: 'Web Engineers', members }

describe('story: two groups have to agree, one of them of Entra', () => {
  const story = stage({
    count: 5,
    entra: [web, { id: NESTED, name: 'Web Night', members: [onCall.aadObjectId] }],
    edit: (place) =>
      amend(place, GOVERNANCE, {
        groups: { 'web-engineers': { entra: WEB } },
        rules: {
          'one-approver': {
            from: undefined,
            quorum: undefined,
            all: [{ from: ['web-engineers'] }, { from: ['change-managers'] }],
            expires: '30m',
            not: ['requester'],
          },
        },
      }),
  })
  const ask = async () => {
    const { host, number } = story.raise()
    return { host, number, shown: await story.asked(number) }
  }
  afterEach(async () => {
    story.world.ops.setDuration('pool-status', 0)
    story.world.graph.setGroup(web)
    await story.world.graph.up()
  })

  it('refuses a bystander, lets nobody fill both lines, and runs when two people of the two groups agreed (P1, P10)', async () => {
    const { host, shown } = await ask()
    const answer = await refused(story, shown, { as: outsider })
    assert.match(answer, /you are not in web-engineers, change-managers/)
    await click(story, shown, { as: changeManager })
    assert.match(await refused(story, shown, { as: changeManager }), /you have already approved this/)
    assert.deepEqual((await eventsOf(story, shown.run, 'approved'))[0]?.groups, ['web-engineers', 'change-managers'])
    assert.deepEqual(await eventsOf(story, shown.run, 'executionStarted'), [])
    assert.deepEqual(story.effects(host), [])
    await click(story, shown, { as: onCall })
    assert.equal((await story.ended(shown.run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })

  it('does not complete with two people of the same group (P1)', async () => {
    const { host, shown } = await ask()
    await click(story, shown, { as: approver })
    await click(story, shown, { as: onCall })
    await asking(story, shown.run)
    assert.equal((await eventsOf(story, shown.run, 'approved')).length, 2)
    assert.deepEqual(await eventsOf(story, shown.run, 'executionStarted'), [])
    await click(story, shown, { as: approver, verb: 'reject' })
    assert.equal((await story.ended(shown.run)).status, 'refused')
    assert.deepEqual(story.effects(host), [])
  })

  it('takes no answer of a group that cannot be asked, and takes it when Graph answers again (P5, P10, P12)', async () => {
    const { shown } = await ask()
    await story.world.graph.down()
    const answer = await refused(story, shown, { as: approver })
    assert.match(answer, /whether you belong to web-engineers, change-managers cannot be told/)
    assert.match(answer, /Microsoft Graph could not be reached.*What helps: try again when the directory answers/)
    // The change manager's other group is in ServiceNow, and that one can be asked.
    await click(story, shown, { as: changeManager })
    assert.deepEqual((await eventsOf(story, shown.run, 'approved'))[0]?.groups, ['change-managers'])
    await story.world.graph.up()
    await click(story, shown, { as: approver })
    assert.equal((await story.ended(shown.run)).status, 'succeeded')
  })

  it('holds back while Graph is down between click and request, visibly, and goes on when it answers (P2, P5)', async () => {
    const { host, shown } = await ask()
    story.world.ops.setDuration('pool-status', 700)
    await click(story, shown, { as: changeManager })
    await click(story, shown, { as: approver })
    await preflightOf(story, host)
    await story.world.graph.down()
    const [waited] = await until('the hold', async () => {
      const found = await eventsOf(story, shown.run, 'waited')
      return some(found)
    })
    assert.match(waited?.reason ?? '', /whether the approvers still have the authority cannot be told/)
    assert.deepEqual(story.effects(host), [])
    await story.world.graph.up()
    assert.equal((await story.ended(shown.run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })

  it('sends nothing where somebody was taken out of the Entra group between click and request (P2, P10)', async () => {
    const { host, shown } = await ask()
    story.world.ops.setDuration('pool-status', 700)
    await click(story, shown, { as: changeManager })
    await click(story, shown, { as: approver })
    await preflightOf(story, host)
    story.world.graph.setGroup({ ...web, members: [NESTED] })
    const { status, reason } = await story.ended(shown.run)
    assert.equal(status, 'stoppedByPolicy')
    assert.match(reason, /an approver no longer has the authority: 1 of web-engineers missing/)
    assert.deepEqual(story.effects(host), [])
  })
})
