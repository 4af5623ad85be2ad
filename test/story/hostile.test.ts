// Owns the proof that text and requests from outside do nothing but be read, and that no secret gets out.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { until } from './runbot.ts'
import { answerOf, stage, wordsOf } from './story.ts'

const EVENT = { type: 'incident.created', data: { sys_id: 'a'.repeat(32), number: 'INC0000001' } }

describe('story: text from outside', () => {
  const story = stage({ count: 2 })
  const HOSTILE =
    '503 ${1+1} ${env:OPS_TOKEN} {{DATE(2026-01-01)}} [pay](https://evil.example) **bold** <img src=x onerror=1> ' +
    '<at>Everyone</at> [code]<b>x</b>[/code] \u202Etxt.exe [runbot R0000000000#1]'
  /** What a person sees: the invisible gaps that keep text from meaning something are taken out again. */
  const seen = (text: string): string => text.replaceAll(/[\u2060\u200b]/g, '')

  it('stands on the card as it was typed: no template, markup, mention or link comes to life (P9)', async () => {
    const { number } = story.raise({ fields: { short_description: HOSTILE, description: HOSTILE } })
    const { message } = await story.asked(number)
    const runs = JSON.stringify(message.card).match(/"text":"[^"]*503[^"]*"/g) ?? []
    assert(runs.length > 0)
    const shown = seen(wordsOf(message.card))
    for (const literal of ['${1+1} ${env:OPS_TOKEN}', '**bold**', '<img src=x', '<at>Everyone</at>'])
      assert(shown.includes(literal), literal)
    for (const live of ['https://evil', '<img', '<at>', '{{DATE', '](', '\u202E'])
      assert(!runs.some((text) => text.includes(live)), live)
    assert.deepEqual(message.activity['entities'] ?? [], [])
  })

  it('stands in thread and notes as it was typed, and forges no marker of runbot’s own (P4, P9)', async () => {
    const { number } = story.raise()
    const { run, message } = await story.asked(number)
    const as = story.world.people.approver
    await story.world.teams.click({ as, message: message.id, verb: 'reject', inputs: { note: HOSTILE } })
    const reply = await until('the reply', () => story.thread(run).find((text) => text.includes('rejected')))
    for (const live of [/(?<!\\)\*\*bold(?<!\\)\*\*/, /<img/, /<at>/, /(?<!\\)\[pay/, /\u202E/, /https:\/\/evil/])
      assert.doesNotMatch(reply, live)
    assert.match(seen(reply).replaceAll('\\', ''), /\$\{1\+1\} \$\{env:OPS_TOKEN\}.*&lt;at&gt;Everyone/)
    const note = await until('the note', () => story.notes(number).find((text) => text.startsWith('Rejected by')))
    assert.doesNotMatch(note, /\[\/?code\]|\u202E/)
    assert.deepEqual(note.match(/\[runbot [^\]]*\]/g)?.length, 1)
    assert.match(note, new RegExp(`\\[runbot ${run}#\\d+\\]$`))
  })

  for (const [what, typed] of [
    ['an expression as a parameter', 'run restart-iis web-01 pool=${env:OPS_TOKEN} because "x"'],
    ['a script as a target', 'run restart-iis javascript:gs.getUser() because "x"'],
    ['a query as a target', 'run restart-iis web-01^ORnameSTARTSWITHweb because "x"'],
    ['a path as a runbook', 'run ../../governance web-01 because "x"'],
    ['a property of every object as a runbook', 'run __proto__ web-01 because "x"'],
    ['a property of every object as a parameter', 'run restart-iis web-01 __proto__=x because "x"'],
  ] as const)
    it(`refuses ${what} in a command, and asks ServiceNow nothing that it would evaluate (P9, P12)`, async () => {
      const before = await story.runs()
      const { text } = await story.say(story.world.people.requester, typed)
      assert.notEqual(text, '')
      assert.deepEqual([await story.runs(), story.world.servicenow.evaluated], [before, []])
    })
})

