// Owns the proof of infra/servicenow: its scripts run as they are, and runbot's real door takes what they sign.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { type Door, openDoor, secret } from '../../adapters/http/door.ts'
import { serve } from '../../sandbox/server.ts'
import { type Asked, type Done, type Instance, instance, pathOf, type Setup } from './servicenow-instance.ts'

const sysId = 'a'.repeat(32)
const changed = { number: 'INC0010001', sys_updated_by: 'omar.reyes', sys_mod_count: '3' }
const other = `whsec_${Buffer.alloc(32, 9).toString('base64')}`

describe('the webhook of infra/servicenow', () => {
  let door: Door
  let there: Instance
  const open = async (setup: Partial<Setup> = {}, tampered?: (asked: Asked) => Asked): Promise<void> => {
    const properties = {
      'runbot.webhook.url': `${door.url}/api/events/servicenow`,
      'runbot.webhook.user': 'runbot',
      'runbot.webhook.credential': 'c'.repeat(32),
    }
    there = instance({ password: secret, ...setup, properties: { ...properties, ...setup.properties } }, tampered)
  }
  const rule = (fields: Record<string, string> = changed): Promise<Done> => there.run({ script: 'rule', sysId, fields })
  const statuses = () => there.sent.map(({ status }) => status)

  beforeEach(async () => {
    door = await openDoor({ now: Date.now })
  })
  afterEach(async () => {
    await there.stop()
    await door.close()
  })

  it('tells runbot’s door of an incident that changed, signed so that it is taken', async () => {
    await open()
    assert.deepEqual(await rule(), { logged: [], scheduled: [] })
    assert.deepEqual(statuses(), [202])
    const event = { type: 'incident.updated', data: { sys_id: sysId, number: 'INC0010001' } }
    assert.deepEqual(
      door.deliveries.map(({ body }) => body),
      [event],
    )
  })

  it('calls an incident that was never updated created', async () => {
    await open()
    await rule({ ...changed, sys_mod_count: '0' })
    assert.equal(JSON.stringify(door.deliveries[0]?.body).includes('"type":"incident.created"'), true)
  })

  it('says nothing of what runbot itself wrote, so that nothing goes round in a circle', async () => {
    await open()
    await rule({ ...changed, sys_updated_by: 'runbot' })
    assert.deepEqual(there.sent, [])
  })

  it('says nothing while it is not told who runbot is', async () => {
    await open({ properties: { 'runbot.webhook.user': '' } })
    await rule()
    assert.deepEqual(there.sent, [])
  })

  it('tries again under the same id, signed anew, so that runbot counts it once (P8)', async () => {
    let answers = 0
    // The first answer is lost on its way back: runbot has the event, ServiceNow does not know.
    await open({}, (asked) => (answers++ === 0 ? { ...asked, url: 'http://127.0.0.1:1/' } : asked))
    const { scheduled, logged } = await rule()
    const [[name, id = '', parm2 = '', wait] = []] = scheduled
    assert.deepEqual([name, parm2, wait], ['runbot.webhook.retry', 'incident.updated 1', '15'])
    assert.match(logged[0] ?? '', /^warn runbot was not told of INC0010001 .*It is tried again\.$/)
    for (const _ of [1, 2]) await there.run({ script: 'retry', sysId, fields: changed, parm1: id, parm2 })
    assert.deepEqual(statuses(), [0, 202, 202])
    assert.deepEqual(new Set(there.sent.map(({ headers }) => headers['webhook-id'])), new Set([id]))
    assert.equal(new Set(door.deliveries.map(({ key }) => key)).size, 1)
  })

  it('waits longer each time, and ends after the fifth', async () => {
    await open({}, (asked) => ({ ...asked, url: 'http://127.0.0.1:1/' }))
    const waits: string[] = []
    for (const tries of [0, 1, 2, 3, 4, 5]) {
      const parm2 = `incident.updated ${tries}`
      const { scheduled } = await there.run({ script: 'retry', sysId, fields: changed, parm1: 'msg_1', parm2 })
      waits.push(scheduled[0]?.[3] ?? 'none')
    }
    assert.deepEqual(waits, ['15', '60', '300', '900', '3600', 'none'])
  })

  it('waits as long as the answer asks, where that is longer', async () => {
    const busy = await serve({ handler: () => ({ status: 503, headers: { 'retry-after': '120' } }) })
    try {
      await open({ properties: { 'runbot.webhook.url': busy.url } })
      assert.equal((await rule()).scheduled[0]?.[3], '120')
    } finally {
      await busy.stop()
    }
  })

  it('comes back where runbot is busy', async () => {
    await door.close()
    door = await openDoor({ now: Date.now, maxInFlight: 0 })
    await open()
    const { scheduled } = await rule()
    assert.deepEqual(statuses(), [503])
    assert.equal(scheduled[0]?.[3], '15')
  })

  const refused: readonly [what: string, setup: Partial<Setup>, tampered: ((asked: Asked) => Asked) | undefined][] = [
    ['with another secret', { password: other }, undefined],
    [
      'whose body was changed on its way',
      {},
      (asked) => ({ ...asked, body: asked.body.replace('0010001', '0010002') }),
    ],
    ['whose id was changed', {}, (asked) => ({ ...asked, headers: { ...asked.headers, 'webhook-id': 'msg_2' } })],
    ['that is ten minutes old', { now: Date.now() - 600_000 }, undefined],
  ]
  for (const [what, setup, tampered] of refused)
    it(`is refused by the door ${what}: 401, said with what to compare, and not tried again`, async () => {
      await open(setup, tampered)
      const { logged, scheduled } = await rule()
      assert.deepEqual(statuses(), [401])
      assert.deepEqual(door.deliveries, [])
      assert.deepEqual(scheduled, [])
      assert.match(logged[0] ?? '', /^error .*status 401: compare the secret with SERVICENOW_WEBHOOK_SECRET/)
    })

  it('sends nothing unsigned where the credential holds no secret', async () => {
    await open({ password: 'not a webhook secret' })
    const { logged } = await rule()
    assert.deepEqual(there.sent, [])
    assert.match(logged[0] ?? '', /holds no whsec_ secret/)
  })

  it('never logs the secret or the signature, also where the platform repeats the request in its error', async () => {
    await open({}, (asked) => ({ ...asked, url: 'http://127.0.0.1:1/' }))
    const { logged } = await rule()
    const text = logged.join('\n')
    assert.notEqual(text, '')
    for (const hidden of [secret, secret.slice('whsec_'.length), there.sent[0]?.headers['webhook-signature'] ?? ''])
      assert(!text.includes(hidden))
  })

  it('is written in the JavaScript that every release of the platform runs', () => {
    for (const file of [
      'RunbotWebhook.script-include.js',
      'announce-incident.business-rule.js',
      'retry-webhook.script-action.js',
    ]) {
      const code = readFileSync(pathOf(file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
      assert.doesNotMatch(code, /=>|`|\b(let|const|class|async|await)\b|\.\.\.|\?\.|\?\?/, file)
    }
  })
})
