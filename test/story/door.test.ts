// Owns the proof that runbot starts only with what it can trust, says at once all that is wrong, and leaves nothing behind.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { place as newPlace, type Place, startRunbot, until } from './runbot.ts'
import { stage } from './story.ts'

const SYSTEMS = {
  OPS_URL: 'http://127.0.0.1:1',
  OPS_TOKEN: 'ops-token',
  OPS_CALLBACK_SECRET: 'whsec_b3BzLWNhbGxiYWNrLXNlY3JldC0wMTIzNDU2Nzg5YWI=',
  SITE_URL: 'http://127.0.0.1:2',
  PROMETHEUS_URL: 'http://127.0.0.1:3',
}
/** How many runbooks the project has. */
const CATALOG = readdirSync(new URL('../../runbooks/catalog', import.meta.url)).length

const PLAIN = { ...SYSTEMS, HOST: '127.0.0.1', BOT_AUTH: 'none' }

describe('story: a start that is refused', () => {
  let place: Place
  beforeEach(() => {
    place = newPlace()
  })
  afterEach(() => {
    place.remove()
  })
  /** The lines that it wrote before it ended with 1; no stack may be among them. */
  const refused = async (env: Record<string, string>): Promise<readonly string[]> => {
    const bot = await startRunbot(place, env).catch((error: unknown) => error)
    assert(bot instanceof Error, 'it started')
    const [end, title, ...problems] = bot.message.trim().split('\n')
    assert.deepEqual([end, title], ['runbot ended with 1:', 'runbot cannot start:'])
    assert(!problems.some((line) => /^\s+at /.test(line)), bot.message)
    return problems.map((line) => line.trim())
  }

  it('refuses a bot without authentication on an address that others reach, in one sentence (P10)', async () => {
    const [problem = '', ...more] = await refused({ ...PLAIN, HOST: '0.0.0.0' })
    assert.match(problem, /^BOT_AUTH none needs HOST to be a loopback address.*: change HOST, or remove BOT_AUTH\.$/)
    assert.deepEqual(more, [])
  })

  it('names every variable that is missing or wrong at once, without a value that could be a secret (P12)', async () => {
    const problems = await refused({
      ...SYSTEMS,
      PORT: 'abc',
      SERVICENOW_CLIENT_SECRET: 'geheim-1',
      SERVICENOW_WEBHOOK_SECRET: 'geheim-2',
      RUNBOT_STORE: 'mongo:runbot',
    })
    const wrong = ['PORT', 'MicrosoftAppId', 'MicrosoftAppPassword', 'MicrosoftAppTenantId', 'RUNBOT_STORE']
    for (const name of [...wrong, 'SERVICENOW_URL', 'SERVICENOW_WEBHOOK_SECRET'])
      assert.equal(problems.filter((problem) => problem.startsWith(`${name} `)).length, 1, name)
    assert.equal(problems.length, 7)
    assert(!problems.some((problem) => problem.includes('geheim')))
  })

  it('names file, line and column of what is wrong in governance and connectors (P12)', async () => {
    place.edit('governance.yaml', (text) => text.replace('quorum: 1', 'quorum: many'))
    const { OPS_TOKEN: _, ...env } = PLAIN
    assert.deepEqual(await refused(env), [
      'connectors.yaml:29:21 OPS_TOKEN is not set in the environment',
      "governance.yaml:80:13 expected a whole number from 1 to 20, got 'many'",
    ])
  })

  it('says that its port is taken, and what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const problems = await refused({ ...PLAIN, PORT: String(port) })
    other.close()
    assert.deepEqual(problems, [
      `port ${port} on 127.0.0.1 is already taken: stop what listens there, or set PORT to a free one`,
    ])
  })

  it('refuses the store of a newer runbot, and leaves it as it was (P4)', async () => {
    await (await startRunbot(place, PLAIN)).stop()
    const db = new DatabaseSync(place.store)
    db.exec('PRAGMA user_version = 99')
    db.close()
    const [problem = '', ...more] = await refused(PLAIN)
    assert.match(problem, /this store was written by a newer runbot \(schema 99/)
    assert.deepEqual(more, [])
    const after = new DatabaseSync(place.store, { readOnly: true })
    assert.deepEqual({ ...after.prepare('PRAGMA user_version').get() }, { user_version: 99 })
    after.close()
  })
})

