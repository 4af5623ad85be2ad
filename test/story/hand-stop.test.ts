// Owns the proof that a stopped run says of every target how it stands, in chat, on the card and in the note (P11).
import assert from 'node:assert/strict'
import { PEOPLE } from '../sandbox/world/people.ts'
import { cardSays, eventsOf } from './governance.ts'
import {
  auditHolds,
  go,
  lockedOf,
  prepare,
  press,
  recycleStep,
  report,
  toldOnce,
  turnedDown,
  underWay,
  wordOf,
} from './hand.ts'
import { until } from './runbot.ts'
import { answerOf, stage } from './story.ts'

const { approver, outsider, requester, secondApprover } = PEOPLE

describe('story: stop, and the state of every target', () => {
  const story = stage({
    count: 12,
    edit: (place) => prepare(place, [recycleStep()], { targets: { waves: [1, '100%'], concurrency: 2, max: 10 } }),
  })

  /** Four hosts: the first is done, the next two are under way, the last was never touched. */
  const midway = async (more = '') => {
    const hosts = [story.host(), story.host(), story.host(), story.host()] as const
    const [one, two, three, four] = hosts
    const release = [two, three].map((host) => story.world.ops.hold('recycle-pool', host))
    const run = await go(story, hosts, 'restart-iis', more)
    await underWay(story, two)
    await underWay(story, three)
    const accepted = async () => (await eventsOf(story, run, 'actionAccepted')).length >= 3
    await until('the handles', accepted)
    return { hosts, one, two, three, four, run, release: () => release.forEach((each) => each()) }
  }

  it('in chat says which are done, which still run and which will not be touched, and cancels what runs (P11)', async () => {
    const { hosts, one, two, three, four, run, release } = await midway()
    await turnedDown(story, run, outsider, `stop ${run} because "I feel like it"`, /you may not stop this run/)
    const { text } = await story.say(secondApprover, `stop ${run} because "wrong rack"`)
    for (const words of [
      /stopped by Jonas Weber: wrong rack/,
      new RegExp(`${one}: finished before \\(succeeded\\)`),
      new RegExp(`${two}: still running recycle-pool`),
      new RegExp(`${three}: still running recycle-pool`),
      new RegExp(`${four}: stopped`),
    ])
      assert.match(text, words)
    const { status, reason } = await story.ended(run)
    assert.equal(status, 'cancelled')
    assert.match(reason, new RegExp(`${two}: stopped, recycle-pool failed and was not rolled back`))
    assert.match(reason, new RegExp(`${three}: stopped, recycle-pool failed and was not rolled back`))
    assert.match(reason, new RegExp(`${four}: stopped$`))
    assert.equal(await wordOf(story, run, 'stopRequested'), 'Jonas Weber: wrong rack')
    const cancelled = story.world.ops.runs().filter(({ status: is }) => is === 'cancelled')
    assert.equal(cancelled.length, 2)
    assert.deepEqual(
      hosts.map((host) => story.effects(host)),
      [['recycle-pool'], ['recycle-pool'], ['recycle-pool'], []],
    )
    await until('the locks to be given back', async () => (await lockedOf(story, hosts)).length === 0)
    await turnedDown(story, run, secondApprover, `stop ${run} because "again"`, /this run has already ended/)
    release()
  })

  it('on the card does the same for its requester, and the card and the note say it of every target (P6, P11)', async () => {
    const { number } = report(story, 'web-05')
    const { one, two, three, four, run, release } = await midway(` for ${number}`)
    const answer = answerOf(await press(story, run, requester, 'stop', { note: 'they called me' }))
    assert.match(answer, /Stop asked by/)
    await turnedDown(story, run, approver, { verb: 'stop' }, /Omar Reyes has already stopped it|already ended/)
    const { status, reason } = await story.ended(run)
    assert.equal(status, 'cancelled')
    assert.equal(await wordOf(story, run, 'stopRequested'), 'Omar Reyes: they called me')
    await cardSays(story, run, new RegExp(four))
    await cardSays(story, run, /stopped before it began/)
    const notes = await toldOnce(story, run, number)
    const last = notes.at(-1) ?? ''
    for (const each of [one, two, three, four]) assert(reason.includes(`${each}: `) && last.includes(`${each}: `), last)
    release()
  })

  it('leaves an audit trail that holds (P4)', () => auditHolds(story))
})
