// Owns the proof that a freeze in the middle of a rollout lets what is under way end, and leaves the rest to a person (P2, P11).
import assert from 'node:assert/strict'
import { PEOPLE } from '../sandbox/world/people.ts'
import { eventsOf } from './governance.ts'
import { breakForGood, rollOut, underWay, withRunbook } from './rollout.ts'
import { until } from './runbot.ts'
import { stage } from './story.ts'

const { approver, changeManager, secondApprover } = PEOPLE

describe('story: a freeze while several targets are in flight', () => {
  const story = stage(withRunbook({ targets: { max: 8, waves: ['100%'], concurrency: 2, stopAfterFailures: 5 } }))

  it('begins nothing new, sends no rollback, and ends with a person who knows of each target', async () => {
    const { ops } = story.world
    const releases: (() => void)[] = []
    const { run, hosts } = await rollOut(story, 4, ([one = '', two = '']) => {
      breakForGood(story, two)
      for (const host of [one, two]) releases.push(ops.hold('recycle-pool', host))
    })
    const [one = '', two = '', ...rest] = hosts
    await underWay(story, 'recycle-pool', one, two)
    await story.say(secondApprover, 'freeze because "something is wrong"')
    // The third target is refused while the second is still in flight; only then that one fails.
    releases[0]?.()
    await until('the brake', async () => (await eventsOf(story, run, 'braked')).length > 0)
    releases[1]?.()
    const { status, reason } = await story.ended(run)
    assert.equal(status, 'needsHuman')
    assert.match(reason, new RegExp(`recycle on ${two} is to be rolled back, but freeze: .*something is wrong`))
    assert.match(reason, new RegExp(`${one}: finished before \\(succeeded\\)`))
    assert.match(reason, new RegExp(`${two}: stopped, recycle failed and was not rolled back`))
    for (const host of rest) assert.match(reason, new RegExp(`${host}: stopped`))
    assert.deepEqual(hosts.map(story.effects), [['recycle-pool'], ['recycle-pool'], [], []])

    await story.say(changeManager, 'unfreeze')
    await story.say(approver, `resume ${run} because "it is over"`)
    await until('the second end', async () => (await eventsOf(story, run, 'finished')).length === 2)
    assert.equal((await story.ended(run)).status, 'rolledBack')
    assert.deepEqual(hosts.map(story.effects), [
      ['recycle-pool'],
      ['recycle-pool', 'start-pool'],
      ['recycle-pool'],
      ['recycle-pool'],
    ])
  })
})
