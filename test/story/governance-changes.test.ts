// Owns the proof that a pre-approved class leaves one standard change behind, opened before and closed after, and heeds conflicts.
import assert from 'node:assert/strict'
import { requestTo } from '../sandbox/faults.ts'
import type { Row } from '../sandbox/servicenow/records.ts'
import { PEOPLE } from '../sandbox/world/people.ts'
import { STANDARD_CHANGE } from '../sandbox/world/seed.ts'
import { amend, asking, click, closeCalendars, eventsOf, GOVERNANCE, RUNBOOK, some, threadSays } from './governance.ts'
import { until } from './runbot.ts'
import { stage } from './story.ts'

const { approver, changeManager } = PEOPLE

describe('story: changes as evidence', () => {
  const story = stage({
    count: 6,
    edit: (place) => {
      closeCalendars(place)
      place.edit(RUNBOOK, (text) => text.replaceAll(/within: (5s|5m)/g, 'within: 800ms'))
      amend(place, RUNBOOK, { limits: { changeWindow: { in: ['prod'], conflicts: 'stop' } } })
      amend(place, GOVERNANCE, { classes: { 'elevated-error-rate': { standardChange: STANDARD_CHANGE } } })
    },
  })
  const changesOf = (run: string): readonly Row[] =>
    story.world.servicenow.rows('change_request').filter((row) => row['correlation_id'] === run)
  const closed = (run: string) =>
    until('the change to be closed', () => changesOf(run).find(({ state }) => state === '3'))
  const ask = async () => {
    const { host, number } = story.raise()
    return { host, number, shown: await story.asked(number) }
  }

  it('opens the standard change before anything is sent, with the run’s id, and closes it as successful (P2, P4)', async () => {
    const { host, shown } = await ask()
    assert.deepEqual(changesOf(shown.run), [])
    story.world.ops.setDuration('pool-status', 300)
    await click(story, shown, { as: approver })
    const [change] = await until('the change', () => some(changesOf(shown.run)))
    assert.deepEqual(story.effects(host), [])
    assert.equal((await story.ended(shown.run)).status, 'succeeded')
    story.world.ops.setDuration('pool-status', 0)
    const types = (await story.log(shown.run)).map(({ type }) => type)
    assert(types.indexOf('standardChangeOpened') < types.indexOf('actionStarted'))
    await threadSays(story, shown.run, new RegExp(`Standard change \\*\\*${change?.['number']}\\*\\* was opened`))
    const { close_code: code, close_notes: notes = '' } = await closed(shown.run)
    assert.equal(code, 'successful')
    assert.match(notes, new RegExp(`runbot ${shown.run}: verified on ${host}`))
    assert.equal(changesOf(shown.run).length, 1)
  })

  it('closes it as unsuccessful where the automation did not help (P4)', async () => {
    const { host, shown } = await ask()
    story.world.sites[host]?.setRecycleOutcome('broken')
    await click(story, shown, { as: approver })
    await click(story, await asking(story, shown.run, 'step:iisreset'), { as: changeManager, verb: 'reject' })
    assert.equal((await story.ended(shown.run)).status, 'needsHuman')
    assert.equal((await closed(shown.run))['close_code'], 'unsuccessful')
    assert.equal(changesOf(shown.run).length, 1)
  })

  it('opens none twice where runbot died before it knew of the first (P3)', async () => {
    const { host, shown } = await ask()
    const creating = requestTo('POST', '/api/sn_chg_rest/change/standard/')
    story.world.servicenow.faults.add({ fault: { slow: 3_000 }, commit: true, match: creating })
    await click(story, shown, { as: approver })
    await until('the change', () => story.world.servicenow.rows('change_request').some(isUnsettled))
    await story.bot().kill()
    assert.deepEqual(await eventsOf(story, shown.run, 'standardChangeOpened'), [])
    const before = story.world.servicenow.rows('change_request').length
    await story.restart()
    assert.equal((await story.ended(shown.run)).status, 'succeeded')
    await closed(shown.run)
    assert.equal(changesOf(shown.run).length, 1)
    assert.equal(story.world.servicenow.rows('change_request').length, before)
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })

  it('opens none and sends nothing where it cannot be opened, and says why (P5, P12)', async () => {
    const { host, shown } = await ask()
    const template = story.world.servicenow
      .rows('std_change_record_producer')
      .find(({ name }) => name === STANDARD_CHANGE)
    const id = template?.['sys_id'] ?? ''
    story.world.servicenow.update('std_change_record_producer', id, { name: 'Retired template' })
    await click(story, shown, { as: approver })
    const { status, reason } = await story.ended(shown.run)
    story.world.servicenow.update('std_change_record_producer', id, { name: STANDARD_CHANGE })
    assert.equal(status, 'stoppedByPolicy')
    assert.match(reason, /the standard change Recycle IIS application pool could not be opened: /)
    assert.deepEqual([changesOf(shown.run), story.effects(host)], [[], []])
  })

  it('stops where the open change is in conflict, and goes on with another that is not, opening none itself (P2, P5)', async () => {
    const [one, other] = [story.host(), story.host()]
    const { sys_id: conflicting = '' } = story.world.openChange({ ci: one })
    const { number: open } = story.world.openChange({ ci: other })
    const text = (value: string) => ({ value, display_value: value })
    const conflict = { type: text('Blackout'), schedule: text('Year-end'), configuration_item: text(one) }
    story.world.servicenow.changes.conflicts.set(conflicting, [conflict])
    const stopped = await story.runOf(story.raise({ host: one }).number)
    const { status, reason } = await story.ended(stopped)
    assert.equal(status, 'stoppedByPolicy')
    assert.match(reason, new RegExp(`is in conflict: Blackout: ${one}, Year-end`))
    const shown = await story.asked(story.raise({ host: other }).number)
    await click(story, shown, { as: approver })
    assert.equal((await story.ended(shown.run)).status, 'succeeded')
    const [decided] = await eventsOf(story, shown.run, 'decided')
    const window = decided?.decision.guardrails.find(({ name }) => name === 'change window')
    assert.equal(window?.reason, `${open} is in Implement, without conflicts`)
    assert.deepEqual([story.effects(one), story.effects(other)], [[], ['recycle-pool']])
    assert.deepEqual([changesOf(stopped), changesOf(shown.run)], [[], []])
  })
})

/** Just made: not on its way to Implement yet. */
const isUnsettled = ({ state }: Row): boolean => state === '-5'
