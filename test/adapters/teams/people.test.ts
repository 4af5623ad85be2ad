// Owns the proof of how runbot finds the people of a channel and writes to one of them alone.
import assert from 'node:assert/strict'
import type { Conversation, Member } from '../../../src/ports/channel.ts'
import { isPortError, type PortErrorKind } from '../../../src/ports/errors.ts'
import { type FaultRule, requestTo } from '../../sandbox/faults.ts'
import { crowd, type Person } from '../../sandbox/teams-channel/people.ts'
import { aCard, ada, type Bot, bob, hurried, startBot } from './bot.ts'

const card = (text: string) => ({ card: aCard(text), summary: text })
const rosterCall = requestTo('GET', /\/pagedmembers$/)
const chatCall = requestTo('POST', /\/v3\/conversations$/)
const memberOf = ({ aadObjectId, id }: Person): Member => ({ id: aadObjectId, handle: id })
const person = (name: string, more: Partial<Person>): Person => ({
  id: `29:${name}`,
  name,
  aadObjectId: `e0000000-0000-4000-8000-${name.length.toString().padStart(12, '0')}`,
  email: `${name}@x.example`,
  ...more,
})

let bot: Bot
const start = async (people: Person[], options: { maxPage?: number } = {}): Promise<Conversation> => {
  bot = await startBot({ clock: hurried() }, { people, ...options })
  await bot.chat.install({ as: people[0] ?? ada })
  return (bot.app.installations[0] as { conversation: Conversation }).conversation
}
const asked = (match: ReturnType<typeof requestTo>): number => bot.chat.requests.filter(match).length
const failing = async (rule: FaultRule, work: () => Promise<unknown>): Promise<unknown> => {
  const remove = bot.chat.faults.add(rule)
  const error = await work().then(
    () => undefined,
    (reason: unknown) => reason,
  )
  remove()
  return error
}

describe('the people of a Teams channel', () => {
  afterEach(() => bot.stop())

  it('are told page by page, each with Entra object id and handle, by the id of the channel', async () => {
    const people = [ada, bob, ...crowd(130)]
    const team = await start(people, { maxPage: 50 })
    const root = await bot.channel.openThread(team, card('asking'))
    assert.deepEqual(await bot.channel.members(root.conversation), people.map(memberOf))
    assert.equal(asked(rosterCall), 3)
  })

  it('are remembered per channel, and asked for once by all who want to know at the same time', async () => {
    const team = await start([ada, bob])
    const [one, other] = await Promise.all([bot.channel.members(team), bot.channel.members(team)])
    assert.deepEqual(one, other)
    const root = await bot.channel.openThread(team, card('asking'))
    await bot.channel.members(root.conversation)
    assert.equal(asked(rosterCall), 1)
    await bot.channel.members(bot.channel.inChannel(team, '19:incidents@thread.tacv2'))
    assert.equal(asked(rosterCall), 2)
  })

  it('are at most 500', async () => {
    const team = await start([ada, ...crowd(700)], { maxPage: 200 })
    assert.equal((await bot.channel.members(team)).length, 500)
    assert.equal(asked(rosterCall), 3)
  })

  it('leave out whom Entra does not know, and entries that make no sense', async () => {
    const team = await start([ada, person('nobody', { aadObjectId: '' }), bob])
    assert.deepEqual(await bot.channel.members(team), [ada, bob].map(memberOf))
    const members = [{ id: '29:x', objectId: ' AAAA0000-0000-4000-8000-000000000001 ' }, { id: '' }, { name: 'x' }]
    const other = bot.channel.inChannel(team, '19:incidents@thread.tacv2')
    bot.chat.faults.add({ fault: { status: 200, body: { members } } })
    assert.deepEqual(await bot.channel.members(other), [{ id: 'aaaa0000-0000-4000-8000-000000000001', handle: '29:x' }])
  })

  it('are one in a personal chat', async () => {
    await start([ada, bob])
    await bot.chat.say({ as: bob, text: 'hello', in: 'personal' })
    const { conversation } = bot.app.commands[0] as { conversation: Conversation }
    assert.deepEqual(await bot.channel.members(conversation), [memberOf(bob)])
  })

  it('end, whatever a server says of further pages', async () => {
    const team = await start([ada])
    const body = { members: [], continuationToken: 'more' }
    bot.chat.faults.add({ match: rosterCall, fault: { status: 200, body }, times: 1000 })
    assert.deepEqual(await bot.channel.members(team), [])
    assert.equal(asked(rosterCall), 20)
  })

  const failures: readonly (readonly [string, FaultRule['fault'], PortErrorKind])[] = [
    ['a 403', { status: 403 }, 'denied'],
    ['a 404', { status: 404 }, 'denied'],
    ['a 503', { status: 503 }, 'unavailable'],
    ['a 429', { status: 429 }, 'throttled'],
    ['a page of HTML', 'html', 'malformed'],
    ['an answer without members', { status: 200, body: {} }, 'malformed'],
    ['a token that is none', { status: 200, body: { members: [], continuationToken: 7 } }, 'malformed'],
  ]
  for (const [name, fault, kind] of failures)
    it(`are not known after ${name}, which is not remembered (P5)`, async () => {
      const team = await start([ada])
      const error = await failing({ match: rosterCall, fault, times: 9 }, () => bot.channel.members(team))
      assert.ok(isPortError(error, kind) && !error.mayHaveHappened, String(error))
      assert.deepEqual(await bot.channel.members(team), [memberOf(ada)])
    })

  it('hold no message up while they are slow to come', async () => {
    const gate = Promise.withResolvers<void>()
    bot = await startBot({ clock: { now: Date.now, sleep: () => gate.promise } }, { people: [ada] })
    await bot.chat.install({ as: ada })
    const team = (bot.app.installations[0] as { conversation: Conversation }).conversation
    bot.chat.faults.add({ match: rosterCall, fault: { status: 429 } })
    const members = bot.channel.members(team)
    await bot.channel.openThread(team, card('asking'))
    gate.resolve()
    assert.deepEqual(await members, [memberOf(ada)])
  })
})

