// Owns the proof of the order in which many targets are taken: so many at once, pair by pair, wave by wave.
import assert from 'node:assert/strict'
import { cardSays } from './governance.ts'
import { approved, type Rollout, rollOut, touched, underWay, withRunbook } from './rollout.ts'
import { until } from './runbot.ts'
import { type Story, stage, wordsOf } from './story.ts'

/** Where in the log a host was first touched, and where it was done. */
async function spans(story: Story, { run, hosts }: Pick<Rollout, 'run' | 'hosts'>) {
  const log = await story.log(run)
  return hosts.map((host) => {
    const of = (type: string) => (event: (typeof log)[number]) =>
      event.type === type && 'target' in event && event.target === host
    return { host, from: log.findIndex(of('preflighted')), to: log.findIndex(of('verified')) }
  })
}

/** Fails unless each group is first looked at when all before it are wholly done. */
async function proveGroups(story: Story, rollout: Rollout, sizes: readonly number[]): Promise<void> {
  const all = await spans(story, rollout)
  let taken = 0
  for (const size of sizes) {
    const [before, group] = [all.slice(0, taken), all.slice(taken, taken + size)]
    for (const { host, from } of group)
      for (const earlier of before)
        assert.ok(from > earlier.to, `${host} was begun (${from}) before ${earlier.host} was done (${earlier.to})`)
    taken += size
  }
  assert.equal(taken, all.length)
}

const each = (hosts: readonly string[]) => hosts.map(() => ['recycle-pool'])

describe('story: many targets at once', () => {
  const story = stage(withRunbook({ targets: { max: 8, waves: ['100%'], concurrency: 3 } }))

  it('has three of six under way, never more, and tells of all of them on one card (P6)', async () => {
    const { ops } = story.world
    const release = ops.hold('recycle-pool')
    const { run, hosts } = await rollOut(story, 6)
    await underWay(story, 'recycle-pool', ...hosts.slice(0, 3))
    await cardSays(story, run, /0 of 6 targets done/)
    const card = wordsOf((await cardSays(story, run, /recycle running/)).card)
    for (const host of hosts) assert.match(card, new RegExp(host))
    release()
    assert.equal((await story.ended(run)).status, 'succeeded')
    assert.equal(ops.orders.most('recycle-pool'), 3)
    assert.deepEqual(hosts.map(story.effects), each(hosts))
    await cardSays(story, run, /6 of 6 targets done/)
    const cards = story.world.teams
      .threads()
      .flatMap(({ messages }) => messages.filter(({ card: found }) => found && wordsOf(found).includes(run)))
    assert.equal(cards.length, 1)
  })

  it('goes on with the next as soon as one is done, while another takes its time', async () => {
    const { orders } = story.world.ops
    const hosts = Array.from({ length: 5 }, story.host)
    const [slow = '', ...others] = hosts
    const release = story.world.ops.hold('recycle-pool', slow)
    const { run } = await approved(story, hosts, `restart-iis ${hosts.join(' ')}`)
    await until('all others to be done', async () =>
      (await spans(story, { run, hosts: others })).every(({ to }) => to > 0),
    )
    assert.deepEqual(orders.underWay('recycle-pool'), [slow])
    release()
    assert.equal((await story.ended(run)).status, 'succeeded')
    assert.deepEqual(hosts.map(story.effects), each(hosts))
  })
})

describe('story: waves and groups', () => {
  const story = stage(withRunbook({ targets: { max: 8, waves: ['100%'], batch: 2, concurrency: 4 } }))

  it('begins the next pair of a wave only when the pair before is wholly done', async () => {
    const { orders } = story.world.ops
    const hosts = Array.from({ length: 5 }, story.host)
    const [one = '', two = '', ...later] = hosts
    const release = story.world.ops.hold('recycle-pool', one)
    const { run, shown } = await approved(story, hosts, `restart-iis ${hosts.join(' ')}`)
    await until('the other of the pair to be done', async () => {
      const [, other] = await spans(story, { run, hosts })
      return (other?.to ?? -1) > 0
    })
    assert.deepEqual(touched(story, hosts), [one, two])
    assert.deepEqual(touched(story, later), [])
    release()
    assert.equal((await story.ended(run)).status, 'succeeded')
    await proveGroups(story, { run, hosts, shown }, [2, 2, 1])
    assert.deepEqual(hosts.map(story.effects), each(hosts))
    assert.equal(orders.most('recycle-pool'), 2)
  })
})

describe('story: waves that add up', () => {
  const story = stage(withRunbook({ targets: { max: 8, waves: [1, '50%', '100%'], concurrency: 2 } }))

  it('takes one of six, then up to half of them, then the rest', async () => {
    const rollout = await rollOut(story, 6)
    assert.equal((await story.ended(rollout.run)).status, 'succeeded')
    await proveGroups(story, rollout, [1, 2, 3])
    assert.deepEqual(rollout.hosts.map(story.effects), each(rollout.hosts))
    assert.equal(story.world.ops.orders.most('recycle-pool'), 2)
  })
})
