// Specifies the way from a measurement to its repair, with a real Prometheus and Alertmanager, and runbot killed on the way.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Site } from '../sandbox/site.ts'
import { type Place, until } from '../story/runbot.ts'
import { type Story, stage } from '../story/story.ts'
import { ERROR_SHARE, freePort, type Monitoring, startMonitoring } from './monitoring.ts'

const BEARER = 'alertmanager-token-of-the-story'
/** Prometheus must notice, a rule must hold, Alertmanager must group and send: all of it takes some seconds. */
const PATIENCE_MS = 60_000

/** The door for Alertmanager, how an incident is opened, and the runbook's proof by the very metric that raised the alarm. */
function monitored(place: Place): void {
  place.edit('connectors.yaml', (text) =>
    text
      .replace('systems:\n', `inbound:\n  alertmanager: { bearer: "${BEARER}" }\n\nsystems:\n`)
      .replace('  resolve: {', '  open: { group: Web Platform }\n  resolve: {')
      .replace(
        '      print_failures:\n',
        `      error_share:
        tier: 0
        query: '${ERROR_SHARE}'
        parameters: { host: "^[a-z0-9-]{1,64}$" }
      print_failures:
`,
      ),
  )
  place.edit('catalog/restart-iis.yaml', (text) =>
    text.replace(
      /do: http\.get\n( +)with: \{ url: "\$\{ci\.health_url\}" \}\n +expect: result\.status == 200\n +every: 200ms\n +hold: 500ms\n +within: 5s/,
      (_, space: string) =>
        [
          'do: prometheus.error_share',
          'with: { host: "${target}" }',
          "expect: 'result.value != null && result.value < 0.05'",
          'every: 500ms',
          'hold: 2s',
          'within: 60s',
        ].join(`\n${space}`),
    ),
  )
}

/** People use a site all the time, or nothing would be measured. */
function visitors(sites: readonly Site[]): { leave(): Promise<void> } {
  const visit = () =>
    Promise.all(
      sites.map(({ url }) =>
        fetch(url).then(
          (answer) => answer.text(),
          () => '',
        ),
      ),
    )
  let last: Promise<unknown> = Promise.resolve()
  const timer = setInterval(() => {
    last = visit()
  }, 100)
  return {
    async leave() {
      clearInterval(timer)
      await last
    },
  }
}

describe('with a real Prometheus and Alertmanager', () => {
  const dir = mkdtempSync(join(tmpdir(), 'runbot-monitoring-'))
  const ports = { runbot: 0, prometheus: 0, alertmanager: 0 }
  let monitoring: Monitoring
  let crowd: { leave(): Promise<void> }
  const env: Record<string, string> = {}

  before(async () => {
    for (const name of ['runbot', 'prometheus', 'alertmanager'] as const) ports[name] = await freePort()
    // Where it runs must not change when it is started again: Alertmanager knows it by this address.
    Object.assign(env, { PORT: String(ports.runbot), PROMETHEUS_URL: `http://127.0.0.1:${ports.prometheus}` })
  })
  // Before the story's own end: nobody measures or visits what is gone.
  after(async () => {
    await monitoring?.stop()
    await crowd?.leave()
    rmSync(dir, { recursive: true, force: true })
  })
  const story: Story = stage({ count: 2, edit: monitored, env })
  before(async () => {
    const sites = Object.values(story.world.sites)
    crowd = visitors(sites)
    monitoring = await startMonitoring({
      dir,
      url: ports,
      sites: Object.fromEntries(sites.map(({ name, url }) => [name, url])),
      webhook: { url: `http://127.0.0.1:${ports.runbot}/api/events/alertmanager`, bearer: BEARER },
    })
  })
  const incidents = () => story.world.servicenow.rows('incident')
  const incidentOn = (host: string) =>
    until(
      `an incident on ${host}`,
      () => incidents().find(({ cmdb_ci: ci }) => ci === story.world.ci(host)['sys_id'])?.['number'],
      PATIENCE_MS,
    )
  const asked = (number: string) =>
    until('a card that asks', () => story.asked(number).catch(() => undefined), PATIENCE_MS)
  const firing = async (host: string) => (await monitoring.alerts()).some(({ labels }) => labels['host'] === host)
  const approve = async (number: string) => {
    const { message, run } = await asked(number)
    await story.world.teams.click({ as: story.world.people.approver, message: message.id, verb: 'approve' })
    return run
  }

  it('opens an incident for what fires, repairs it when a person agrees, and proves it by the same metric', async () => {
    const host = story.host()
    story.world.sites[host]?.break()
    const number = await incidentOn(host)
    const run = await approve(number)
    const { status } = await story.ended(run, PATIENCE_MS)
    assert.equal(status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    const verified = (await story.log(run)).findLast(({ type }) => type === 'verified')
    assert.match(JSON.stringify(verified), /"value":0/)
    await until(
      'the incident is resolved',
      () => story.world.servicenow.incident(number)?.['state'] === '6',
      PATIENCE_MS,
    )
    const noted = () => story.notes(number).some((note) => note.includes('The alert is resolved at its source'))
    await until('the end of the alert is noted', noted, PATIENCE_MS)
    await until('the channel hears of it', () =>
      story.thread(run).some((text) => text.includes('The alert is resolved')),
    )
    assert.equal(incidents().filter(({ cmdb_ci: ci }) => ci === story.world.ci(host)['sys_id']).length, 1)
  })

  it('misses nothing that fires while runbot is dead: Alertmanager goes on when it is back (P8)', async () => {
    await story.bot().kill()
    const before = await monitoring.told()
    const host = story.host()
    story.world.sites[host]?.break()
    await until('the alert fires', () => firing(host), PATIENCE_MS)
    await until(
      'Alertmanager knocks in vain',
      async () => (await monitoring.told()).failed > before.failed,
      PATIENCE_MS,
    )
    await story.restart()
    const number = await incidentOn(host)
    const run = await approve(number)
    assert.equal((await story.ended(run, PATIENCE_MS)).status, 'succeeded')
    assert.deepEqual(story.effects(host), ['recycle-pool'])
    assert.equal((await story.runsOf(number)).length, 1)
  })
})
