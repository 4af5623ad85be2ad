// Owns the proof of docs/operations/secrets.md on real processes: secrets are replaced and nothing is refused meanwhile.
import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { OPS_TOKEN } from '../sandbox/ops-api.ts'
import { type Server, serve } from '../sandbox/server.ts'
import { signWebhook } from '../sandbox/webhooks.ts'
import { SERVICENOW_WEBHOOK_SECRET } from '../sandbox/world.ts'
import { type Runbot, startRunbot, until } from '../story/runbot.ts'
import { stage } from '../story/story.ts'

const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`

/** How many requests this replica turned away at ServiceNow's door, as its metrics say. */
async function refusals(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const found = /^runbot_intake_events_total\{source="servicenow",result="refused"\} (\d+)$/m.exec(text)
  return Number(found?.[1] ?? 0)
}

describe('docs/operations/secrets.md: the secret of the webhooks', function () {
  this.timeout(90_000)
  const story = stage({ count: 1 })
  const others: Runbot[] = []
  after(async () => {
    for (const each of others) await each.stop()
  })

  it('is replaced replica by replica, and no event is refused until the old one is taken away (P8)', async () => {
    const [old, fresh] = [SERVICENOW_WEBHOOK_SECRET, newSecret()]
    /** Another replica beside those that run, as a deployment starts it. */
    const replica = async (secrets: string): Promise<Runbot> => {
      const env = { ...story.world.environment(), SERVICENOW_WEBHOOK_SECRET: secrets }
      const started = await startRunbot(story.place, env)
      others.push(started)
      return started
    }
    const sent: string[] = []
    /** An event about an incident that is not there: accepted, looked at, declined. Answers the status. */
    const event = async (to: Runbot, secret: string): Promise<number> => {
      const [id, at] = [`msg_${randomUUID()}`, Math.floor(Date.now() / 1000)]
      const body = JSON.stringify({
        type: 'incident.updated',
        data: { sys_id: randomBytes(16).toString('hex'), number: 'INC0099999' },
      })
      const headers = {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(at),
        'webhook-signature': signWebhook(secret, id, at, body),
      }
      const answer = await fetch(`${to.url}/api/events/servicenow`, { method: 'POST', headers, body })
      const { id: stored } = (await answer.json()) as { id?: string }
      if (stored !== undefined) sent.push(stored)
      return answer.status
    }

    const first = story.bot()
    assert.equal(await event(first, old), 202)
    const both = await replica(`${fresh} ${old}`)
    assert.deepEqual(await Promise.all([event(first, old), event(both, old), event(both, fresh)]), [202, 202, 202])
    await first.stop()
    assert.deepEqual(await Promise.all([event(both, old), event(both, fresh)]), [202, 202])
    const last = await replica(fresh)
    assert.deepEqual(await Promise.all([event(both, old), event(last, fresh)]), [202, 202])
    assert.deepEqual([await refusals(both.url), await refusals(last.url)], [0, 0])
    await both.stop()

    // Who was forgotten is seen: in the metrics, and in the log, without what they sent as a proof.
    assert.equal(await event(last, old), 401)
    assert.equal(await refusals(last.url), 1)
    assert.match(last.log(), /no signature matches/)
    for (const log of others.map((each) => each.log()))
      for (const secret of [old, fresh])
        assert.ok(!log.includes(secret.slice('whsec_'.length)), 'a secret is in the log')

    // What was accepted was worked on, whichever replica took it.
    await until('all events worked on', async () => {
      const done = (await story.control()).flatMap((each) => (each.type === 'intakeDeclined' ? [each.intake] : []))
      return sent.every((id) => done.includes(id))
    })
  })
})

describe("docs/operations/secrets.md: a connector's token", function () {
  this.timeout(90_000)
  const story = stage({ count: 3 })
  const [old, fresh] = ['the-old-token-of-ops', 'the-new-token-of-ops']
  /** The ops API behind a gate that knows these tokens, as one where a second token was made. */
  const valid = new Set([old, fresh])
  let gate: Server
  before(async () => {
    const { ops } = story.world
    gate = await serve({
      handler: async ({ method, path, headers, raw }) => {
        const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? ''
        if (!valid.has(token)) return { status: 401 }
        const answer = await fetch(`${ops.url}${path}`, {
          method,
          headers: {
            'content-type': 'application/json',
            ...(headers['idempotency-key'] ? { 'idempotency-key': String(headers['idempotency-key']) } : {}),
            authorization: `Bearer ${OPS_TOKEN}`,
          },
          ...(raw.length > 0 ? { body: raw } : {}),
        })
        const passed = Object.fromEntries(answer.headers)
        for (const own of ['connection', 'content-length', 'keep-alive', 'transfer-encoding']) delete passed[own]
        return { status: answer.status, headers: passed, body: Buffer.from(await answer.arrayBuffer()) }
      },
    })
    await story.bot().stop()
    await story.restart({ OPS_URL: gate.url, OPS_TOKEN: old, OPS_TOKEN_NEXT: fresh })
  })
  after(() => gate.stop())

  const approve = (message: string) =>
    story.world.teams.click({ as: story.world.people.approver, message, verb: 'approve' })
  const tokens = (since: number): readonly string[] => [
    ...new Set(gate.requests.slice(since).map(({ headers }) => (headers.authorization ?? '').replace('Bearer ', ''))),
  ]

  it('is replaced while runbot works: what waits stays asked for under the same plan, and the old token can go (P2)', async () => {
    const one = await story.asked(story.raise().number)
    assert.deepEqual(tokens(0), [old])

    story.place.edit('connectors.yaml', (text) => text.replace('${env:OPS_TOKEN}', '${env:OPS_TOKEN_NEXT}'))
    const loaded = async (): Promise<boolean> =>
      (await story.control()).filter(({ type }) => type === 'contentLoaded').length > 2
    await until('the changed file', loaded)
    valid.delete(old)

    const since = gate.requests.length
    await approve(one.message.id)
    assert.equal((await story.ended(one.run)).status, 'succeeded')
    assert.equal((await story.log(one.run)).filter(({ type }) => type === 'decided').length, 1)
    assert.deepEqual(tokens(since), [fresh])
    for (const secret of [old, fresh]) assert.ok(!story.bot().log().includes(secret), 'a token is in the log')
  })

  it('that was revoked too early fails a run before anything was sent, with the reason (P3, P12)', async () => {
    const { number, host } = story.raise()
    const asked = await story.asked(number)
    valid.delete(fresh)
    await approve(asked.message.id)
    const { status, reason } = await story.ended(asked.run)
    assert.equal(status, 'failed')
    assert.match(reason, /ops does not answer: .*401/)
    assert.deepEqual(story.effects(host), [])
  })
})
