// Owns the proof that callbacks are hints: a step ends at once after a true one, a forged one changes nothing, none is needed.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { signWebhook } from '../sandbox/webhooks.ts'
import { OPS_CALLBACK_SECRET } from '../sandbox/world.ts'
import { type Place, until } from './runbot.ts'
import { type Story, stage } from './story.ts'

/** The action is the only thing that the ops API is asked for, so that it alone is waited for. */
function actionAlone(place: Place): void {
  place.edit('governance.yaml', (text) => text.replace('    evidence: [ops.diagnostics]', '    evidence: []'))
  place.edit('catalog/restart-iis.yaml', (text) =>
    text
      .replace('  - { do: ops.diagnostics, with: { host: "${target}" } }\n', '')
      .replace(/ {4}preflight:\n(?: {6}.*\n)+?(?= {4}action:)/g, ''),
  )
}

/** How the outside reaches runbot: it knows where runbot is only once that has started. */
async function frontDoor(story: Story) {
  let open = true
  const statuses: number[] = []
  const server: Server = createServer((req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => void chunks.push(chunk))
    req.on('end', () => {
      const headers = { ...(req.headers as Record<string, string>) }
      for (const own of ['host', 'connection', 'content-length', 'transfer-encoding']) delete headers[own]
      const passed = open
        ? fetch(`${story.bot().url}${req.url}`, { method: 'POST', headers, body: Buffer.concat(chunks) })
        : Promise.reject(new Error('the door is shut'))
      void passed
        .then(({ status }) => status)
        .catch(() => 502)
        .then((status) => {
          statuses.push(status)
          res.writeHead(status)
          res.end()
        })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    statuses,
    shut: () => void (open = false),
    close: () => server.close(),
  }
}
type Front = Awaited<ReturnType<typeof frontDoor>>

/** Starts a run on a fresh host and waits until its action was accepted over there; says with which key. */
async function underWay(story: Story, ms: number) {
  story.world.ops.setDuration('recycle-pool', ms)
  const { number, host } = story.raise()
  const shown = await story.asked(number)
  await story.world.teams.click({ as: story.world.people.approver, message: shown.message.id, verb: 'approve' })
  await until('the handle', async () => (await story.log(shown.run)).some(({ type }) => type === 'actionAccepted'))
  const over = story.world.ops.runs().findLast(({ runbook }) => runbook === 'recycle-pool')
  assert.ok(over)
  assert.ok(over.clientRunId.startsWith(`${shown.run}-`))
  return { host, run: shown.run, key: over.clientRunId, over }
}

const looksAt = (story: Story, id: string): number =>
  story.world.ops.requests.filter(({ method, path }) => method === 'GET' && path === `/v1/runs/${id}`).length

/** A callback of the ops API, as whoever knows its secret could send it. */
async function callBack(story: Story, body: object, secret = OPS_CALLBACK_SECRET): Promise<number> {
  const [id, at, text] = [`msg_${randomUUID()}`, Math.floor(Date.now() / 1000), JSON.stringify(body)]
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(at),
    'webhook-signature': signWebhook(secret, id, at, text),
  }
  const answer = await fetch(`${story.bot().url}/api/callbacks/ops`, { method: 'POST', headers, body: text })
  return answer.status
}

describe('story: an endpoint that asks to be left alone for 30 seconds, and calls back', () => {
  let front: Front
  const story = stage({ count: 4, retryAfterS: 30, edit: actionAlone })
  before(async () => {
    // The stage stands already; from here on it knows how the outside reaches it.
    front = await frontDoor(story)
    await story.bot().stop()
    await story.restart({ PUBLIC_URL: front.url })
  })
  after(() => front.close())

  it('ends its step with the callback, long before the next look would have been due', async () => {
    const { host, run, over } = await underWay(story, 700)
    assert.equal((await story.ended(run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    assert.equal(front.statuses.at(-1), 202)
    assert.ok(looksAt(story, over.id) > 0)
  })

  it('reads back what a forged success says, and goes on waiting: the log says nothing of it (P3)', async () => {
    const { host, run, key, over } = await underWay(story, 60_000)
    const looks = looksAt(story, over.id)
    const forged = { type: 'run.succeeded', data: { ...over, status: 'succeeded', exitCode: 0, finishedAt: 'now' } }
    assert.equal(await callBack(story, forged), 202)
    await until('the look', () => looksAt(story, over.id) > looks)
    const hasEnded = async () => (await story.log(run)).some(({ type }) => type === 'actionEnded')
    assert.equal(await hasEnded(), false)
    assert.equal(await callBack(story, forged, `whsec_${'A'.repeat(43)}=`), 401)

    const flood = Array.from({ length: 200 }, async (_, index) => callBack(story, { index, key }))
    assert.ok((await Promise.all(flood)).every((status) => status === 202))
    assert.ok(looksAt(story, over.id) < looks + 20, `200 callbacks: ${looksAt(story, over.id) - looks} looks`)
    assert.equal(await hasEnded(), false)

    const { text } = await story.say(story.world.people.secondApprover, `stop ${run} because "enough"`)
    assert.match(text, new RegExp(`${host}: still running recycle-pool`))
    assert.equal((await story.ended(run)).status, 'cancelled')
    assert.equal(over.status, 'cancelled')
  })

  it('takes no callback for a system that cannot prove itself', async () => {
    const answer = await fetch(`${story.bot().url}/api/callbacks/http`, { method: 'POST', body: '{}' })
    assert.equal(answer.status, 404)
  })
})

describe('story: an endpoint whose callbacks never arrive (time passes 30 times as fast)', () => {
  let front: Front
  const story = stage({ count: 1, retryAfterS: 30, edit: actionAlone, speed: 30 })
  before(async () => {
    front = await frontDoor(story)
    front.shut()
    await story.bot().stop()
    await story.restart({ PUBLIC_URL: front.url })
  })
  after(() => front.close())

  it('ends its step with the next look all the same', async () => {
    const { host, run } = await underWay(story, 200)
    assert.equal((await story.ended(run)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    await until('the lost callback', () => front.statuses.includes(502))
  })
})
