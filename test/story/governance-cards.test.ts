// Owns the proof that a card shows each person what they may do, and that who is not in the channel has a copy (P6, P10, P12).
import assert from 'node:assert/strict'
import type { Person } from '../sandbox/teams-channel/people.ts'
import { crowd } from '../sandbox/teams-channel/people.ts'
import { type Inhabitant, PEOPLE } from '../sandbox/world/people.ts'
import { amend, asking, begin, click, eventsOf, GOVERNANCE } from './governance.ts'
import { until } from './runbot.ts'
import { answerOf, payloadOf, type Shown, stage, wordsOf } from './story.ts'

const { approver, changeManager, onCall, outsider, requester, secondApprover } = PEOPLE

/** The card that a person's own client gets when it asks for it. */
const looking = async (world: { teams: Teams }, { message }: Shown, as: Person) => {
  const reply = await world.teams.refresh({ as, message: message.id })
  const card = (reply.body as { value?: Record<string, unknown> }).value ?? null
  return { words: answerOf(reply), may: (verb: string) => payloadOf({ card }, verb) !== undefined }
}
type Teams = ReturnType<typeof stage>['world']['teams']

describe('story: a card for each person', () => {
  const story = stage({ count: 3 })

  it('has buttons for an approver, and says to a bystander and to the requester why not (P10, P12)', async () => {
    const host = story.host()
    const run = await begin(story, approver, `restart-iis ${host}`)
    const shown = await asking(story, run)
    const [theirs, bystanders, own] = await Promise.all(
      [secondApprover, outsider, approver].map((person) => looking(story.world, shown, person)),
    )
    assert.deepEqual([theirs?.may('approve'), theirs?.may('reject')], [true, true])
    assert.doesNotMatch(theirs?.words ?? '', /You cannot approve it/)
    assert.deepEqual(
      [bystanders?.may('approve'), bystanders?.may('reject'), bystanders?.may('change')],
      [false, false, false],
    )
    assert.match(bystanders?.words ?? '', /You cannot approve it: that takes .*web-platform, small-team/)
    assert.deepEqual([own?.may('approve'), own?.may('change')], [false, true])
    assert.match(own?.words ?? '', /You cannot approve it: you requested this run/)
    // What is shown to one person changes nothing for the others, and is no entry.
    assert(payloadOf(story.cardOf(run) ?? { card: null }, 'approve'))
    assert.deepEqual(await eventsOf(story, run, 'clickRefused'), [])
    await click(story, shown, { as: secondApprover })
    assert.equal((await story.ended(run)).status, 'succeeded')
  })

  it('says to whoever approved that somebody else has to as well, and lets nobody in who is not of the tenant (P10)', async () => {
    const { number, host } = story.raise({ fields: { caller_id: PEOPLE.vip.sysId } })
    const shown = await story.asked(number)
    await click(story, shown, { as: changeManager })
    const again = await looking(story.world, shown, changeManager)
    assert.deepEqual(
      [again.may('approve'), /You have approved it; somebody else has to/.test(again.words)],
      [false, true],
    )
    const stranger = { ...approver, tenantId: '99999999-9999-4999-8999-999999999999' }
    const reply = await story.world.teams.refresh({ as: stranger, message: shown.message.id })
    assert.equal(reply.status, 403)
    assert.deepEqual(story.effects(host), [])
  })
})

describe('story: a card in a big channel, for approvers inside and outside of it', () => {
  const away = new Set<Person>([onCall, changeManager])
  const story = stage({
    count: 3,
    // Ines is not in the channel, Sam neither, and runbot is not installed for him.
    team: (people) => [
      ...crowd(100),
      ...people.map((person) => ({
        ...person,
        ...(away.has(person) ? { inTeam: false } : {}),
        ...(person === onCall ? { bot: 'none' as const } : {}),
      })),
    ],
    edit: (place) =>
      amend(place, GOVERNANCE, { rules: { 'one-approver': { from: ['owner', 'small-team', 'change-managers'] } } }),
  })
  const chatOf = (person: Inhabitant) => story.world.teams.personal(person)?.messages ?? []
  const copyFor = (person: Inhabitant, run: string) =>
    until(`a copy for ${person.name}`, () => chatOf(person).find(({ card }) => card && wordsOf(card).includes(run)))

  it('asks at most 60 clients to look for themselves, approvers first (P10)', async () => {
    const { number } = story.raise()
    const { run, message } = await story.asked(number)
    const ids = (message.card?.['refresh'] as { userIds?: readonly string[] } | undefined)?.userIds ?? []
    // As many as fit: ids in Teams are long, and a card is not to be.
    assert(ids.length >= 20 && ids.length <= 60, `${ids.length}`)
    assert.deepEqual(new Set(ids.slice(0, 2)), new Set([approver.id, secondApprover.id]))
    assert(!ids.includes(changeManager.id) && !ids.includes(onCall.id))
    await story.say(approver, `stop ${run}`)
    await story.ended(run)
  })

  it('writes to an approver who is not in the channel, takes their click, and draws the copy to the end (P6, P10)', async () => {
    const { number, host } = story.raise()
    const { run } = await story.asked(number)
    const copy = await copyFor(changeManager, run)
    assert(payloadOf(copy, 'approve'))
    for (const person of [approver, secondApprover, requester, outsider]) assert.deepEqual(chatOf(person), [])
    assert.deepEqual(chatOf(onCall), [])
    const copyNow = () => chatOf(changeManager).find(({ id }) => id === copy.id) ?? copy
    await story.say(approver, 'freeze because "wait"')
    await until('the freeze on the copy', () => /Frozen\./.test(wordsOf(copyNow().card)))
    assert.equal(payloadOf(copyNow(), 'approve'), undefined)
    await story.say(changeManager, 'unfreeze')
    await until('the button', () => payloadOf(copyNow(), 'approve'))
    await story.world.teams.click({ as: changeManager, message: copy.id, verb: 'approve' })
    assert.equal((await story.ended(run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    const ended = await until('the copy at the end', () => {
      return /Succeeded/.test(wordsOf(copyNow().card)) ? copyNow() : undefined
    })
    assert.equal(payloadOf(ended, 'approve'), undefined)
    assert.equal(chatOf(changeManager).filter(({ card }) => wordsOf(card).includes(run)).length, 1)
    assert.equal((await eventsOf(story, run, 'approved'))[0]?.by.id, changeManager.aadObjectId)
  })

  it('goes on where the copy cannot be drawn any more, for the person removed the chat (P6)', async () => {
    const { number, host } = story.raise()
    const shown = await story.asked(number)
    await copyFor(changeManager, shown.run)
    story.world.teams.removeChat(changeManager)
    await click(story, shown, { as: approver })
    assert.equal((await story.ended(shown.run)).status, 'succeeded')
    await until('the card at the end', () => /Succeeded/.test(wordsOf(story.cardOf(shown.run)?.card)))
    await until('the resolution', () => story.world.servicenow.incident(number)['state'] === '6')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })
})
