// Owns the proof that an ask can be answered in ServiceNow while Teams is down, by the approver in person alone (P1, P6, P10).
import assert from 'node:assert/strict'
import type { Row } from '../sandbox/servicenow/records.ts'
import { type Inhabitant, PEOPLE } from '../sandbox/world/people.ts'
import { amend, begin, click, eventsOf } from './governance.ts'
import { until } from './runbot.ts'
import { stage } from './story.ts'

const { approver, onCall, requester, secondApprover } = PEOPLE

describe('story: approval records in ServiceNow', () => {
  const story = stage({
    count: 5,
    // Answers are looked for every 15 seconds.
    speed: 20,
    edit: (place) => amend(place, 'connectors.yaml', { servicenow: { approvals: true } }),
  })
  const recordsOf = (number: string): readonly Row[] =>
    story.world.servicenow.approvals.of(story.world.servicenow.incident(number)['sys_id'] ?? '')
  /** The record that asks this person, as it stands, once it is there. */
  const recordFor = (number: string, { sysId, name }: Inhabitant): Promise<Row> =>
    until(`the approval record of ${name}`, () => recordsOf(number).find((row) => row['approver'] === sysId))
  const answer = (row: Row, as: Pick<Inhabitant, 'userName'>, answered: 'approved' | 'rejected', comment = '') =>
    story.world.servicenow.approvals.answer(row['sys_id'] ?? '', { answer: answered, user: as.userName, comment })
  const commentsOn = (row: Row): string => story.world.servicenow.notes(row['sys_id'] ?? '', 'comments').join('\n')
  const refusedAt = (number: string, to: Inhabitant, words: RegExp) =>
    until('the record to be open again, with the reason', async () => {
      const row = await recordFor(number, to)
      return row['state'] === 'requested' && words.test(commentsOn(row)) ? row : undefined
    })

  it('runs it with Teams down, where the approver says yes in person to the plan that the record shows (P1, P6)', async () => {
    await story.world.teams.down()
    const { number, host } = story.raise()
    const row = await recordFor(number, approver)
    const run = await story.runOf(number)
    const [decided] = await eventsOf(story, run, 'decided')
    assert.match(commentsOn(row), new RegExp(`Run ${run}, plan ${decided?.plan}\\.`))
    assert.deepEqual(story.effects(host), [])
    answer(row, approver, 'approved', 'go, Teams is down')
    assert.equal((await story.ended(run)).status, 'succeeded')
    const [approved, ...more] = await eventsOf(story, run, 'approved')
    assert.deepEqual([approved?.via, approved?.by.id, more.length], ['servicenow', approver.aadObjectId, 0])
    assert.equal(approved?.note, 'go, Teams is down')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    await until('the others to be withdrawn', () => recordsOf(number).every(({ state }) => state !== 'requested'))
    const one = recordsOf(number).map(({ approver: person }) => person)
    assert.equal(new Set(one).size, one.length)
    await story.world.teams.up()
    await until('the note', () =>
      story.notes(number).some((text) => /Approved by Maya Lind .* in ServiceNow/.test(text)),
    )
  })

  it('does not count an administrator’s or a delegate’s answer, says why in the record, and goes on asking (P10, P12)', async () => {
    const { number, host } = story.raise()
    answer(await recordFor(number, approver), { userName: 'admin' }, 'approved')
    const why = /runbot cannot tell that the approver answered in person, so it does not count/
    await refusedAt(number, approver, why)
    story.world.servicenow.approvals.delegate(onCall.sysId, secondApprover.sysId)
    answer(await recordFor(number, onCall), secondApprover, 'approved')
    await refusedAt(number, onCall, why)
    const run = await story.runOf(number)
    assert.deepEqual(await eventsOf(story, run, 'approved'), [])
    assert.deepEqual(story.effects(host), [])
    // And their own yes, in person, on the same record.
    answer(await recordFor(number, onCall), onCall, 'approved')
    assert.equal((await story.ended(run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })

  it('asks no record of whoever requested it, and takes none that they make for themselves (P10)', async () => {
    const { number, host } = story.raise({ fields: { u_runbook_candidate: 'false' } })
    const run = await begin(story, approver, `restart-iis ${host} for ${number}`)
    const row = await recordFor(number, secondApprover)
    assert.equal(
      recordsOf(number).find((each) => each['approver'] === approver.sysId),
      undefined,
    )
    const { sys_id: _, state: __, ...like } = row
    const own = story.world.servicenow.create('sysapproval_approver', { ...like, approver: approver.sysId })
    story.world.servicenow.update('sysapproval_approver', own['sys_id'] ?? '', { state: 'approved' }, approver.userName)
    story.world.servicenow.update('sysapproval_approver', row['sys_id'] ?? '', { state: 'approved' })
    await refusedAt(number, secondApprover, /does not count/)
    assert.deepEqual(await eventsOf(story, run, 'approved'), [])
    assert.deepEqual(story.effects(host), [])
    answer(await recordFor(number, secondApprover), secondApprover, 'rejected', 'not in peak hours')
    const { status, reason } = await story.ended(run)
    assert.deepEqual([status, reason], ['refused', 'Jonas Weber rejected it: not in peak hours'])
    assert.deepEqual(story.effects(host), [])
  })

  it('withdraws the records when it was decided in Teams, and a late yes there starts nothing (P1)', async () => {
    const { number, host } = story.raise()
    const shown = await story.asked(number)
    await recordFor(number, approver)
    await click(story, shown, { as: secondApprover })
    assert.equal((await story.ended(shown.run)).status, 'succeeded')
    await until('the records to be withdrawn', () => recordsOf(number).every(({ state }) => state === 'not_required'))
    assert.throws(() => answer(recordsOf(number)[0] ?? {}, approver, 'approved'), /is not_required/)
    assert.equal((await eventsOf(story, shown.run, 'approved')).length, 1)
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    assert.equal(
      recordsOf(number).some((row) => row['approver'] === requester.sysId),
      false,
    )
  })
})
