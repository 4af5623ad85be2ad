// Owns the proof that one replica alone polls ServiceNow, and that another takes its turn when it is gone.
import assert from 'node:assert/strict'
import { isObject } from '../../src/core/values.ts'
import { prepare, recycleStep } from './hand.ts'
import { replicas } from './replicas-stage.ts'
import { until } from './runbot.ts'

/** Each test, also on a machine that does other things at the same time. */
const BUSY_MS = 120_000

const POLL_MS = 400
const POLLS = 12

describe('story: several replicas that may poll', function () {
  this.timeout(BUSY_MS)
  const story = replicas({
    count: 6,
    edit: (place) => prepare(place, [recycleStep()]),
    env: { SERVICENOW_POLL_MS: String(POLL_MS), RUNBOT_LEASE_MS: '1500' },
  })
  const polls = () =>
    story.world.servicenow.requests.filter(
      ({ path, query }) => path.endsWith('/incident') && /sys_updated_on/.test(query['sysparm_query'] ?? ''),
    )
  const whoseTurn = async () => {
    const value = (await (await story.store()).get('turn', 'servicenow-poll'))?.value
    const owner = isObject(value) ? String(value['owner']) : ''
    return story.replicas().find(({ pid }) => owner.split('/')[1] === String(pid))
  }

  it('one of them does, and another one goes on when it was killed (P8)', async () => {
    const polling = await until('somebody whose turn it is', whoseTurn)
    const before = polls().length
    const since = Date.now()
    await until('some polls', () => polls().length >= before + POLLS)
    const took = Date.now() - since
    // Were all of them polling, it would take a third of that; a busy machine only makes it longer.
    assert(took > ((POLLS - 1) * POLL_MS * 2) / 3, `${POLLS} polls in ${took} ms`)
    assert.equal((await whoseTurn())?.pid, polling.pid)

    await polling.kill()
    const { number } = story.silently()
    await story.asked(number)
    const next = await until('the next one', whoseTurn)
    assert.notEqual(next.pid, polling.pid)
    assert.equal((await story.runsOf(number)).length, 1)
  })
})
