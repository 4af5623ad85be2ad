// Owns the proof that a run that went wrong by itself takes its runbook's autonomy back, once, with a trail (P1, P4, P6).
import assert from 'node:assert/strict'
import { PEOPLE } from '../sandbox/world/people.ts'
import { amend, eventsOf, GOVERNANCE, RUNBOOK } from './governance.ts'
import { until } from './runbot.ts'
import { stage } from './story.ts'

const { changeManager } = PEOPLE
/** Not the channel that watches, where the run's own thread stands. */
const DEFAULT = '19:incidents@thread.tacv2'

describe('story: autonomy taken back', () => {
  const story = stage({
    count: 5,
    edit: (place) => {
      amend(place, GOVERNANCE, {
        overrides: [{ runbook: 'restart-iis', environment: 'prod', tier: 1, to: 'auto' }],
        channels: { default: DEFAULT },
      })
      // No second rung: what failed is rolled back, and the run is over.
      place.edit(RUNBOOK, (text) => text.replace(/\n {2}# The next rung[\s\S]*?(?=\nonSuccess)/, ''))
    },
  })
  const raise = async () => {
    const raised = story.raise()
    return { ...raised, run: await story.runOf(raised.number) }
  }
  const lowered = async () => (await story.control()).filter((event) => event.type === 'autonomySet' && !event.by)
  const say = async (text: string) => (await story.say(changeManager, text)).text

  it('sets a runbook from auto to approve where it was rolled back, and says so in the thread', async () => {
    const first = await raise()
    assert.equal((await story.ended(first.run)).status, 'succeeded')
    assert.deepEqual(await eventsOf(story, first.run, 'demoted'), [])
    const host = story.host()
    story.world.ops.orders.fail('recycle-pool', host)
    const { number } = story.raise({ host })
    const run = await story.runOf(number)
    assert.equal((await story.ended(run)).status, 'rolledBack')
    const [event] = await until('the demotion', async () => {
      const found = await eventsOf(story, run, 'demoted')
      return found.length > 0 ? found : undefined
    })
    assert.deepEqual([event?.environments, event?.reason], [['prod'], `recycle-pool on ${host} was rolled back`])
    const [entry, ...more] = await lowered()
    assert.deepEqual(more, [])
    assert.equal(entry?.type, 'autonomySet')
    assert.deepEqual(
      entry?.type === 'autonomySet' && [entry.level, entry.runbook, entry.environment, entry.by, entry.run],
      ['approve', 'restart-iis', 'prod', null, run],
    )
    const isTold = (text: string) => /asks people in prod from now on/.test(text) && text.includes(run)
    await until('the thread', () => story.thread(run).some(isTold))
    const inDefault = () =>
      story.world.teams
        .threads()
        .filter(({ channelId }) => channelId === DEFAULT)
        .flatMap(({ messages }) => messages.filter(({ text }) => isTold(text)))
    await until('the default channel', () => inDefault().length > 0)
    assert.equal(inDefault().length, 1)
  })

  it('asks from then on, also after a start anew, and until a person says otherwise with a reason (P1, P12)', async () => {
    await story.bot().kill()
    await story.restart()
    const { number, host } = story.raise()
    await story.asked(number)
    assert.deepEqual(story.effects(host), [])
    assert.match(await say('explain'), /set by runbot itself on/)
    assert.match(await say('autonomy auto restart-iis prod'), /that takes a reason/)
    assert.match(await say('autonomy auto restart-iis prod because "the agent is mended"'), /is \*\*auto\*\* now/)
    const next = await raise()
    assert.equal((await story.ended(next.run)).status, 'succeeded')
    assert.equal((await lowered()).length, 1)
  })
})
