// Owns the proof that an ask nobody answers is heard again, wakes somebody once, and goes to whoever stands in (P6, P10, P12).
import assert from 'node:assert/strict'
import type { Row } from '../sandbox/servicenow/records.ts'
import { PEOPLE } from '../sandbox/world/people.ts'
import { amend, asking, begin, click, eventsOf, GOVERNANCE, refused, some, threadSays } from './governance.ts'
import { until } from './runbot.ts'
import { type Shown, stage } from './story.ts'

const { changeManager, onCall, outsider, vip } = PEOPLE
/** Sam is on call, and in none of these groups. */
const managers = { from: ['change-managers'], substitute: { from: ['sre-on-call'], after: '3m' } }

describe('story: an ask that nobody answers', () => {
  const story = stage({
    count: 3,
    speed: 30,
    edit: (place) => {
      amend(place, GOVERNANCE, {
        rules: {
          'one-approver': { ...managers, expires: '2h', remind: '1m', page: 'duty', not: ['requester'] },
          'two-approvers': { all: [managers, { from: ['small-team'] }], expires: '2h', remind: '1m', page: 'tasks' },
        },
      })
      amend(place, 'connectors.yaml', {
        pagers: {
          duty: { kind: 'pagerduty', url: '${env:PAGERDUTY_URL}', routingKey: '${env:PAGERDUTY_KEY}' },
          tasks: { kind: 'servicenow', group: 'Web Platform' },
        },
      })
    },
  })
  const alerts = (run: string) => story.world.pagerduty.alerts().filter(({ dedupKey }) => dedupKey.includes(run))
  const tasks = (number: string): readonly Row[] =>
    story.world.servicenow
      .rows('incident_task')
      .filter(({ incident }) => incident === story.world.servicenow.incident(number)['sys_id'])
  const escalated = (run: string) =>
    until(`the substitutes of ${run}`, async () => (await eventsOf(story, run, 'escalated'))[0])
  const remindersOf = ({ message }: Shown) =>
    (story.world.teams.thread(message.conversationId)?.messages ?? []).filter(({ text }) => /Still waiting/.test(text))

  /** They all wait at once, so that their waits are one. */
  let first: { readonly host: string; readonly shown: Shown }
  let critical: { readonly host: string; readonly number: string; readonly shown: Shown }
  let asked: { readonly host: string; readonly run: string }
  before(async () => {
    const host = story.host()
    asked = { host, run: await begin(story, onCall, `restart-iis ${host}`) }
    const urgent = story.raise({ fields: { caller_id: vip.sysId } })
    critical = { ...urgent, shown: await story.asked(urgent.number) }
    const raised = story.raise()
    first = { ...raised, shown: await story.asked(raised.number) }
  })

  it('reminds in one message, raises one page, and takes the substitute after the time, not before (P6, P10, P12)', async () => {
    const { host, shown } = first
    assert.match(
      await refused(story, shown, { as: onCall }),
      /you stand in for change-managers only if they do not answer\. What helps: ask a member of change-managers, or come back in [1-3] min/,
    )
    assert.match(await refused(story, shown, { as: outsider }), /you are not in change-managers\./)
    const reminder = await until('a reminder that was brought up to date', () =>
      remindersOf(shown).find(({ versions }) => versions.length > 1),
    )
    assert.deepEqual(remindersOf(shown), [reminder])
    assert.deepEqual((await escalated(shown.run)).to, ['sre-on-call'])
    await threadSays(story, shown.run, /No answer yet: \*\*sre-on-call\*\* may now stand in/)
    const page = await until('the page of the substitutes', () =>
      alerts(shown.run).find(({ triggers }) => triggers > 1),
    )
    assert.deepEqual([alerts(shown.run).length, page.status], [1, 'triggered'])
    assert.match(String(page.payload['summary']), /Approval needed until .*Recycle the IIS application pool/)
    assert.deepEqual(story.effects(host), [])
    await click(story, shown, { as: onCall })
    assert.equal((await story.ended(shown.run)).status, 'succeeded')
    await until('the page to be resolved', () => alerts(shown.run).every(({ status }) => status === 'resolved'))
    const reminded = story.world.pagerduty.events.length
    await threadSays(story, shown.run, /Succeeded/)
    assert.equal(story.world.pagerduty.events.length, reminded)
    assert.equal(remindersOf(shown).length, 1)
  })

  it('opens one task in ServiceNow for the people on call, and closes it when it was decided (P6)', async () => {
    const { host, number, shown } = critical
    await escalated(shown.run)
    const [task] = await until('the task', () => some(tasks(number)))
    assert.equal(task?.['assigned_to'], onCall.sysId)
    await until('two reminders', async () => (await eventsOf(story, shown.run, 'reminded')).length > 1)
    assert.equal(tasks(number).length, 1)
    assert.equal(task?.['active'], 'true')
    await click(story, shown, { as: changeManager, verb: 'reject' })
    assert.equal((await story.ended(shown.run)).status, 'refused')
    await until('the task to be closed', () => tasks(number).every(({ active }) => active === 'false'))
    assert.equal(tasks(number).length, 1)
    assert.deepEqual(alerts(shown.run), [])
    assert.deepEqual(story.effects(host), [])
  })

  it('does not let whoever asked for it stand in for others (P10)', async () => {
    const { host, run } = asked
    const shown = await asking(story, run)
    await escalated(run)
    assert.match(
      await refused(story, shown, { as: onCall }),
      /you requested this run, so somebody else must approve it/,
    )
    await click(story, shown, { as: changeManager })
    assert.equal((await story.ended(run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })
})