describe('story: files that change or are wrong', () => {
  const story = stage({ count: 2, edit: (place) => copy(place, 'broken', (text) => text.replace('owner:', 'ownr:')) })
  const copy = (place: Place, name: string, change: (text: string) => string): void =>
    place.add(`catalog/${name}.yaml`, 'catalog/restart-iis.yaml', (text) =>
      change(text.replace('runbook: restart-iis', `runbook: ${name}`)),
    )

  it('switches off a runbook whose file is wrong, says where, and runs the others (P12)', async () => {
    const { approver } = story.world.people
    const { text } = await story.say(approver, 'runbooks')
    assert.match(text, /restart-iis[\s\S]*2 are off[\s\S]*catalog\/broken\.yaml:3:1/)
    assert.ok(text.includes(`**${CATALOG} runbooks**`))
    await story.asked(story.raise().number)
  })

  it('takes a new runbook and a mended one over while it runs', async () => {
    const { approver } = story.world.people
    copy(story.place, 'second', (text) => text.replace('match:', '# started by people only\nmatch:'))
    story.place.edit('catalog/broken.yaml', (text) => text.replace('ownr:', 'owner:'))
    await until('two runbooks more', async () =>
      (await story.say(approver, 'runbooks')).text.includes(`**${CATALOG + 2} runbooks**`),
    )
    const loaded = (await story.control()).filter((event) => event.type === 'contentLoaded')
    assert.deepEqual([loaded[0]?.problems, loaded.at(-1)?.runbooks, loaded.at(-1)?.problems], [2, CATALOG + 2, 0])
  })

  it('keeps the old rules when governance becomes invalid, and says so loudly', async () => {
    story.place.edit('governance.yaml', (text) => text.replace('defaultRule: one-approver', 'defaultRule: nobody'))
    await until('the log', () =>
      /governance\.yaml:\d+:\d+ .*have become invalid: the old ones stay/.test(story.bot().log()),
    )
    const { card } = await story.say(story.world.people.approver, `plan restart-iis ${story.host()}`)
    assert.match(card, /Dry run/)
  })
})

describe('story: stopping and starting again', () => {
  const story = stage({ count: 2 })
  const get = async (path: string) => {
    const answer = await fetch(`${story.bot().url}${path}`)
    return { status: answer.status, text: await answer.text() }
  }

  it('answers /healthz, /readyz and /metrics', async () => {
    assert.deepEqual(await get('/healthz'), { status: 200, text: '{"ok":true}' })
    assert.deepEqual(await get('/readyz'), { status: 200, text: '{"ok":true}' })
    const { status, text } = await get('/metrics')
    assert.equal(status, 200)
    assert.match(text, /^runbot_\w+/m)
  })

  it('hands a run in flight over at SIGTERM, and the next start finishes it, once (P3)', async () => {
    const { number, host } = story.raise()
    const { run, message } = await story.asked(number)
    story.world.ops.setDuration('recycle-pool', 2_500)
    await story.world.teams.click({ as: story.world.people.approver, message: message.id, verb: 'approve' })
    await until('the action', () => story.effects(host).length === 1)
    assert.equal(await story.bot().stop(), 0)
    assert.equal((await story.log(run)).at(-1)?.type === 'finished', false)
    await story.restart()
    assert.equal((await story.ended(run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    await until('the resolution', () => story.world.servicenow.incident(number).state === '6')
    await until('the end in the thread', () => story.thread(run).filter((text) => /Succeeded/.test(text)).length === 1)
  })

  it('remembers after a restart what waits for approval, and the old card still works (P1)', async () => {
    const { number, host } = story.raise()
    story.world.ops.setDuration('recycle-pool', 0)
    const { run, message } = await story.asked(number)
    await story.bot().stop()
    await story.restart()
    await story.world.teams.click({ as: story.world.people.approver, message: message.id, verb: 'approve' })
    assert.equal((await story.ended(run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
  })
})
