// Owns the proof that the fake Teams channel keeps threads and versions, and that the sandbox world is wired.
import assert from 'node:assert/strict'
import { type Call, type Server, serve } from '../../sandbox/server.ts'
import { startWorld, type World } from '../../sandbox/world.ts'
import { BASIC, BEARER, call } from './call.ts'

const CARD = 'application/vnd.microsoft.card.adaptive'
const cardOf = (title: string) => ({
  type: 'AdaptiveCard',
  body: [{ type: 'TextBlock', text: title }],
  actions: [
    {
      type: 'Action.Execute',
      verb: 'approve',
      data: { run: 'r1' },
      fallback: { type: 'Action.Submit', data: { run: 'r1', verb: 'approve' } },
    },
  ],
})
const message = (title: string) => ({ type: 'message', attachments: [{ contentType: CARD, content: cardOf(title) }] })

describe('sandbox world', () => {
  let world: World
  let bot: Server
  beforeEach(async () => {
    bot = await serve({ handler: () => ({ status: 200, body: { statusCode: 200 } }) })
    world = await startWorld({ runbotUrl: bot.url, recycleMs: 5 })
  })
  afterEach(() => Promise.all([world.stop(), bot.stop()]))

  const heard = (): any => bot.requests.at(-1)?.body
  const connector = (method: string, path: string, body?: unknown) =>
    call(`${world.teams.url}/v3/${path}`, { method, body })
  const inChannel = async (title: string) => {
    const channelData = { channel: { id: '19:incidents@thread.tacv2' } }
    return (await connector('POST', 'conversations', { isGroup: true, channelData, activity: message(title) })).body
  }

  it('begins a thread with the root in its id, and keeps replies and every version', async () => {
    const { id, activityId } = await inChannel('first')
    assert.equal(id, `19:incidents@thread.tacv2;messageid=${activityId}`)
    const path = `conversations/${encodeURIComponent(id)}/activities`
    const reply = await connector('POST', `${path}/${activityId}`, { type: 'message', text: 'working' })
    assert.equal(reply.status, 201)
    assert.equal((await connector('PUT', `${path}/${activityId}`, message('second'))).status, 200)
    assert.equal((await connector('PUT', `${path}/1`, message('second'))).status, 404)
    const messages = world.teams.thread(id)?.messages ?? []
    assert.deepEqual(
      messages.map(({ text }) => text),
      ['', 'working'],
    )
    assert.deepEqual(messages[0]?.card, cardOf('second'))
    assert.deepEqual(
      messages[0]?.versions.map(({ card }) => card),
      [cardOf('first'), cardOf('second')],
    )
    assert.equal((await connector('POST', path, { type: 'message', text: 'x'.repeat(30_000) })).status, 413)
  })

  it('speaks as a person with a mention, and presses buttons with the data of the card', async () => {
    const { approver } = world.people
    const said = await world.teams.say({ as: approver, text: 'help' })
    assert.equal(heard().text, '<at>runbot</at> help')
    assert.equal(heard().from.aadObjectId, approver.aadObjectId)
    assert.equal(heard().conversation.id, said.conversationId)
    assert.equal(heard().channelData.tenant.id, heard().conversation.tenantId)
    const { activityId } = await inChannel('ask')
    const clicked = await world.teams.click({
      as: approver,
      message: activityId,
      verb: 'approve',
      inputs: { note: 'go' },
    })
    assert.deepEqual(clicked, { status: 200, body: { statusCode: 200 } })
    assert.equal(heard().name, 'adaptiveCard/action')
    assert.deepEqual(heard().value.action.data, { run: 'r1', note: 'go' })
    await world.teams.submit({ as: approver, message: activityId, verb: 'approve' })
    assert.deepEqual([heard().type, heard().value], ['message', { run: 'r1', verb: 'approve' }])
    await assert.rejects(world.teams.click({ as: approver, message: activityId, verb: 'reject' }), /no button/)
    await world.teams.say({
      as: approver,
      text: 'status',
      in: 'personal',
      tamper: (activity) => ({ ...activity, from: {} }),
    })
    assert.deepEqual([heard().text, heard().from], ['status', {}])
  })

  it('lists members and teams, and waits for a message to come', async () => {
    const { approver } = world.people
    const channel = encodeURIComponent('19:incidents@thread.tacv2')
    const found = await connector('GET', `conversations/${channel}/members/${encodeURIComponent(approver.id)}`)
    assert.equal(found.body.aadObjectId, approver.aadObjectId)
    assert.equal((await connector('GET', `conversations/${channel}/members/29:nobody`)).status, 404)
    const page = await connector('GET', `conversations/${channel}/pagedmembers?pageSize=5`)
    // A page holds fifty people at least.
    assert.deepEqual([page.body.members.length, page.body.continuationToken], [7, undefined])
    assert.equal((await connector('GET', 'teams/19:operations@thread.tacv2')).body.name, 'Operations')
    assert.equal(
      (await connector('GET', 'teams/19:operations@thread.tacv2/conversations')).body.conversations.length,
      2,
    )
    const coming = world.teams.waitFor(({ text }) => text === 'at last')
    await connector('POST', `conversations/${channel}/activities`, { type: 'message', text: 'at last' })
    assert.notEqual((await coming).conversationId, '19:incidents@thread.tacv2')
  })

  it('raises an incident through the business rule, on a CI with facts, service and dependants', async () => {
    const { number, cmdb_ci } = world.raiseIncident({ caller: 'vip' })
    await world.servicenow.settled()
    const event = bot.requests.find(({ path }: Call) => path === '/api/events/servicenow')
    assert.equal((event?.body as any)?.data.number, number)
    const fields = 'name,sys_class_name,u_health_url,support_group.name'
    const query = `sysparm_fields=${fields}&sysparm_display_value=true`
    const ci = await call(`${world.servicenow.url}/api/now/table/cmdb_ci/${cmdb_ci}?${query}`, { headers: BASIC })
    assert.deepEqual(ci.body.result, {
      name: 'web-01',
      sys_class_name: 'IIS Web Tier',
      u_health_url: world.site.healthUrl,
      'support_group.name': 'Web Platform',
    })
    const using = world.servicenow.rows('cmdb_rel_ci').filter(({ child }) => child === cmdb_ci)
    assert.equal(using.length, 2)
    assert.equal(world.openChange().number, 'CHG0030001')
  })

  it('recycles the real site through the ops API, once per key', async () => {
    world.site.break()
    const body = { runbook: 'recycle-pool', parameters: { host: 'web-01' }, clientRunId: 'k1', requestedBy: 'runbot' }
    const launch = () =>
      call(`${world.ops.url}/v1/runs`, { method: 'POST', headers: { ...BEARER, 'idempotency-key': '"k1"' }, body })
    await Promise.all([launch(), launch(), launch()])
    await world.ops.idle()
    assert.deepEqual([world.site.recycles(), world.site.healthy(), world.ops.effects.length], [1, true, 1])
    const { body: run } = await call(`${world.ops.url}/v1/runs?clientRunId=k1`, { headers: BEARER })
    assert.deepEqual(run.items[0].output, { pool: 'DefaultAppPool', state: 'Started' })
  })
})
