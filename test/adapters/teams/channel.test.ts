// Owns the proof of how runbot speaks: threads, replies, cards in place, and what it does when Teams fails.
import assert from 'node:assert/strict'
import type { Conversation } from '../../../src/ports/channel.ts'
import { isPortError, type PortErrorKind } from '../../../src/ports/errors.ts'
import type { FaultRule } from '../../sandbox/faults.ts'
import { aCard, ada, type Bot, hurried, startBot } from './bot.ts'

const card = (text: string) => ({ card: aCard(text), summary: text })

describe('the Teams channel', () => {
  let bot: Bot
  let team: Conversation
  beforeEach(async () => {
    bot = await startBot({ clock: hurried() })
    await bot.chat.install({ as: ada })
    team = (bot.app.installations[0] as { conversation: Conversation }).conversation
  })
  afterEach(() => bot.stop())

  it('opens a thread with a card as its root, replies in it and redraws the card in place (P6)', async () => {
    const root = await bot.channel.openThread(team, card('asking'))
    assert.equal(root.conversation['conversation'], `19:operations@thread.tacv2;messageid=${root.messageId}`)
    const reply = await bot.channel.reply(root.conversation, { text: 'executing' })
    await bot.channel.update(root, card('done'))
    const [thread, ...others] = bot.chat.threads()
    assert.deepEqual(others, [])
    assert.deepEqual(
      thread?.messages.map(({ id }) => id),
      [root.messageId, reply.messageId],
    )
    assert.deepEqual(thread?.messages[0]?.card, aCard('done'))
    assert.equal(thread?.messages[0]?.versions.length, 2)
    assert.equal(thread?.messages[0]?.activity['summary'], 'done')
    assert.equal(thread?.messages[1]?.text, 'executing')
  })

  it('redraws a line in place, as it does a card', async () => {
    const root = await bot.channel.openThread(team, card('asking'))
    const reply = await bot.channel.reply(root.conversation, { text: 'executing' })
    bot.chat.faults.add({ fault: { status: 502 }, times: 2 })
    await bot.channel.update(reply, { text: 'done', mentions: [{ id: ada.aadObjectId, name: 'Ada' }] })
    assert.equal(bot.chat.message(reply.messageId)?.text, '<at>Ada</at> done')
    assert.equal(bot.chat.message(reply.messageId)?.versions.length, 2)
    assert.equal(bot.chat.threads()[0]?.messages.length, 2)
  })

  it('reaches another channel of the team, and names a conversation by its channel', async () => {
    const incidents = bot.channel.inChannel(team, '19:incidents@thread.tacv2')
    const root = await bot.channel.openThread(incidents, card('asking'))
    assert.equal(bot.chat.threads()[0]?.channelId, '19:incidents@thread.tacv2')
    assert.equal(bot.channel.keyOf(root.conversation), '19:incidents@thread.tacv2')
    assert.equal(bot.channel.keyOf(incidents), bot.channel.keyOf(root.conversation))
  })

  it('posts into a chat that has no threads', async () => {
    await bot.chat.say({ as: ada, text: 'hello', in: 'personal' })
    const { conversation } = bot.app.commands[0] as { conversation: Conversation }
    const posted = await bot.channel.openThread(conversation, card('asking'))
    await bot.channel.update(posted, card('done'))
    assert.deepEqual(bot.chat.message(posted.messageId)?.card, aCard('done'))
    assert.equal(bot.channel.keyOf(conversation), `a:${ada.id}`)
  })

  it('mentions people in front of a text, by names that cannot break out of the mention', async () => {
    const mentions = [
      { id: ada.aadObjectId, name: 'Ada </at><at>Everyone' },
      { id: 'x', name: '**' },
    ]
    const root = await bot.channel.openThread(team, card('asking'))
    const { messageId } = await bot.channel.reply(root.conversation, { text: 'look \\*here\\*', mentions })
    const activity = bot.chat.message(messageId)?.activity
    assert.equal(activity?.text, '<at>Ada at at Everyone</at> <at>colleague</at> look \\*here\\*')
    assert.equal(activity?.['textFormat'], 'markdown')
    assert.deepEqual((activity?.['entities'] as object[] | undefined)?.[0], {
      type: 'mention',
      mentioned: { id: ada.aadObjectId, name: 'Ada at at Everyone' },
      text: '<at>Ada at at Everyone</at>',
    })
  })

  const failing = async (rule: FaultRule, work: () => Promise<unknown>): Promise<{ error: unknown; tries: number }> => {
    const before = bot.chat.requests.length
    const remove = bot.chat.faults.add(rule)
    const error = await work().then(
      () => undefined,
      (reason: unknown) => reason,
    )
    remove()
    return { error, tries: bot.chat.requests.length - before }
  }
  const posting = () => bot.channel.openThread(team, card('asking'))

  const lost: readonly (readonly [string, FaultRule, PortErrorKind])[] = [
    ['a reset after the post was taken', { fault: 'reset-after-commit' }, 'unavailable'],
    ['a 502', { fault: { status: 502 }, times: 9 }, 'unavailable'],
    ['a 500', { fault: { status: 500 }, times: 9 }, 'unavailable'],
    ['a 408', { fault: { status: 408 }, times: 9 }, 'timeout'],
    ['a page of HTML', { fault: 'html', times: 9 }, 'malformed'],
    ['an answer cut off', { fault: 'garbage', times: 9 }, 'malformed'],
    ['a redirect', { fault: { status: 302, headers: { location: '/elsewhere' } }, times: 9 }, 'malformed'],
    ['an answer without the id', { fault: { status: 201, body: {} }, times: 9 }, 'malformed'],
  ]
  for (const [name, rule, kind] of lost)
    it(`does not repeat a post after ${name}: it may stand there already (P6)`, async () => {
      const { error, tries } = await failing(rule, posting)
      assert.ok(isPortError(error, kind), String(error))
      assert.equal(error.mayHaveHappened, true)
      assert.equal(tries, 1)
    })

  const unsent: readonly (readonly [string, FaultRule])[] = [
    ['a 429', { fault: { status: 429 }, times: 2 }],
    ['a 429 with Retry-After', { fault: { status: 429, headers: { 'retry-after': '1' } }, times: 2 }],
    ['a 412', { fault: { status: 412 }, times: 2 }],
  ]
  for (const [name, rule] of unsent)
    it(`repeats a post after ${name}: it certainly was not taken`, async () => {
      const { error, tries } = await failing(rule, posting)
      assert.equal(error, undefined)
      assert.equal(tries, 3)
      assert.equal(bot.chat.threads().length, 1)
    })

  it('repeats an update after anything that may pass: the same card twice is one card', async () => {
    const root = await posting()
    for (const fault of [
      { status: 502 },
      { status: 504 },
      { status: 412 },
      { status: 429 },
      'reset-after-commit',
    ] as const) {
      const { error } = await failing({ fault, times: 2 }, () => bot.channel.update(root, card('done')))
      assert.equal(error, undefined)
    }
  })

  for (const status of [403, 404])
    it(`takes a ${status} as final: nobody hears the bot there any more`, async () => {
      const fault = { status, body: { error: { code: 'BotNotInConversationRoster', message: 'gone' } } }
      const { error, tries } = await failing({ fault, times: 9 }, posting)
      assert.ok(isPortError(error, 'denied') && !error.mayHaveHappened)
      assert.match(error.message, /BotNotInConversationRoster/)
      assert.equal(tries, 1)
    })

  it('knows a connection that was refused from one that was lost', async () => {
    await bot.chat.down()
    const { error } = await failing({ fault: 'down', times: 0 }, posting)
    await bot.chat.up()
    assert.ok(isPortError(error, 'unavailable') && !error.mayHaveHappened)
  })

  it('leaves a long Retry-After to the app, with how long', async () => {
    const { error } = await failing({ fault: { status: 429, headers: { 'retry-after': '120' } }, times: 9 }, posting)
    assert.ok(isPortError(error, 'throttled'))
    assert.equal(error.retryAfterMs, 120_000)
  })

  it('says one thing at a time in a thread, in the order it was asked to', async () => {
    const root = await posting()
    bot.chat.faults.add({ fault: { slow: 20 }, times: 3 })
    await Promise.all(['1', '2', '3', '4', '5'].map((text) => bot.channel.reply(root.conversation, { text })))
    assert.deepEqual(
      bot.chat
        .threads()[0]
        ?.messages.slice(1)
        .map(({ text }) => text),
      ['1', '2', '3', '4', '5'],
    )
  })

  it('refuses a conversation that it did not write, or whose host is not allowed', async () => {
    for (const conversation of [{}, { serviceUrl: 'x' }, { ...team, type: 'meeting' }])
      await assert.rejects(bot.channel.reply(conversation, { text: 'x' }), (error) => isPortError(error, 'malformed'))
    for (const serviceUrl of ['https://evil.example/', 'http://169.254.169.254/'])
      await assert.rejects(bot.channel.reply({ ...team, serviceUrl }, { text: 'x' }), (error) =>
        isPortError(error, 'denied'),
      )
  })

  it('keeps no failure from the messages that follow', async () => {
    await failing({ fault: { status: 500 }, times: 1 }, posting)
    assert.ok((await posting()).messageId)
  })
})
