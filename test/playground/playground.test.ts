// Owns the proof that the driver drives: a small bot in the real Playground, without a browser.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { aCard, type Bot, startBot } from '../adapters/teams/bot.ts'
import { connectPlayground, type PlaygroundClient } from './client.ts'
import { type Playground, startPlayground } from './playground.ts'

const ada = { name: 'Ada Approver', aadObjectId: '0a2b0000-0000-4000-8000-00000000000a' }
const bob = { name: 'Bob Builder', aadObjectId: '0a2b0000-0000-4000-8000-00000000000b' }

describe('the Agents Playground', function () {
  this.timeout(60_000)
  let dir: string
  let bot: Bot
  let playground: Playground
  let client: PlaygroundClient
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'runbot-playground-'))
    bot = await startBot()
    playground = await startPlayground({ botUrl: bot.url, users: [ada, bob], dir, port: 56_350 })
    client = await connectPlayground(playground)
  })
  after(async () => {
    client?.close()
    await playground?.stop()
    await bot?.stop()
    await rm(dir, { recursive: true, force: true })
  })

  it('carries a command of each person, and the answer into the same thread', async () => {
    const mine = await client.say('status')
    const answer = await client.waitFor(({ text }) => text === 'heard status')
    assert.equal(answer.conversationId, mine.conversationId)
    await client.say('whoami', { user: bob })
    await client.waitFor(({ text }) => text === 'heard whoami')
    await client.say('help', { in: playground.places.personal })
    await client.waitFor(({ text }) => text === 'heard help')
    await client.say('report', { in: playground.places.group, user: bob })
    await client.waitFor(({ text }) => text === 'heard report')
    assert.deepEqual(
      bot.app.commands.map(({ person, place, text }) => [person.name, place, text]),
      [
        [ada.name, 'channel', 'status'],
        [bob.name, 'channel', 'whoami'],
        [ada.name, 'personal', 'help'],
        [bob.name, 'group', 'report'],
      ],
    )
  })

  it('shows a thread with its card, the reply and the redrawn card, and carries clicks of each person', async () => {
    await client.installBot()
    const before = Date.now()
    while (bot.app.installations.length === 0 && Date.now() - before < 5_000) await new Promise(setImmediate)
    const { conversation } = bot.app.installations[0] ?? { conversation: {} }
    const root = await bot.channel.openThread(conversation, { card: aCard('asking'), summary: 'asking' })
    const shown = await client.waitFor(({ id }) => id === root.messageId)
    assert.equal(shown.conversationId, root.conversation['conversation'])
    const answer = await client.click('approve', { note: 'go' }, { message: shown.id, user: bob })
    assert.equal(answer.value, 'did approve')
    assert.deepEqual(bot.app.clicks[0]?.data, { run: 'r-1', scope: 'run', plan: 'abc', note: 'go' })
    assert.equal(bot.app.clicks[0]?.person.id, bob.aadObjectId)
    await bot.channel.reply(root.conversation, { text: 'executing' })
    await bot.channel.update(root, { card: aCard('done'), summary: 'done' })
    const redrawn = await client.waitFor(({ id, versions }) => id === root.messageId && versions.length === 2)
    assert.deepEqual(redrawn.card, aCard('done'))
    assert.equal(client.thread(shown.conversationId).length, 2)
    await client.submit({ verb: 'reject', run: 'r-1' }, { message: shown.id, user: bob })
    await client.waitFor(({ text }) => text === 'did reject')
  })

  it('tells who is in a channel and in a chat, with what refresh wants', async () => {
    const people = playground.users.map(({ aadObjectId, id }) => ({ id: aadObjectId, handle: id }))
    const { conversation } = bot.app.installations[0] ?? { conversation: {} }
    const root = await bot.channel.openThread(conversation, { card: aCard('asking'), summary: 'asking' })
    const sorted = (members: readonly { readonly id: string }[]) => members.toSorted((a, b) => a.id.localeCompare(b.id))
    assert.deepEqual(sorted(await bot.channel.members(root.conversation)), sorted(people))
    const personal = bot.app.commands.find(({ place }) => place === 'personal')
    assert.deepEqual(await bot.channel.members(personal?.conversation ?? {}), people.slice(0, 1))
  })

  it('carries what is said to the person at the screen alone, and takes what is said to others without showing it', async () => {
    const { conversation } = bot.app.installations[0] ?? { conversation: {} }
    const to = async ({ name, aadObjectId }: typeof ada) => {
      const posted = await bot.channel.writeTo(aadObjectId, conversation, { card: aCard(name), summary: name })
      await bot.channel.update(posted, { card: aCard('done'), summary: 'done' })
      const there = await bot.channel.members(posted.conversation)
      assert.deepEqual(
        there.map(({ id }) => id),
        [aadObjectId],
      )
      return posted
    }
    const others = await to(bob)
    const mine = await to(ada)
    const shown = await client.waitFor(({ id, versions }) => id === mine.messageId && versions.length === 2)
    assert.equal(shown.conversationId, playground.places.personal)
    assert.deepEqual(shown.card, aCard('done'))
    assert.equal(
      client.messages().find(({ id }) => id === others.messageId),
      undefined,
    )
  })

  it('redraws a line in place, and shows each person the card of their own', async () => {
    const { conversation } = bot.app.installations[0] ?? { conversation: {} }
    const action = { type: 'Action.Execute', verb: 'refresh', data: { run: 'r-1' } }
    const userIds = playground.users.map(({ id }) => id)
    const asking = { card: { ...aCard('asking'), refresh: { action, userIds } }, summary: 'asking' }
    const root = await bot.channel.openThread(conversation, asking)
    const line = await bot.channel.reply(root.conversation, { text: 'waiting' })
    await bot.channel.update(line, { text: 'reminded' })
    await client.waitFor(({ id, text }) => id === line.messageId && text === 'reminded')
    bot.app.onClick = async ({ person: { name } }) => ({ card: aCard(`for ${name}`) })
    for (const user of [ada, bob])
      assert.deepEqual((await client.refresh(root.messageId, user)).value, aCard(`for ${user.name}`))
    assert.equal(bot.app.clicks.at(-1)?.person.id, bob.aadObjectId)
  })

  it('takes another port where the wished one is taken', async () => {
    const taken = createServer().listen(0)
    const { port } = taken.address() as { port: number }
    const other = await startPlayground({ botUrl: bot.url, users: [ada], dir: join(dir, 'other'), port })
    assert.notEqual(other.port, port)
    await other.stop()
    taken.close()
    await assert.rejects(fetch(other.url))
  })

  it('says why it does not start', async () => {
    const users = [ada, { ...bob, id: `29:${ada.aadObjectId}` }]
    await assert.rejects(
      startPlayground({ botUrl: bot.url, users, dir: join(dir, 'broken') }),
      /User ID must be unique/,
    )
    await assert.rejects(startPlayground({ botUrl: bot.url, users: [], dir }), /one to six people/)
  })
})
