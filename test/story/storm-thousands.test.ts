// Owns the proof that ten thousand alerts of three causes are three proposals, with bounded memory and each one counted.
import assert from 'node:assert/strict'
import { until } from './runbot.ts'
import { env, type Firing, metric, openDoors, send, sendAll, sum } from './storm.ts'
import { stage } from './story.ts'

const ALERTS = 10_000
const REPEATED = 300
const RESOLVED = 200
const SYMPTOMS = ['High5xx', 'SlowPages', 'QueueGrows']

describe('story: a storm of ten thousand alerts', function () {
  this.timeout(240_000)
  const story = stage({ count: 3, edit: openDoors, env })
  const hosts = ['web-01', 'web-02', 'web-03']
  const url = () => story.bot().url
  const memory = async () => sum(await metric(url(), 'runbot_process_resident_memory_bytes'))
  const accounted = async () => sum(await metric(url(), 'runbot_alerts_total'))
  const firing = (index: number): Firing => ({
    name: `probe-${index}`,
    ci: hosts[index % hosts.length] ?? '',
    alertname: SYMPTOMS[Math.floor(index / hosts.length) % SYMPTOMS.length] ?? '',
  })
  const all = Array.from({ length: ALERTS }, (_item, index) => firing(index))
  const runs: string[] = []
  let before = 0

  it('makes one proposal per cause of the first ones', async () => {
    for (const one of all.slice(0, hosts.length)) await send(url(), one)
    for (const host of hosts) {
      const { number = '' } = await until(`the incident on ${host}`, () =>
        story.world.servicenow.rows('incident').find((row) => row.cmdb_ci === story.world.ci(host).sys_id),
      )
      runs.push((await story.asked(number)).run)
    }
    before = await memory()
  })

  it('takes in the others, repeats and resolutions among them, and accounts for every event', async () => {
    const resolved = all
      .slice(hosts.length, hosts.length + RESOLVED)
      .map((one) => ({ ...one, status: 'resolved' as const }))
    await sendAll(url(), all.slice(hosts.length), 24)
    await sendAll(url(), [...all.slice(0, REPEATED), ...resolved], 24)
    await until('every event accounted for', async () => (await accounted()) === ALERTS + RESOLVED, 180_000)
    const results = await metric(url(), 'runbot_alerts_total')
    assert.deepEqual(results, {
      'result="proposed"': hosts.length,
      'result="joined"': ALERTS - hosts.length,
      'result="resolved"': RESOLVED,
    })
    const door = await metric(url(), 'runbot_intake_events_total')
    assert.equal(door['source="alertmanager",result="accepted"'], ALERTS + RESOLVED)
    assert.equal(door['source="alertmanager",result="repeated"'], REPEATED)
  })

  it('still has three incidents and three runs, which list exactly their members', async () => {
    const incidents = story.world.servicenow.rows('incident').filter((row) => row.correlation_id?.startsWith('runbot-'))
    assert.equal(incidents.length, hosts.length)
    assert.deepEqual((await story.runs()).toSorted(), runs.toSorted())
    const counts = await until(
      'the exact counts',
      async () => {
        const newest = await Promise.all(
          runs.map(async (run) => (await story.log(run)).findLast((event) => event.type === 'stormGrew')),
        )
        const members = newest.reduce((total, event) => total + (event?.members ?? 0), 0)
        const resolved = newest.reduce((total, event) => total + (event?.resolved ?? 0), 0)
        return members === ALERTS && resolved === RESOLVED ? newest : undefined
      },
      30_000,
    )
    for (const event of counts) assert.ok((event?.sample.length ?? 0) <= 20)
    for (const run of runs) {
      const log = await story.log(run)
      assert.deepEqual(
        log.flatMap((event) => (event.type === 'stormGrew' ? event.symptoms : [])).toSorted(),
        SYMPTOMS.toSorted(),
      )
      assert.ok(log.filter(({ type }) => type === 'stormGrew').length < 40, 'told in a few entries')
    }
  })

  it('sums them up in the control chain, each once', async () => {
    const counted = await until(
      'the account',
      async () => {
        const entries = (await story.control()).filter((event) => event.type === 'alertsCounted')
        return entries.at(-1)?.total === ALERTS + RESOLVED ? entries : undefined
      },
      90_000,
    )
    const total = (of: 'proposed' | 'joined' | 'resolved') => counted.reduce((so, event) => so + event[of], 0)
    assert.deepEqual([total('proposed'), total('joined'), total('resolved')], [3, ALERTS - 3, RESOLVED])
  })

  it('needs little more memory than before', async () => {
    const after = await memory()
    assert.ok(after < before * 3, `${Math.round(before / 1e6)} MB before, ${Math.round(after / 1e6)} MB after`)
  })
})
