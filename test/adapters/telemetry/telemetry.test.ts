// Owns the proof that a real runbot tells Azure Monitor what it does and no secret, and does not care when that is down.
import assert from 'node:assert/strict'
import { OPS_TOKEN } from '../../sandbox/ops-api.ts'
import { SERVICENOW_WEBHOOK_SECRET } from '../../sandbox/world.ts'
import { until } from '../../story/runbot.ts'
import { stage } from '../../story/story.ts'
import { type Envelope, type Ingestion, ingestion } from './ingestion.ts'

const { sink, env } = await (async () => {
  const started = await ingestion()
  return { sink: started, env: { APPLICATIONINSIGHTS_CONNECTION_STRING: started.connectionString } }
})()

const dataOf = (from: Ingestion, type: string) =>
  from.items.filter(({ data }) => data.baseType === type).map(({ data }) => data.baseData)

describe('telemetry of a runbot that ran something', () => {
  const story = stage({ count: 2, env })
  let run = ''
  let log = ''
  before(async function () {
    this.timeout(120_000)
    const { approver } = story.world.people
    const { number } = story.raise()
    const shown = await story.asked(number)
    run = shown.run
    await story.world.teams.click({ as: approver, message: shown.message.id, verb: 'approve' })
    assert.equal((await story.ended(run)).status, 'succeeded')
    await fetch(`${story.bot().url}/nowhere/${SERVICENOW_WEBHOOK_SECRET.slice(6, 20)}?code=quiet-please`)
    await until('the last note', () => story.notes(number).some((note) => /Audit chain head/.test(note)))
    const code = await story.bot().stop()
    log = story.bot().log()
    assert.equal(code, 0, log)
  })
  after(() => sink.stop())

  it('is all there once it has shut down: log, requests, calls and metrics', () => {
    const types = new Set(sink.items.map(({ data }) => data.baseType))
    assert.deepEqual([...types].toSorted(), ['MessageData', 'MetricData', 'RemoteDependencyData', 'RequestData'])
  })

  it('names the role and the process', () => {
    const tags = (name: string) => new Set(sink.items.map((item: Envelope) => item.tags[name]))
    assert.deepEqual([...tags('ai.cloud.role')], ['runbot'])
    const instances = [...tags('ai.cloud.roleInstance')]
    assert.equal(instances.length, 1)
    assert.match(String(instances[0]), /\/\d+\/[0-9a-f]{8}$/)
  })

  it('holds how the run ended, in the log and in the metrics', () => {
    const message = dataOf(sink, 'MessageData').find((data) => data['message'] === 'a run has ended')
    assert.deepEqual(message?.['properties'], { run, status: 'succeeded' })
    const metrics = dataOf(sink, 'MetricData') as unknown as readonly {
      metrics: { name: string; value: number }[]
      properties?: object
    }[]
    const ended = metrics.filter(({ metrics: [metric] }) => metric?.name === 'runbot_runs_total')
    assert.deepEqual(
      ended.map(({ metrics: [metric], properties }) => [metric?.value, properties]),
      [[1, { status: 'succeeded' }]],
    )
    const names = new Set(metrics.flatMap((each) => each.metrics.map(({ name }) => name)))
    for (const name of ['runbot_intake_backlog', 'runbot_http_request_duration_seconds', 'runbot_resting'])
      assert.ok(names.has(name), name)
    assert.ok(
      [...names].every((name) => name.startsWith('runbot_')),
      [...names].join(),
    )
  })

  it('holds what came in and what went out, by address without its parameters', () => {
    const names = dataOf(sink, 'RequestData').map(({ name }) => name)
    assert.ok(names.includes('POST /api/messages') && names.includes('POST /api/events/servicenow'), names.join())
    assert.ok(names.includes('GET /other'))
    assert.ok(!names.some((name) => String(name).includes('healthz')))
    const calls = dataOf(sink, 'RemoteDependencyData')
    const reads = calls.filter(({ name }) => String(name).startsWith('GET /api/now/table/incident'))
    assert.ok(reads.length > 0)
    assert.ok(reads.every(({ resultCode, success }) => resultCode === '200' && success === true))
    assert.ok(
      calls.some(({ name }) => /^POST .*\/runs/.test(String(name))),
      calls.map(({ name }) => name).join(),
    )
    for (const { data } of calls) assert.doesNotMatch(String(data), /[?#]/)
  })

  it('holds no secret, no query and no body', () => {
    const environment = story.world.environment()
    const secrets = Object.entries(environment).filter(([name]) => /SECRET|PASSWORD|TOKEN/.test(name))
    assert.ok(secrets.length > 2)
    for (const secret of [...secrets.flatMap(([, value]) => value.split(' ')), OPS_TOKEN, 'quiet-please', 'sysparm_'])
      assert.ok(!sink.text().includes(secret), 'a secret was sent')
    assert.ok(!sink.text().includes(SERVICENOW_WEBHOOK_SECRET.slice(6, 20)))
  })

  it('stands on standard output as well, as without it', () => {
    assert.match(log, new RegExp(`"run":"${run}","status":"succeeded","msg":"a run has ended"`))
  })
})

for (const mood of ['failing', 'silent'] as const)
  describe(`telemetry to a service that is ${mood}`, () => {
    let far: Ingestion
    const connection: Record<string, string> = {}
    before(async () => {
      far = await ingestion()
      far.be(mood)
      connection['APPLICATIONINSIGHTS_CONNECTION_STRING'] = far.connectionString
    })
    const story = stage({ count: 1, env: connection })
    after(() => far.stop())

    it('delays no run, and lets runbot leave in time', async function () {
      this.timeout(90_000)
      const { number } = story.raise()
      const shown = await story.asked(number)
      await story.world.teams.click({ as: story.world.people.approver, message: shown.message.id, verb: 'approve' })
      assert.equal((await story.ended(shown.run)).status, 'succeeded')
      assert.equal(await story.bot().stop(), 0)
      assert.ok(far.requests() > 0, 'it was tried')
    })
  })
