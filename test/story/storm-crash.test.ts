// Owns the proof that a storm is counted exactly and proposed once, however often its replicas are killed (P8).
import assert from 'node:assert/strict'
import { canonicalJson, sha256Hex } from '../../src/adapters/store/hashing.ts'
import { alertLedger, totalOf } from '../../src/app/alert-ledger.ts'
import { systemClock } from '../../src/ports/clock.ts'
import { until } from './runbot.ts'
import { env, type Firing, openDoors, sendAll } from './storm.ts'
import { stage } from './story.ts'

const ALERTS = 600

describe('story: a storm during which runbot is killed', function () {
  this.timeout(240_000)
  const story = stage({ count: 2, edit: openDoors, env })
  const hosts = ['web-01', 'web-02']
  const all = Array.from(
    { length: ALERTS },
    (_, n): Firing => ({ name: `c${n}`, ci: hosts[n % 2] ?? '', alertname: 'High5xx' }),
  )
  const tally = async () =>
    alertLedger({
      store: await story.store(),
      hash: { canonicalize: canonicalJson, digest: sha256Hex },
      clock: systemClock,
    }).tally()

  it('has one incident and one run per cause, and every event counted once', async () => {
    for (let part = 0; part < 3; part += 1) {
      const some = all.slice(part * 200, (part + 1) * 200)
      await sendAll(story.bot().url, some, 16)
      await story.bot().kill()
      await story.restart()
      // What the sender does not know to have arrived it sends again.
      await sendAll(story.bot().url, some, 16)
    }
    await until('every event counted', async () => totalOf((await tally()).sums) === ALERTS, 60_000)
    const { counts, sums } = await tally()
    assert.deepEqual(
      [...counts.values()],
      [
        { members: ALERTS / 2, resolved: 0 },
        { members: ALERTS / 2, resolved: 0 },
      ],
    )
    assert.deepEqual([sums.proposed, sums.joined], [2, ALERTS - 2])
    const opened = story.world.servicenow.rows('incident').filter((row) => row.correlation_id?.startsWith('runbot-'))
    assert.equal(opened.length, 2)
    const runs = await story.runs()
    assert.equal(runs.length, 2)
    for (const run of runs)
      await until(
        'the exact count',
        async () => (await story.log(run)).some((event) => event.type === 'stormGrew' && event.members === ALERTS / 2),
        90_000,
      )
  })
})
