// Owns the proof that a wave which asks is not touched before its own approval (P1).
import assert from 'node:assert/strict'
import { PEOPLE } from '../sandbox/world/people.ts'
import { amend, asking, begin, click, eventsOf, RUNBOOK, refused, threadSays } from './governance.ts'
import { stage } from './story.ts'

const { approver, outsider, requester, secondApprover } = PEOPLE

describe('story: waves that ask', () => {
  const story = stage({
    count: 4,
    edit: (place) => amend(place, RUNBOOK, { targets: { waves: [1, '100%'], approval: 'always' } }),
  })

  /** A run on two hosts whose first wave is done and whose second one asks. */
  const untilSecondWave = async () => {
    const hosts = [story.host(), story.host()] as const
    const run = await begin(story, requester, `restart-iis ${hosts.join(' ')}`)
    const first = await asking(story, run)
    await click(story, first, { as: approver })
    return { hosts, run, first, second: await asking(story, run, 'wave:2') }
  }

  it('sends nothing to the second wave before its approval, whoever approved the first one (P1)', async () => {
    const { hosts, run, first, second } = await untilSecondWave()
    const [one, two] = hosts
    assert.deepEqual([story.effects(one), story.effects(two)], [['recycle-pool'], []])
    await threadSays(story, run, /Approval needed for wave 2/)
    assert.match(await refused(story, first, { as: secondApprover }), /this was already decided/)
    assert.match(await refused(story, second, { as: outsider }), /you are not in web-platform/)
    assert.match(await refused(story, second, { as: requester }), /you are not in|you requested/)
    assert.deepEqual(story.effects(two), [])
    await click(story, second, { as: secondApprover })
    assert.equal((await story.ended(run)).status, 'succeeded')
    assert.deepEqual([story.effects(one), story.effects(two)], [['recycle-pool'], ['recycle-pool']])
    const scopes = (await eventsOf(story, run, 'approved')).map(({ scope }) => scope)
    assert.deepEqual(scopes, ['run', 'wave:2'])
  })

  it('needs a person where the second wave is rejected: what was done stays done, the rest is not touched (P1, P11)', async () => {
    const { hosts, run, second } = await untilSecondWave()
    const [one, two] = hosts
    await click(story, second, { as: secondApprover, verb: 'reject', inputs: { note: 'one is enough' } })
    const { status, reason } = await story.ended(run)
    assert.equal(status, 'needsHuman')
    assert.match(reason, /Jonas Weber rejected wave:2: one is enough/)
    assert.deepEqual([story.effects(one), story.effects(two)], [['recycle-pool'], []])
    const log = await story.log(run)
    const onSecond = log.filter(
      (event) => 'target' in event && event.target === two && event.type !== 'evidenceCaptured',
    )
    assert.deepEqual(onSecond, [])
  })
})
