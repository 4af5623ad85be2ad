// Owns the proof that too many failures stop a rollout: nothing new is begun, what is in flight ends, and each host is told of honestly.
import assert from 'node:assert/strict'
import { cardSays, eventsOf } from './governance.ts'
import { breakForGood, type Rollout, recycle, rollOut, storyOf, touched, underWay, withRunbook } from './rollout.ts'
import { until } from './runbot.ts'
import { type Story, stage } from './story.ts'

const START = { do: 'ops.start_pool', with: { host: '${target}' } }
const UNDONE = ['recycle-pool', 'start-pool']

/** Resolves when the recycle of a host was rolled back. */
const undone = (story: Story, { run }: Pick<Rollout, 'run'>, host = '') =>
  until(`the rollback of ${host}`, async () =>
    (await eventsOf(story, run, 'rollbackEnded')).find(({ target }) => target === host),
  )

for (const limit of ['34%', 2] as const)
  describe(`story: a rollout to six that stops after ${limit} failures`, () => {
    const story = stage(withRunbook({ targets: { max: 8, waves: ['100%'], concurrency: 3, stopAfterFailures: limit } }))

    it('lets one failure pass; after the second it follows what is in flight, and begins nothing new (P11)', async () => {
      const { orders } = story.world.ops
      const releases: Record<string, () => void> = {}
      const rollout = await rollOut(story, 6, ([one, two, three, four]) => {
        for (const host of [one, two, four]) breakForGood(story, host)
        for (const host of [one, two, three, four])
          releases[host ?? ''] = story.world.ops.hold('recycle-pool', host ?? '')
      })
      const { run, hosts } = rollout
      const [one = '', two = '', three = '', four = '', ...rest] = hosts
      await underWay(story, 'recycle-pool', one, two, three)
      releases[one]?.()
      await underWay(story, 'recycle-pool', two, three, four)
      releases[two]?.()
      await undone(story, rollout, two)
      // Both of them end after the brake has fallen: one well, one not.
      releases[four]?.()
      await undone(story, rollout, four)
      assert.deepEqual(orders.underWay('recycle-pool'), [three])
      releases[three]?.()
      const { status, reason } = await story.ended(run)
      assert.equal(status, 'rolledBack')
      for (const host of [one, two, four]) assert.match(reason, new RegExp(`${host}: recycle failed: not within`))
      assert.doesNotMatch(reason, new RegExp(three))
      assert.match(reason, new RegExp(`not attempted: ${rest.join(', ')}`))
      assert.deepEqual(hosts.map(story.effects), [UNDONE, UNDONE, ['recycle-pool'], UNDONE, [], []])
      for (const host of rest) assert.deepEqual(await storyOf(story, run, host), [])
      assert.equal(orders.most('recycle-pool'), 3)
      await cardSays(story, run, /1 of 6 targets done/)
    })
  })

describe('story: a brake that falls in the middle of ladders', () => {
  const story = stage(
    withRunbook({
      targets: { max: 8, waves: ['100%'], concurrency: 3, stopAfterFailures: 1 },
      steps: [
        recycle(),
        { id: 'start', when: 'steps["recycle"].failed && target != "web-01"', tier: 1, action: START },
        { id: 'finish', tier: 1, action: START },
      ],
    }),
  )

  it('says of a host that was begun how far it came, and never that it was not attempted (P11)', async () => {
    const releases: (() => void)[] = []
    const { run, hosts } = await rollOut(story, 4, (all) => {
      const [one, , three] = all
      for (const host of [one, three]) breakForGood(story, host)
      for (const host of all) releases.push(story.world.ops.hold('recycle-pool', host))
    })
    const [one = '', two = '', three = '', four = ''] = hosts
    const [first, ...later] = releases
    await underWay(story, 'recycle-pool', one, two, three)
    first?.()
    await undone(story, { run }, one)
    await until('the end of the first', async () => (await eventsOf(story, run, 'stepSkipped')).length === 2)
    for (const release of later) release()
    const { status, reason } = await story.ended(run)
    assert.equal(status, 'rolledBack')
    assert.match(reason, new RegExp(`${one}: recycle failed`))
    assert.match(reason, new RegExp(`${two}: stopped after recycle`))
    assert.match(reason, new RegExp(`${three}: (?!not attempted).*recycle`))
    assert.match(reason, new RegExp(`not attempted: ${four}$`))
    assert.deepEqual(hosts.map(story.effects), [UNDONE, ['recycle-pool'], UNDONE, []])
    assert.deepEqual(touched(story, [four]), [])
  })
})