describe('a message to one person alone', () => {
  afterEach(() => bot.stop())

  it('stands in their own chat, and is redrawn there', async () => {
    const team = await start([ada, bob])
    const posted = await bot.channel.writeTo(bob.aadObjectId.toUpperCase(), team, card('asking'))
    await bot.channel.update(posted, card('done'))
    assert.equal(posted.conversation['type'], 'personal')
    assert.deepEqual(bot.chat.personal(bob)?.messages.at(-1)?.card, aCard('done'))
    assert.equal(bot.chat.personal(bob)?.messages.length, 1)
    assert.equal(bot.chat.personal(ada), null)
  })

  it('finds the chat again, and makes it once for two messages at the same time', async () => {
    const team = await start([ada, bob])
    const to = (text: string) => bot.channel.writeTo(bob.aadObjectId, team, card(text))
    await Promise.all([to('one'), to('two')])
    await to('three')
    assert.equal(bot.chat.personal(bob)?.messages.length, 3)
    assert.equal(asked(chatCall), 1)
  })

  it('reaches by their handle who only shares the team with the bot', async () => {
    const cleo = person('cleo', { bot: 'team' })
    const team = await start([ada, cleo])
    await bot.channel.writeTo(cleo.aadObjectId, team, card('asking'))
    assert.equal(bot.chat.personal(cleo)?.messages.length, 1)
  })

  it('reaches by their Entra object id who is not in the team, and everybody where the roster cannot be read', async () => {
    const dora = person('dora', { inTeam: false })
    const team = await start([ada, dora])
    await bot.channel.writeTo(dora.aadObjectId, team, card('asking'))
    assert.equal(bot.chat.personal(dora)?.messages.length, 1)
    await bot.stop()
    const other = await start([ada])
    bot.chat.faults.add({ match: rosterCall, fault: { status: 403 }, times: 9 })
    await bot.channel.writeTo(ada.aadObjectId, other, card('asking'))
    assert.equal(bot.chat.personal(ada)?.messages.length, 1)
  })

  it('is denied for good where the bot is not installed for them', async () => {
    const eve = person('eve', { bot: 'none' })
    const team = await start([ada, eve])
    const before = asked(chatCall)
    await assert.rejects(
      bot.channel.writeTo(eve.aadObjectId, team, card('asking')),
      (error) => isPortError(error, 'denied') && !error.mayHaveHappened && /ForbiddenOperation/.test(error.message),
    )
    assert.equal(asked(chatCall), before + 1)
    assert.equal(bot.chat.personal(eve), null)
  })

  it('is denied where they blocked the bot since, and goes through once they do not', async () => {
    const fay = person('fay', {})
    const team = await start([ada, fay])
    const to = () => bot.channel.writeTo(fay.aadObjectId, team, card('asking'))
    await to()
    fay.bot = 'none'
    await assert.rejects(to(), (error) => isPortError(error, 'denied'))
    fay.bot = 'personal'
    await to()
    assert.equal(bot.chat.personal(fay)?.messages.length, 2)
  })

  it('goes into a new chat where the person removed the old one', async () => {
    const team = await start([ada, bob])
    await bot.channel.writeTo(bob.aadObjectId, team, card('one'))
    bot.chat.removeChat(bob)
    await bot.channel.writeTo(bob.aadObjectId, team, card('two'))
    assert.deepEqual(
      bot.chat.personal(bob)?.messages.map(({ card: shown }) => shown),
      [aCard('two')],
    )
  })

  for (const fault of ['reset-after-commit', { status: 502 }, { status: 412 }, { status: 429 }] as const)
    it(`makes the chat again after ${JSON.stringify(fault)}: that is safe to repeat`, async () => {
      const team = await start([ada, bob])
      bot.chat.faults.add({ match: chatCall, fault, times: 2 })
      await bot.channel.writeTo(bob.aadObjectId, team, card('asking'))
      assert.equal(bot.chat.personal(bob)?.messages.length, 1)
      assert.equal(asked(chatCall), 3)
    })

  it('has not happened where the chat could not be made', async () => {
    const team = await start([ada, bob])
    const to = () => bot.channel.writeTo(bob.aadObjectId, team, card('asking'))
    const error = await failing({ match: chatCall, fault: { status: 502 }, times: 9 }, to)
    assert.ok(isPortError(error, 'unavailable') && !error.mayHaveHappened)
    await to()
    assert.equal(bot.chat.personal(bob)?.messages.length, 1)
  })

  it('is not repeated where the answer to the post was lost: it may stand there already (P6)', async () => {
    const team = await start([ada, bob])
    const post = requestTo('POST', /\/activities$/)
    const error = await failing({ match: post, fault: 'reset-after-commit' }, () =>
      bot.channel.writeTo(bob.aadObjectId, team, card('asking')),
    )
    assert.ok(isPortError(error, 'unavailable') && error.mayHaveHappened)
    assert.equal(bot.chat.personal(bob)?.messages.length, 1)
    assert.equal(asked(post), 1)
  })

  it('refreshes for each viewer by their own name, whoever stands in the card (P10)', async () => {
    const team = await start([ada, bob, ...crowd(70)])
    const members = await bot.channel.members(team)
    const action = { type: 'Action.Execute', verb: 'refresh', data: { run: 'r-1' } }
    const userIds = members.slice(0, 60).map(({ handle }) => handle)
    const asking = { card: { ...aCard('asking'), refresh: { action, userIds } }, summary: 'asking' }
    const { messageId } = await bot.channel.openThread(team, asking)
    assert.equal(bot.chat.refreshers(messageId).length, 60)
    bot.app.onClick = async ({ person: { name } }) => ({ card: aCard(`for ${name}`) })
    for (const each of [ada, bob]) {
      const { body } = await bot.chat.refresh({ as: each, message: messageId })
      assert.deepEqual((body as { value: unknown }).value, aCard(`for ${each.name}`))
    }
    assert.deepEqual(
      bot.app.clicks.map(({ verb, data, person: { id } }) => [verb, data, id]),
      [ada, bob].map(({ aadObjectId }) => ['refresh', { run: 'r-1' }, aadObjectId]),
    )
  })
})
