// Owns the proof that SIGKILL in the middle of a rollout, and a restart, leave at most one effect per step and target (P3).
import assert from 'node:assert/strict'
import { eventsOf } from './governance.ts'
import { breakForGood, recycle, rollOut, underWay, withRunbook } from './rollout.ts'
import { until } from './runbot.ts'
import { type Story, stage } from './story.ts'

const PRELOAD = new URL('kill-at.ts', import.meta.url).href

/** What happens in the process, and at which time of it the process dies; the launches are counted with their answers. */
const DEATHS: readonly (readonly [what: string, nth: number])[] = [
  ['actionStarted', 1],
  ['actionStarted', 3],
  ['actionStarted', 6],
  ['actionAccepted', 2],
  ['actionEnded', 1],
  ['actionEnded', 4],
  ['verified', 2],
  ['rollbackStarted', 1],
  ['rollbackEnded', 1],
  ['/v1/runs', 7],
  ['/v1/runs', 10],
  ['/v1/runs', 15],
  ['/v1/runs', 22],
]

describe('story: SIGKILL while several targets are in flight', function () {
  this.timeout(120_000)
  const story = stage(
    withRunbook(
      { targets: { max: 8, waves: [2, '100%'], concurrency: 3, stopAfterFailures: 3 }, steps: [recycle()] },
      { count: 6 * (DEATHS.length + 1) },
    ),
  )

  /** Fails unless each of these hosts was recycled once; of those that failed each was rolled back once. */
  async function proveOnce(
    from: Story,
    run: string,
    hosts: readonly string[],
    broken: readonly string[],
  ): Promise<void> {
    const { status, reason } = await from.ended(run, 60_000)
    assert.equal(status, 'rolledBack', reason)
    assert.deepEqual(
      hosts.map((host) => [host, from.effects(host)]),
      hosts.map((host) => [host, broken.includes(host) ? ['recycle-pool', 'start-pool'] : ['recycle-pool']]),
    )
    const keys = (await eventsOf(from, run, 'actionStarted')).map(({ target, key }) => `${target} ${key}`)
    assert.deepEqual([keys.length, new Set(keys).size], [hosts.length, hosts.length])
  }

  it('three requests are under way over there: each is asked after, and none is sent again', async () => {
    const releases: (() => void)[] = []
    const { run, hosts } = await rollOut(story, 6, (all) => {
      breakForGood(story, all[3])
      for (const host of all.slice(2)) releases.push(story.world.ops.hold('recycle-pool', host))
    })
    const [, , three = '', four = '', five = ''] = hosts
    await underWay(story, 'recycle-pool', three, four, five)
    await story.bot().kill()
    await story.restart()
    for (const release of releases) release()
    await proveOnce(story, run, hosts, [four])
  })

  for (const [what, nth] of DEATHS)
    it(`at ${what}, time ${nth}`, async () => {
      await story.bot().stop()
      await story.restart({ RUNBOT_IMPORT: PRELOAD, RUNBOT_KILL_ON: what, RUNBOT_KILL_NTH: String(nth) })
      const dying = story.bot()
      const { run, hosts } = await rollOut(story, 6, (all) => breakForGood(story, all[3]))
      const lived = story.ended(run, 60_000).then(({ reason }) => `it lived: ${reason}`)
      assert.equal(await Promise.race([dying.gone, lived]), null, 'it was killed')
      await story.restart()
      await proveOnce(story, run, hosts, hosts.slice(3, 4))
    })

  it('gives every CI back in the end (P7)', async () => {
    await until('every lock to be given back', async () => (await (await story.store()).all('lock')).length === 0)
  })
})
