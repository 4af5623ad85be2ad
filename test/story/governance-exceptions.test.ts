// Owns the proof that a standing exception holds only while two people's signatures stand under exactly its words (P1, P5).
import assert from 'node:assert/strict'
import { PEOPLE } from '../sandbox/world/people.ts'
import { amend, closeCalendars, GOVERNANCE, RUNBOOK } from './governance.ts'
import { until } from './runbot.ts'
import { stage } from './story.ts'

const { approver, changeManager, outsider, secondApprover } = PEOPLE
/** How long the brief exception holds from the beginning of the story: enough to sign it, and to see it in force. */
const BRIEF_MS = 8_000

describe('story: a standing exception', () => {
  let briefUntil = 0
  const story = stage({
    count: 4,
    edit: (place) => {
      briefUntil = Date.now() + BRIEF_MS
      closeCalendars(place)
      amend(place, RUNBOOK, { limits: { changeWindow: { in: ['prod'] } } })
      place.add('catalog/other.yaml', RUNBOOK, (text) =>
        text.replace('runbook: restart-iis', 'runbook: other').replace('"IIS Web Tier"', '"Printer"'),
      )
      const common = { guardrails: ['change window'], environment: 'prod' }
      const brief = { ...common, runbook: 'other', reason: 'The move', until: new Date(briefUntil).toISOString() }
      const nightly = { ...common, runbook: 'restart-iis', reason: 'Nightly recycles', until: '2100-01-01' }
      amend(place, GOVERNANCE, { exceptions: { standing: { nightly, brief } } })
    },
  })
  /** What policy says of a runbook now: a dry run. */
  const planned = async (runbook = 'restart-iis') => (await story.say(approver, `plan ${runbook} web-01`)).card
  const STOPS = /no change on web-01 is in Implement now/
  const HOLDS = (name: string) => new RegExp(`standing exception ${name}`)
  const sign = async (as: typeof approver, name: string) => (await story.say(as, `sign ${name}`)).text

  it('sets nothing aside with one signature, nor with the same person’s twice, nor with a stranger’s (P1, P10)', async () => {
    assert.match(await planned(), STOPS)
    assert.match(await sign(outsider, 'nightly'), /You may not sign exceptions: that takes a member of change-managers/)
    assert.match(await sign(changeManager, 'nightly'), /Signed: nightly.*One more person has to sign it/)
    assert.doesNotMatch(await planned(), HOLDS('nightly'))
    assert.match(await sign(changeManager, 'nightly'), /You have signed it already.*One more person has to sign it/)
    assert.doesNotMatch(await planned(), HOLDS('nightly'))
    const { number, host } = story.raise()
    const { status, reason } = await story.ended(await story.runOf(number))
    assert.deepEqual([status, /is in Implement now/.test(reason)], ['stoppedByPolicy', true])
    assert.deepEqual(story.effects(host), [])
  })

  it('is void once its day has passed, whoever signed it', async () => {
    await sign(changeManager, 'brief')
    assert.match(await sign(secondApprover, 'brief'), /Signed by Ines Duarte and Jonas Weber\. It holds until/)
    assert.match(await planned('other'), HOLDS('brief'))
    await until('its end', () => Date.now() > briefUntil)
    assert.match(await planned('other'), STOPS)
    assert.doesNotMatch(await planned('other'), HOLDS('brief'))
    assert.match(await sign(approver, 'brief'), /Brief is over since/)
  })

  it('lets the runbook pass where two people have signed, that runbook alone, and keeps who signed what (P4)', async () => {
    assert.match(await sign(approver, 'nightly'), /Signed by Ines Duarte and Maya Lind\. It holds until/)
    assert.doesNotMatch(await planned('other'), HOLDS('nightly'))
    const { number } = story.raise()
    const { run } = await story.asked(number)
    const decided = (await story.log(run)).findLast((event) => event.type === 'decided')
    const passed = decided?.decision.guardrails.find(({ name }) => name === 'change window')
    assert.equal(passed?.answer, 'pass')
    assert.match(passed.reason, /standing exception nightly \(Nightly recycles\), signed by Ines Duarte and Maya Lind/)
    const signed = (await story.control()).flatMap((event) =>
      event.type === 'exceptionSigned' && event.exception === 'nightly' ? [event] : [],
    )
    assert.equal(new Set(signed.map(({ content }) => content)).size, 1)
    assert.deepEqual(
      new Set(signed.map(({ by }) => by.id)),
      new Set([changeManager, approver].map((each) => each.aadObjectId)),
    )
    assert.match((await story.say(approver, 'explain')).text, /nightly/)
  })

  it('ends with a signature that is taken back, and with any change of its words (P1)', async () => {
    assert.match(await planned(), HOLDS('nightly'))
    assert.match((await story.say(approver, 'unsign nightly')).text, /taken back/)
    assert.match(await planned(), STOPS)
    await sign(approver, 'nightly')
    assert.match(await planned(), HOLDS('nightly'))
    story.place.edit(GOVERNANCE, (text) => text.replace('Nightly recycles', 'Nightly and daily recycles'))
    await until('the new words to be void', async () => !HOLDS('nightly').test(await planned()))
    assert.match(await planned(), STOPS)
    // The first signature under the new words is one signature.
    assert.match(await sign(changeManager, 'nightly'), /Signed: nightly.*One more person/)
    assert.match(await planned(), STOPS)
  })
})
