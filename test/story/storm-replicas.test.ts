// Owns the proof that alerts of one cause that reach several replicas at once are one incident and one proposal (P8).
import assert from 'node:assert/strict'
import { replicas } from './replicas-stage.ts'
import { until } from './runbot.ts'
import { env, openDoors, send } from './storm.ts'

const ALERTS = 45

for (const on of ['cosmos', 'sqlite'] as const)
  describe(`story: a storm that reaches several replicas, on ${on}`, function () {
    this.timeout(120_000)
    const story = replicas({ on, count: 1, edit: openDoors, env })

    it('makes one incident and one run, and counts each alert once', async () => {
      const host = story.host()
      const all = story.replicas()
      await Promise.all(
        Array.from({ length: ALERTS }, async (_, n) => {
          const firing = { name: `r${n}`, ci: host, alertname: 'High5xx' }
          const [one, other] = [all[n % all.length]?.url ?? '', all[(n + 1) % all.length]?.url ?? '']
          await Promise.all([send(one, firing), send(other, firing)])
        }),
      )
      const opened = () =>
        story.world.servicenow.rows('incident').filter((row) => row.cmdb_ci === story.world.ci(host).sys_id)
      const row = await until('the incident', () => opened()[0])
      const { run } = await story.asked(row.number ?? '')
      await until(
        'the exact count',
        async () => (await story.log(run)).some((event) => event.type === 'stormGrew' && event.members === ALERTS),
        90_000,
      )
      assert.equal(opened().length, 1)
      assert.deepEqual(await story.runs(), [run])
      const told = (await story.log(run)).flatMap((event) => (event.type === 'stormGrew' ? [event.members] : []))
      assert.deepEqual(
        told,
        told.toSorted((a, b) => a - b),
      )
      assert.equal(new Set(told).size, told.length)
    })

    it('leaves an audit trail that holds (P4)', () => story.auditHolds())
  })
