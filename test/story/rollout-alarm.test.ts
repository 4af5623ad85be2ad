// Owns the proof that the alarm of a rollout is looked at before each further target, and brakes it where it does not hold.
import assert from 'node:assert/strict'
import { amend, cardSays, eventsOf, GOVERNANCE, threadSays } from './governance.ts'
import { ALARM, breakForGood, measure, rollOut, storyOf, touched, underWay, withRunbook } from './rollout.ts'
import { until } from './runbot.ts'
import { type Story, stage } from './story.ts'

const UNDONE = ['recycle-pool', 'start-pool']
const targets = { max: 8, waves: [1, '100%'], concurrency: 2, alarm: ALARM }
const RAISED =
  /the alarm of this rollout was raised: .*result\.value < 0\.5 does not hold, it is \{"value":0\.9,"series":1\}/

/** Nothing was ever begun on these hosts that could change something. */
async function untouched(story: Story, run: string, hosts: readonly string[]): Promise<void> {
  assert.deepEqual(touched(story, hosts), [])
  for (const host of hosts)
    assert.doesNotMatch((await storyOf(story, run, host)).join(), /actionStarted/, `nothing was begun on ${host}`)
}

describe('story: the alarm of a rollout', () => {
  const story = stage(withRunbook({ targets }))
  let [ratio, looks]: [number | null, number] = [0, 0]
  before(() => {
    measure(story, () => {
      looks += 1
      return ratio
    })
  })
  beforeEach(() => {
    ;[ratio, looks] = [0.1, 0]
  })

  it('is not looked at before the first target, then before each; while it is quiet the rollout goes on', async () => {
    const release = story.world.ops.hold('recycle-pool')
    const { run, hosts } = await rollOut(story, 4)
    await underWay(story, 'recycle-pool', hosts[0] ?? '')
    assert.equal(looks, 0)
    release()
    assert.equal((await story.ended(run)).status, 'succeeded')
    assert.deepEqual(touched(story, hosts), hosts)
    assert.equal(looks, 3)
  })

  it('raised between waves: nothing more is touched, and a person is called with the reason', async () => {
    const release = story.world.ops.hold('recycle-pool')
    const { run, hosts } = await rollOut(story, 3)
    const [first = '', ...rest] = hosts
    await underWay(story, 'recycle-pool', first)
    ratio = 0.9
    release()
    const { status, reason } = await story.ended(run)
    assert.equal(status, 'needsHuman')
    assert.match(reason, RAISED)
    assert.match(
      reason,
      new RegExp(`${first}: finished before \\(succeeded\\); ${rest[0]}: stopped; ${rest[1]}: stopped`),
    )
    assert.deepEqual(story.effects(first), ['recycle-pool'])
    await untouched(story, run, rest)
    await cardSays(story, run, /1 of 3 targets done/)
    await threadSays(story, run, /Needs a person.*alarm of this rollout was raised/)
  })

  it('raised within a wave: what is in flight is followed to its end and rolled back where it failed (P11)', async () => {
    const { orders } = story.world.ops
    const releases: Record<string, () => void> = {}
    const { run, hosts } = await rollOut(story, 5, ([, two = '', three = '']) => {
      breakForGood(story, three)
      for (const host of [two, three]) releases[host] = story.world.ops.hold('recycle-pool', host)
    })
    const [one = '', two = '', three = '', ...rest] = hosts
    await underWay(story, 'recycle-pool', two, three)
    ratio = 0.9
    releases[two]?.()
    const braked = await until('the brake', async () => (await eventsOf(story, run, 'braked'))[0])
    assert.match(braked.reason, RAISED)
    assert.deepEqual(orders.underWay('recycle-pool'), [three])
    releases[three]?.()
    const { status, reason } = await story.ended(run)
    assert.equal(status, 'needsHuman')
    assert.match(reason, RAISED)
    for (const host of [one, two]) assert.match(reason, new RegExp(`${host}: finished before \\(succeeded\\)`))
    assert.match(reason, new RegExp(`${three}: finished before \\(rolledBack\\)`))
    for (const host of rest) assert.match(reason, new RegExp(`${host}: stopped`))
    assert.deepEqual(hosts.map(story.effects), [['recycle-pool'], ['recycle-pool'], UNDONE, [], []])
    await untouched(story, run, rest)
  })

  it('that measures nothing counts as raised (P5)', async () => {
    ratio = null
    const { run, hosts } = await rollOut(story, 2)
    const { status, reason } = await story.ended(run)
    assert.equal(status, 'needsHuman')
    assert.match(reason, /alarm of this rollout was raised: .*it is \{"value":null,"series":0\}/)
    assert.deepEqual(touched(story, hosts), hosts.slice(0, 1))
  })
})

describe('story: an alarm that cannot be read (time passes 30 times as fast)', () => {
  const story = stage(
    withRunbook(
      { targets },
      {
        speed: 30,
        edit: (place) => amend(place, GOVERNANCE, { rules: { 'one-approver': { expires: '6m', remind: '5m' } } }),
      },
    ),
  )
  before(() => measure(story, () => 0.1))

  /** A run whose first host is done, and that waits for an alarm which nobody can read. */
  const waiting = async () => {
    await story.world.prometheus.down()
    const { run, hosts } = await rollOut(story, 2)
    await until('the wait', async () =>
      (await eventsOf(story, run, 'waited')).some(({ reason }) =>
        /the alarm of this rollout cannot be read/.test(reason),
      ),
    )
    await cardSays(story, run, /the alarm of this rollout cannot be read/)
    return { run, hosts }
  }

  it('is waited for in sight of everybody, and the rollout goes on when it can be read and is quiet', async () => {
    const { run, hosts } = await waiting()
    assert.deepEqual(touched(story, hosts), hosts.slice(0, 1))
    await story.world.prometheus.up()
    assert.equal((await story.ended(run)).status, 'succeeded')
    assert.deepEqual(hosts.map(story.effects), [['recycle-pool'], ['recycle-pool']])
  })

  it('calls a person where it stays so until the approval has expired; nothing more was touched (P5)', async () => {
    const { run, hosts } = await waiting()
    const { status, reason } = await story.ended(run, 25_000)
    assert.equal(status, 'needsHuman')
    assert.match(reason, /it could not be checked in time: the alarm of this rollout cannot be read/)
    assert.deepEqual(touched(story, hosts), hosts.slice(0, 1))
    await untouched(story, run, hosts.slice(1))
    await story.world.prometheus.up()
  })
})
