// Owns the proof that a whole run costs no more of Cosmos DB than was measured: a change that makes it dearer is seen here.
import assert from 'node:assert/strict'
import { replicas } from './replicas-stage.ts'
import { until } from './runbot.ts'

/**
 * Writes of one run and their request units by the sandbox's estimate, as measured for restart-iis in production, approved
 * by one person, plus a tenth. Reads depend on how long the run takes, so they have no ceiling here; `npm run bench --
 * cosmos` prints them.
 */
const CEILING = { batch: 18, replace: 33, create: 9, patch: 2, delete: 2 }
const UNITS = 880
const RUNS = 3

describe('story: what a run costs on Cosmos DB', () => {
  const story = replicas({
    size: 1,
    env: { RUNBOT_LEASE_MS: '30000' },
    // As infra/servicenow: what runbot itself wrote is not announced to it.
    announce: ({ sys_updated_by }) => sys_updated_by !== 'runbot',
  })
  const wholeRun = async () => {
    const { number } = story.raise()
    const { message, run } = await story.asked(number)
    await story.world.teams.click({ as: story.world.people.approver, message: message.id, verb: 'approve' })
    assert.equal((await story.ended(run)).status, 'succeeded')
    const isOver = async () => (await (await story.store()).record(run))?.lease === null
    await until('the lease is given up', isOver)
  }

  it('is no more than was measured', async () => {
    // The first one finds nothing remembered yet.
    await wholeRun()
    story.cosmos().reset()
    for (let index = 0; index < RUNS; index += 1) await wholeRun()
    const { kinds } = story.cosmos().meter()
    const perRun = (kind: keyof typeof CEILING, of: 'requests' | 'units') => (kinds[kind]?.[of] ?? 0) / RUNS
    const writes = Object.keys(CEILING) as (keyof typeof CEILING)[]
    for (const kind of writes)
      assert.ok(perRun(kind, 'requests') <= CEILING[kind], `${kind}: ${perRun(kind, 'requests')} a run`)
    const units = writes.reduce((sum, kind) => sum + perRun(kind, 'units'), 0)
    assert.ok(units <= UNITS, `${units} RU a run`)
  })
})