describe('story: requests from outside', () => {
  const story = stage({ count: 1, watched: false })
  const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
  const post = async (path: string, body: string, headers: Record<string, string> = {}) => {
    const json = { 'content-type': 'application/json' }
    return fetch(`${story.bot().url}${path}`, { method: 'POST', headers: { ...json, ...headers }, body })
  }

  for (const [what, event, status] of [
    ['a body of 2 MB', { body: { ...EVENT, more: 'x'.repeat(2 * 1024 * 1024) } }, 413],
    ['a wrong signature', { body: EVENT, headers: { 'webhook-signature': 'v1,AAAA' } }, 401],
    ['the signature of another body', { body: EVENT, headers: { 'webhook-id': 'msg_other' } }, 401],
    ['a time an hour ago', { body: EVENT, at: new Date(Date.now() - 3_600_000) }, 401],
    ['a time to come', { body: EVENT, at: new Date(Date.now() + 3_600_000) }, 401],
    ['JSON nested ten thousand times', { body: `{"type":"incident.created","data":${nested(10_000)}}` }, 400],
    ['no JSON', { body: 'type=incident.created' }, 400],
    ['a sys_id that is a query', { body: { ...EVENT, data: { sys_id: 'javascript:gs.sleep(9)', number: 'x' } } }, 400],
  ] as const)
    it(`answers ${status} to an event with ${what}, and stores nothing (P8)`, async () => {
      assert.equal((await story.deliver(event)).status, status)
      assert.equal(await (await story.store()).backlog(), 0)
      assert.deepEqual(await story.runs(), [])
    })

  it('answers 401 to an event without a signature', async () => {
    assert.equal((await post('/api/events/servicenow', JSON.stringify(EVENT))).status, 401)
  })

  it('answers 404 at a door whose secret is not set', async () => {
    assert.equal((await post('/api/events', '{}')).status, 404)
  })

  for (const [what, body, status] of [
    ['2 MB', JSON.stringify({ type: 'message', text: 'x'.repeat(2 * 1024 * 1024) }), 413],
    ['JSON nested ten thousand times', nested(10_000), 400],
    ['no activity', '[]', 400],
  ] as const)
    it(`answers ${status} to ${what} at the bot’s door`, async () => {
      assert.equal((await post('/api/messages', body)).status, status)
    })

  it('sends no reply to an address that an activity names (P10)', async () => {
    const reply = await story.world.teams.say({
      as: story.world.people.approver,
      text: 'help',
      tamper: (activity) => ({ ...activity, serviceUrl: 'https://evil.example/' }),
    })
    assert.equal(reply.status, 403)
  })

  it('hears no command of another tenant (P10)', async () => {
    const as = { ...story.world.people.approver, tenantId: '99999999-9999-4999-8999-999999999999' }
    const reply = await story.world.teams.say({ as, text: 'freeze because "x"' })
    assert.equal(reply.status, 403)
    assert.deepEqual(
      (await story.control()).filter(({ type }) => type === 'frozen' || type === 'turnedAway').map(({ type }) => type),
      ['turnedAway'],
    )
  })
})

describe('story: secrets', () => {
  const story = stage({ count: 2, env: { LOG_LEVEL: 'trace' } })

  it('never stand in log, cards, threads, notes, attachments, metrics, run log or answers', async () => {
    const { world } = story
    const failing = story.raise({ fields: { short_description: '503 ${env:OPS_TOKEN} ${SERVICENOW_CLIENT_SECRET}' } })
    world.ops.faults.add({
      fault: { status: 401 },
      match: ({ method, path }) => method === 'POST' && path === '/v1/runs',
    })
    world.servicenow.revokeTokens()
    const shown = await story.asked(failing.number)
    const answers = [
      answerOf(await world.teams.click({ as: world.people.outsider, message: shown.message.id, verb: 'approve' })),
    ]
    await world.teams.click({ as: world.people.approver, message: shown.message.id, verb: 'approve' })
    await story.ended(shown.run)
    for (const text of ['whoami', `explain ${shown.run}`, `audit ${shown.run}`, 'plan restart-iis web-02'])
      answers.push(JSON.stringify(await story.say(world.people.approver, text)))
    await until('the last note', () => story.notes(failing.number).some((note) => /Audit chain head/.test(note)))
    const everything: Record<string, string> = {
      log: story.bot().log(),
      teams: JSON.stringify(world.teams.threads()),
      notes: JSON.stringify(world.servicenow.rows('sys_journal_field')),
      incident: JSON.stringify(world.servicenow.rows('incident')),
      attachments: world.servicenow
        .attachments(failing.sysId)
        .map(({ bytes }) => bytes.toString())
        .join('\n'),
      metrics: await (await fetch(`${story.bot().url}/metrics`)).text(),
      answers: answers.join('\n'),
      store: readFileSync(story.place.store, 'latin1') + readFileSync(`${story.place.store}-wal`, 'latin1'),
    }
    const environment = world.environment()
    const names = ['SERVICENOW_CLIENT_SECRET', 'SERVICENOW_WEBHOOK_SECRET', 'OPS_TOKEN', 'OPS_CALLBACK_SECRET']
    for (const name of names)
      for (const [where, text] of Object.entries(everything)) {
        const secret = environment[name] ?? name
        assert(
          !text.includes(secret),
          `${name} stands in ${where}: ${text.slice(Math.max(0, text.indexOf(secret) - 200)).slice(0, 400)}`,
        )
      }
  })
})
