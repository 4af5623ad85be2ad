// Owns the proof of what comes in through the door: commands, clicks, installations, repeats and hostile bodies.
import assert from 'node:assert/strict'
import type { Conversation } from '../../../src/ports/channel.ts'
import { aCard, ada, type Bot, bob, startBot } from './bot.ts'

const foreign = '99999999-9999-4999-8999-999999999999'
const error = (body: unknown) => body as { statusCode: number; type: string; value: { code: string; message: string } }
const answer = (body: unknown) => body as { statusCode: number; type: string; value: unknown }

describe('the Teams door', () => {
  let bot: Bot
  beforeEach(async () => {
    bot = await startBot()
  })
  afterEach(() => bot.stop())

  const cardIn = async (): Promise<string> => {
    const { conversationId } = await bot.chat.say({ as: ada, text: 'hello' })
    const { conversation } = bot.app.commands[0] as { conversation: Conversation }
    assert.equal(conversation['conversation'], conversationId)
    return (await bot.channel.reply(conversation, { card: aCard('ask'), summary: 'ask' })).messageId
  }

  it('hands a mention on as a command of a proven person, and answers in its thread (P10)', async () => {
    const said = await bot.chat.say({ as: ada, text: 'run restart-iis web-01' })
    assert.equal(said.status, 200)
    const [command] = bot.app.commands
    assert.equal(command?.text, 'run restart-iis web-01')
    assert.equal(command?.place, 'channel')
    assert.equal(command?.id, said.id)
    assert.deepEqual(command?.person, { id: ada.aadObjectId, name: 'Ada', tenant: bot.chat.world.tenantId })
    const thread = bot.chat.thread(said.conversationId)
    assert.deepEqual(
      thread?.messages.map(({ text }) => text),
      ['<at>runbot</at> run restart-iis web-01', 'heard run restart-iis web-01'],
    )
  })

  it('says which language the client speaks, also where only its clientInfo does', async () => {
    const speaking = (locale: unknown, info?: string) => (activity: Record<string, unknown>) => {
      const entities = [...((activity['entities'] as object[] | undefined) ?? [])]
      return { ...activity, locale, entities: info ? [...entities, { type: 'clientInfo', locale: info }] : entities }
    }
    const said = (tamper: ReturnType<typeof speaking>) => bot.chat.say({ as: ada, text: 'help', tamper })
    const message = await cardIn()
    bot.app.commands.length = 0
    await said(speaking('de-AT', 'es-ES'))
    await said(speaking(undefined, 'es-ES'))
    await said(speaking(42))
    await said(speaking('x'.repeat(100)))
    assert.deepEqual(
      bot.app.commands.map(({ locale }) => locale),
      ['de-AT', 'es-ES', undefined, undefined],
    )
    await bot.chat.click({ as: ada, message, verb: 'approve', tamper: speaking('de-DE') })
    assert.equal(bot.app.clicks[0]?.locale, 'de-DE')
  })

  it('hears people in a personal chat without a mention, and others only with one', async () => {
    await bot.chat.say({ as: ada, text: 'help', in: 'personal' })
    await bot.chat.say({ as: ada, text: 'help', mention: false })
    assert.deepEqual(
      bot.app.commands.map(({ place, text }) => [place, text]),
      [['personal', 'help']],
    )
  })

  it('removes its own mention only: other people stay in the text by name', async () => {
    const tamper = (activity: Record<string, unknown>) => ({
      ...activity,
      text: `<at>runbot</at> stop r-1 because <at>Bob Builder</at> said so`,
      entities: [
        ...(activity['entities'] as object[]),
        { type: 'mention', mentioned: { id: bob.id, name: 'Bob Builder' }, text: '<at>Bob Builder</at>' },
        { type: 'mention', mentioned: { id: '28:runbot' }, text: 'stop' },
      ],
    })
    await bot.chat.say({ as: ada, text: '', tamper })
    assert.equal(bot.app.commands[0]?.text, 'stop r-1 because Bob Builder said so')
  })

  it('hands a click on and answers it with a sentence or the card as it stands', async () => {
    const message = await cardIn()
    const sentence = await bot.chat.click({ as: bob, message, verb: 'approve', inputs: { note: 'go' } })
    assert.equal(sentence.status, 200)
    assert.deepEqual(sentence.body, {
      statusCode: 200,
      type: 'application/vnd.microsoft.activity.message',
      value: 'did approve',
    })
    assert.deepEqual(bot.app.clicks[0]?.data, { run: 'r-1', scope: 'run', plan: 'abc', note: 'go' })
    assert.equal(bot.app.clicks[0]?.person.id, bob.aadObjectId)
    bot.app.onClick = async () => ({ card: aCard('done') })
    const card = await bot.chat.click({ as: bob, message, verb: 'approve' })
    assert.equal(answer(card.body).type, 'application/vnd.microsoft.card.adaptive')
    assert.deepEqual(answer(card.body).value, aCard('done'))
  })

  it('hands the fallback of an old client on as the same click, and answers in the thread', async () => {
    const message = await cardIn()
    await bot.chat.submit({ as: bob, message, verb: 'reject', data: { verb: 'reject', run: 'r-1', plan: 'abc' } })
    assert.deepEqual(bot.app.clicks[0]?.data, { run: 'r-1', plan: 'abc' })
    assert.equal(bot.app.clicks[0]?.verb, 'reject')
    assert.equal((await bot.chat.waitFor(({ text }) => text === 'did reject')).from.name, 'runbot')
    bot.app.onClick = async () => ({ card: aCard('redrawn') })
    await bot.chat.submit({ as: bob, message, verb: 'reject', data: { verb: 'reject' } })
    assert.deepEqual(bot.chat.message(message)?.card, aCard('redrawn'))
  })

  it('says "working on it" where the app takes too long, and what came of it later', async () => {
    await bot.stop()
    bot = await startBot({ patienceMs: 20 })
    const message = await cardIn()
    const late = Promise.withResolvers<{ message: string }>()
    bot.app.onClick = () => late.promise
    const { body } = await bot.chat.click({ as: ada, message, verb: 'approve' })
    assert.match(String(answer(body).value), /Working on it/)
    late.resolve({ message: 'approved at last' })
    await bot.chat.waitFor(({ text }) => text === 'approved at last')
  })

  it('tells the person when the app fails, and nothing of why (P12)', async () => {
    const message = await cardIn()
    bot.app.onClick = async () => Promise.reject(new Error('password=hunter2'))
    bot.app.onCommand = async () => Promise.reject(new Error('password=hunter2'))
    const click = await bot.chat.click({ as: ada, message, verb: 'approve' })
    assert.match(String(answer(click.body).value), /did not go through/)
    await bot.chat.say({ as: ada, text: 'status' })
    await bot.chat.waitFor(({ text }) => /did not go through/.test(text))
    assert.ok(!JSON.stringify([bot.chat.threads(), bot.logged]).includes('hunter2'))
  })

  it('handles a delivery once, and gives its repeat the first answer (P8)', async () => {
    const message = await cardIn()
    const same = (activity: Record<string, unknown>) => ({ ...activity, id: 'f:same' })
    const first = await bot.chat.click({ as: ada, message, verb: 'approve', tamper: same })
    bot.app.onClick = async () => ({ message: 'another answer' })
    const second = await bot.chat.click({ as: ada, message, verb: 'approve', tamper: same })
    assert.deepEqual(second.body, first.body)
    assert.equal(bot.app.clicks.length, 1)
    await bot.chat.click({ as: bob, message, verb: 'approve', tamper: same })
    assert.equal(bot.app.clicks.length, 2, 'another person is no repeat')
    await bot.chat.say({ as: ada, text: 'once', tamper: same })
    await bot.chat.say({
      as: ada,
      text: 'once',
      tamper: (activity) => ({ ...same(activity), conversation: { ...(activity['conversation'] as object) } }),
    })
    assert.equal(bot.app.commands.filter(({ text }) => text === 'once').length, 2, 'another thread is no repeat')
  })

  const tenants: readonly (readonly [string, (activity: Record<string, unknown>) => Record<string, unknown>])[] = [
    ['a foreign tenant', (activity) => withTenants(activity, foreign, foreign)],
    ['no tenant', (activity) => withTenants(activity, undefined, undefined)],
    ['no channelData', (activity) => ({ ...activity, channelData: null })],
    ['one tenant of two', (activity) => withTenants(activity, bot.chat.world.tenantId, undefined)],
    ['two tenants that contradict', (activity) => withTenants(activity, bot.chat.world.tenantId, foreign)],
  ]
  for (const [name, tamper] of tenants)
    it(`turns ${name} away with 403, on clicks and on messages, and has it recorded (P10)`, async () => {
      const message = await cardIn()
      const posted = bot.chat.requests.length
      const click = await bot.chat.click({ as: ada, message, verb: 'approve', tamper })
      assert.equal(click.status, 403)
      assert.equal(error(click.body).type, 'application/vnd.microsoft.error')
      assert.equal(error(click.body).value.code, 'Forbidden')
      assert.equal((await bot.chat.say({ as: ada, text: 'status', tamper })).status, 403)
      assert.equal((await bot.chat.install({ as: ada, tamper })).status, 403)
      assert.deepEqual([bot.app.clicks.length, bot.app.commands.length, bot.app.installations.length], [0, 1, 0])
      assert.deepEqual(bot.app.away[0]?.data, { run: 'r-1', scope: 'run', plan: 'abc' })
      assert.equal(bot.app.away[0]?.verb, 'approve')
      assert.equal(bot.chat.requests.length, posted, 'nothing is answered to a stranger')
    })

  it('acts for nobody whom Teams does not name by object id, and says so (P10, P12)', async () => {
    const message = await cardIn()
    const tamper = (activity: Record<string, unknown>) => ({ ...activity, from: { id: ada.id, name: ada.name } })
    const click = await bot.chat.click({ as: ada, message, verb: 'approve', tamper })
    assert.match(String(answer(click.body).value), /who you are/)
    await bot.chat.say({ as: ada, text: 'status', tamper })
    await bot.chat.waitFor(({ text }) => /who you are/.test(text))
    assert.equal(bot.app.clicks.length, 0)
    assert.equal(bot.app.away.length, 2)
  })

  it('tells the app when the bot is added and removed', async () => {
    await bot.chat.install({ as: ada })
    const members = { membersAdded: undefined, membersRemoved: [{ id: '28:runbot' }] }
    await bot.chat.install({ as: ada, tamper: (activity) => ({ ...activity, ...members }) })
    await bot.chat.install({ as: ada, tamper: (activity) => ({ ...activity, membersAdded: [{ id: ada.id }] }) })
    const update = { type: 'installationUpdate', action: 'remove' }
    await bot.chat.install({ as: ada, tamper: (activity) => ({ ...activity, ...update }) })
    assert.deepEqual(
      bot.app.installations.map(({ present }) => present),
      [true, false, false],
    )
    const { conversation } = bot.app.installations[0] as { conversation: Conversation }
    assert.deepEqual(conversation, {
      serviceUrl: bot.chat.serviceUrl,
      tenant: bot.chat.world.tenantId,
      conversation: '19:operations@thread.tacv2',
      type: 'channel',
      bot: '28:runbot',
      team: '19:operations@thread.tacv2',
      channel: '19:operations@thread.tacv2',
    })
  })

  it('answers a click that carries no action with a 400 of its own kind', async () => {
    const message = await cardIn()
    for (const value of [
      undefined,
      null,
      'approve',
      { action: {} },
      { action: { verb: 7 } },
      { action: { verb: 'x', data: [] } },
    ]) {
      const tamper = (activity: Record<string, unknown>) => ({ ...activity, id: crypto.randomUUID(), value })
      const { status, body } = await bot.chat.click({ as: ada, message, verb: 'approve', tamper })
      assert.equal(status, 400)
      assert.deepEqual([error(body).statusCode, error(body).type], [400, 'application/vnd.microsoft.error'])
    }
    const tamper = (activity: Record<string, unknown>) => ({ ...activity, name: 'config/fetch' })
    assert.equal((await bot.chat.click({ as: ada, message, verb: 'approve', tamper })).status, 501)
    assert.equal(bot.app.clicks.length, 0)
  })

  it('takes bodies that are no activity, polluted, deep or huge without harm (P9)', async () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
    for (const body of [
      '{',
      '[]',
      '"x"',
      '{}',
      '{"type":7}',
      '{"type":"message"}',
      `{"type":"message","value":${deep}}`,
    ])
      assert.ok([400, 500].includes((await bot.post(body)).status), body.slice(0, 30))
    assert.equal((await bot.post(`{"type":"message","text":"${'x'.repeat(2_000_000)}"}`)).status, 413)
    const message = await cardIn()
    const value = JSON.parse(
      '{"action":{"verb":"approve","data":{"run":"r-1","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}}',
    )
    await bot.chat.click({ as: ada, message, verb: 'approve', tamper: (activity) => ({ ...activity, value }) })
    assert.equal(({} as { polluted?: number }).polluted, undefined)
    assert.ok(!Object.hasOwn(bot.app.clicks[0]?.data ?? {}, '__proto__'))
  })

  it('lets a bot without authentication answer to loopback only', async () => {
    for (const serviceUrl of [
      'https://smba.trafficmanager.net/',
      'http://127.0.0.1.evil.example/',
      'http://10.0.0.1/',
    ]) {
      const { status } = await bot.chat.say({
        as: ada,
        text: 'help',
        tamper: (activity) => ({ ...activity, serviceUrl }),
      })
      assert.equal(status, 403, serviceUrl)
    }
    assert.equal(bot.app.commands.length, 0)
  })
})

function withTenants(activity: Record<string, unknown>, data: string | undefined, conversation: string | undefined) {
  return {
    ...activity,
    channelData: { ...(activity['channelData'] as object), tenant: data ? { id: data } : {} },
    conversation: { ...(activity['conversation'] as object), tenantId: conversation },
  }
}
