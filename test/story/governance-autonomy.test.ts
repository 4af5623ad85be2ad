// Owns the proof that autonomy is set by its role alone, holds from the next decision on, and never frees tier 3 (P1).
import assert from 'node:assert/strict'
import { PEOPLE } from '../sandbox/world/people.ts'
import { amend, begin, click, eventsOf, GOVERNANCE, RUNBOOK } from './governance.ts'
import { stage } from './story.ts'

const { approver, changeManager, requester } = PEOPLE

describe('story: autonomy', () => {
  const story = stage({
    count: 6,
    edit: (place) => {
      amend(place, GOVERNANCE, {
        overrides: [{ runbook: 'restart-iis', environment: 'prod', tier: 1, to: 'auto' }],
      })
      place.add('catalog/drain-iis.yaml', RUNBOOK, (text) =>
        text
          .replace('runbook: restart-iis', 'runbook: drain-iis')
          .replace('"IIS Web Tier"', '"Printer"')
          .replace('tier: 1', 'tier: 3'),
      )
    },
  })
  const raise = async () => {
    const { host, number } = story.raise()
    return { host, number, run: await story.runOf(number) }
  }
  const set = async (as: typeof approver, words: string) => (await story.say(as, `autonomy ${words}`)).text

  it('is what the file says until somebody of its role sets it; others are refused, and that is kept (P10, P12)', async () => {
    assert.match(await set(approver, 'shadow restart-iis'), /You may not set autonomy: .* member of change-managers/)
    const { run, host } = await raise()
    assert.equal((await story.ended(run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    assert.deepEqual(await eventsOf(story, run, 'approved'), [])
    const control = await story.control()
    assert.equal(control.filter((event) => event.type === 'commandRefused' && event.command === 'autonomy').length, 1)
    assert(control.every((event) => event.type !== 'autonomySet'))
  })

  it('holds from the next decision on, and not for a runbook that it does not name (P1, P4)', async () => {
    assert.match(await set(changeManager, 'approve restart-iis prod'), /Autonomy of restart-iis in prod is approve now/)
    const { number, host } = await raise()
    const shown = await story.asked(number)
    assert.deepEqual(story.effects(host), [])
    await click(story, shown, { as: approver })
    assert.equal((await story.ended(shown.run)).status, 'succeeded')
    const entry = (await story.control()).find((event) => event.type === 'autonomySet')
    assert.deepEqual([entry?.level, entry?.runbook, entry?.environment], ['approve', 'restart-iis', 'prod'])
    assert.equal(entry?.by?.id, changeManager.aadObjectId)
  })

  it('records what would have run in shadow, and shows no card (P1)', async () => {
    await set(changeManager, 'shadow restart-iis prod')
    const { run, host } = await raise()
    assert.equal((await story.ended(run)).status, 'recorded')
    assert.deepEqual(story.effects(host), [])
    assert.equal(story.cardOf(run), undefined)
  })

  it('stops a run that was approved under the level before, where shadow came between click and request (P2)', async () => {
    await set(changeManager, 'approve restart-iis prod because "it was right so far"')
    const { number, host } = await raise()
    const shown = await story.asked(number)
    await set(changeManager, 'shadow restart-iis prod')
    await click(story, shown, { as: approver })
    const { status, reason } = await story.ended(shown.run)
    assert.deepEqual([status, reason], ['stoppedByPolicy', 'autonomy is shadow by now'])
    assert.deepEqual(story.effects(host), [])
  })

  it('is the file’s again after default (P4)', async () => {
    assert.match(
      await set(changeManager, 'default restart-iis prod because "as before"'),
      /is what governance\.yaml says again/,
    )
    const { run, host } = await raise()
    assert.equal((await story.ended(run)).status, 'succeeded')
    assert.deepEqual(await eventsOf(story, run, 'approved'), [])
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })

  it('never makes tier 3 automatic, whatever is set (P1)', async () => {
    await set(changeManager, 'auto')
    assert.match(await set(changeManager, 'auto drain-iis prod'), /Tier 3 is never automatic/)
    const host = story.host()
    const run = await begin(story, requester, `drain-iis ${host}`)
    const { status, reason } = await story.ended(run)
    assert.equal(status, 'needsHuman')
    assert.match(reason, /tier 3 in prod is for people only/)
    assert.deepEqual(story.effects(host), [])
  })
})
