// Owns the proof that each target climbs its own ladder, that the riskier rung asks first, and that a failed rollback stops all.
import assert from 'node:assert/strict'
import { PEOPLE } from '../sandbox/world/people.ts'
import { asking, cardSays, click, eventsOf, threadSays } from './governance.ts'
import {
  approved,
  breakForGood,
  incidentOn,
  type Rollout,
  recycle,
  reset,
  rollOut,
  storyOf,
  touched,
  withRunbook,
} from './rollout.ts'
import { until } from './runbot.ts'
import { type Story, stage } from './story.ts'

const { approver, changeManager, onCall, secondApprover } = PEOPLE
const CLIMBED = ['recycle-pool', 'start-pool', 'iisreset']

describe('story: ladders on several targets', () => {
  const story = stage(
    withRunbook({
      targets: { max: 8, waves: ['100%'], concurrency: 3, stopAfterFailures: 2 },
      steps: [recycle(), reset()],
    }),
  )

  /** Three hosts of which two do not recover; their riskier rung asks. */
  const asked = async (): Promise<Rollout> => {
    const rollout = await rollOut(story, 3, ([, two, three]) => {
      for (const host of [two, three]) breakForGood(story, host)
    })
    const reached = async () => (await eventsOf(story, rollout.run, 'rungReached')).length === 2
    await until('both of them to reach the rung', reached)
    return rollout
  }

  it('asks for the riskier rung by its own tier, sends nothing of it before, and climbs where it is needed (P1)', async () => {
    const { run, hosts } = await asked()
    const [one = '', two = '', three = ''] = hosts
    const shown = await asking(story, run, 'step:reset')
    const rules = (await eventsOf(story, run, 'stepAsked')).map(({ scope, rule }) => [scope, rule.name])
    assert.deepEqual(rules, [['step:reset', 'two-approvers']])
    await click(story, shown, { as: secondApprover })
    await cardSays(story, run, /Jonas Weber/)
    assert.deepEqual(hosts.map(story.effects), [['recycle-pool'], CLIMBED.slice(0, 2), CLIMBED.slice(0, 2)])
    story.world.sites[two]?.setRecycleOutcome('healthy')
    await click(story, shown, { as: changeManager })
    const { status, reason } = await story.ended(run)
    assert.equal(status, 'rolledBack')
    assert.match(reason, new RegExp(`${three}: reset failed: not within`))
    assert.doesNotMatch(reason, new RegExp(`${one}|${two}`))
    assert.deepEqual(hosts.map(story.effects), [['recycle-pool'], CLIMBED, [...CLIMBED, 'start-pool']])
    assert.deepEqual((await storyOf(story, run, one)).slice(-1), ['stepSkipped reset'])
    await cardSays(story, run, /2 of 3 targets done/)
  })

  it('leaves everything rolled back, and calls a person, where the rung is rejected (P1)', async () => {
    const { run, hosts } = await asked()
    const shown = await asking(story, run, 'step:reset')
    await click(story, shown, { as: secondApprover, verb: 'reject', inputs: { note: 'not by day' } })
    const { status, reason } = await story.ended(run)
    assert.equal(status, 'needsHuman')
    assert.match(reason, /Jonas Weber rejected step:reset: not by day/)
    assert.deepEqual(hosts.map(story.effects), [['recycle-pool'], CLIMBED.slice(0, 2), CLIMBED.slice(0, 2)])
  })
})

describe('story: a rollback that fails', () => {
  const story = stage(
    withRunbook({
      targets: { max: 8, waves: ['100%'], concurrency: 2, stopAfterFailures: 5 },
      steps: [recycle(), reset()],
      onFailure: { escalate: 'on-call', page: 'primary' },
    }),
  )
  const pageOf = (run: string) => story.world.pagerduty.alerts().filter(({ dedupKey }) => dedupKey.includes(run))

  /** The rollback of the first of four has failed while the second was in flight; that one fails too, and can be undone. */
  const stuck = async (): Promise<Rollout> => {
    const { orders } = story.world.ops
    const hosts = Array.from({ length: 4 }, story.host)
    const [one = '', two = ''] = hosts
    for (const host of [one, two]) breakForGood(story, host)
    orders.fail('start-pool', one)
    const release = story.world.ops.hold('recycle-pool', two)
    const what = `restart-iis ${hosts.join(' ')} for ${incidentOn(story, one)}`
    const rollout = await approved(story, hosts, what)
    await until('the failed rollback', async () => (await eventsOf(story, rollout.run, 'rollbackEnded')).length === 1)
    assert.deepEqual([touched(story, rollout.hosts), orders.underWay('recycle-pool')], [[one, two], [two]])
    release()
    return rollout
  }

  it('stops the whole rollout, whatever the failure limit; what was in flight ends and is rolled back (P11)', async () => {
    const { run, hosts } = await stuck()
    const [one = '', two = '', ...rest] = hosts
    const { status, reason } = await story.ended(run)
    assert.equal(status, 'rollbackFailed')
    assert.match(reason, new RegExp(`${one}: the rollback of recycle failed: .*start-pool failed on ${one}`))
    assert.match(reason, new RegExp(`${two}: .*recycle failed`))
    assert.match(reason, new RegExp(`not attempted: ${rest.join(', ')}`))
    assert.deepEqual(hosts.map(story.effects), [['recycle-pool', 'start-pool'], ['recycle-pool', 'start-pool'], [], []])
    assert.deepEqual(await eventsOf(story, run, 'rungReached'), [])
    await mentioned(story, run)
    const page = await until('the page', () => pageOf(run)[0])
    assert.deepEqual([page.status, page.triggers, page.payload['severity']], ['triggered', 1, 'critical'])
    assert.match(String(page.payload['summary']), /Recycle the IIS application pool.*the rollback of recycle failed/)
  })

  it('wakes a person until somebody takes it over', async () => {
    const { run } = await stuck()
    assert.equal((await story.ended(run)).status, 'rollbackFailed')
    await until('the page', () => pageOf(run).some(({ status }) => status === 'triggered'))
    const { text } = await story.say(approver, `takeover ${run} because "I look at it"`)
    assert.match(text, new RegExp(`Run ${run} is yours`))
    await until('the page to be quieted', () => pageOf(run).every(({ status }) => status === 'resolved'))
    assert.equal(pageOf(run).length, 1)
  })
})

/** The words that call for help name who is on call, in a way that wakes their phone. */
async function mentioned(story: Story, run: string): Promise<void> {
  await threadSays(story, run, /Please take over/)
  const card = story.cardOf(run)
  const texts = story.world.teams.thread(card?.conversationId ?? '')?.messages ?? []
  const call = texts.findLast(({ text }) => /Please take over/.test(text))
  assert.match(JSON.stringify(call?.activity['entities']), new RegExp(onCall.aadObjectId))
}
