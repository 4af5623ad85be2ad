// Owns the proof that an approval is for what was shown: what changed asks anew with the difference, the rest wakes nobody (P1, P2).
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { PEOPLE } from '../sandbox/world/people.ts'
import { amend, cardSays, click, eventsOf, GOVERNANCE, RUNBOOK, refused } from './governance.ts'
import { until } from './runbot.ts'
import { stage, wordsOf } from './story.ts'

const { approver, changeManager, secondApprover } = PEOPLE
const ANY = ['owner', 'small-team', 'change-managers']

describe('story: the world moves while a plan waits', () => {
  const story = stage({
    count: 3,
    edit: (place) =>
      amend(place, GOVERNANCE, {
        rules: {
          'one-approver': { from: ANY, quorum: 2 },
          'three-approvers': { from: ANY, quorum: 3, expires: '1h', not: ['requester'] },
        },
        raise: [{ when: 'blast.users > 900', to: 'three-approvers' }],
      }),
  })
  const ask = async () => {
    const { host, number } = story.raise()
    return { host, number, shown: await story.asked(number) }
  }
  const setUsers = (host: string, users: number) => {
    const { sys_id: sysId = '' } = story.world.ci(host)
    story.world.servicenow.update('u_cmdb_ci_iis_web_tier', sysId, { u_user_count: String(users) })
  }
  const asksOf = async (run: string) => (await eventsOf(story, run, 'decided')).length
  const newest = (number: string, plan: unknown) =>
    until('the card with the new plan', async () => {
      const shown = await story.asked(number)
      return shown.data['plan'] === plan ? undefined : shown
    })

  it('wakes nobody for one user more: the approval stays, and nobody is asked again (P2)', async () => {
    const { host, shown } = await ask()
    await click(story, shown, { as: approver })
    setUsers(host, 41)
    // New files have every waiting plan looked at again.
    story.place.add('catalog/another.yaml', RUNBOOK, (text) =>
      text.replace('runbook: restart-iis', 'runbook: another').replace('"IIS Web Tier"', '"Printer"'),
    )
    const files = readdirSync(join(story.place.runbooks, 'catalog')).length
    await until('the new files', async () =>
      (await story.control()).some((event) => event.type === 'contentLoaded' && event.runbooks === files),
    )
    await click(story, shown, { as: changeManager })
    assert.equal((await story.ended(shown.run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    assert.equal(await asksOf(shown.run), 1)
    assert.equal((await eventsOf(story, shown.run, 'planned')).length, 1)
    assert.equal((await eventsOf(story, shown.run, 'approved')).length, 2)
    assert(story.thread(shown.run).every((text) => !/The plan has changed/.test(text)))
  })

  it('asks anew where more people are reached than the limit, by the stricter rule, and says so on the card (P2)', async () => {
    const { host, number, shown } = await ask()
    await click(story, shown, { as: approver })
    setUsers(host, 420)
    await click(story, shown, { as: changeManager })
    const fresh = await newest(number, shown.data['plan'])
    assert.equal(fresh.run, shown.run)
    assert.equal(await asksOf(shown.run), 2)
    assert.match(wordsOf(fresh.message.card), /raised[\s\S]*blast\.users > 900/)
    assert.match(wordsOf(fresh.message.card), /approval rule/)
    assert.deepEqual(story.effects(host), [])
    // What was said to the old plan counts for nothing: they are asked again.
    await click(story, fresh, { as: secondApprover })
    await click(story, fresh, { as: approver })
    assert.equal((await eventsOf(story, shown.run, 'executionStarted')).length, 1)
    assert.deepEqual(story.effects(host), [])
    await click(story, fresh, { as: changeManager })
    assert.equal((await story.ended(shown.run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })

  it('shows before and after where the runbook changed, and voids what was said to the plan before (P1, P12)', async () => {
    const { host, number, shown } = await ask()
    await click(story, shown, { as: approver })
    story.place.edit(RUNBOOK, (text) => text.replace('default: DefaultAppPool', 'default: ShopPool'))
    const fresh = await newest(number, shown.data['plan'])
    assert.match(wordsOf(fresh.message.card), /parameter pool[\s\S]*DefaultAppPool[\s\S]*ShopPool/)
    await cardSays(story, shown.run, /this approval is void[\s\S]*Maya Lind/)
    assert.match(await refused(story, shown, { as: changeManager }), /the plan has changed since this card was drawn/)
    await click(story, fresh, { as: changeManager })
    assert.deepEqual(await eventsOf(story, shown.run, 'executionStarted'), [])
    await click(story, fresh, { as: approver, verb: 'reject' })
    assert.equal((await story.ended(shown.run)).status, 'refused')
    assert.deepEqual(story.effects(host), [])
  })
})
