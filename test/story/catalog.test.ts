// Owns the proof that every runbook of the project's catalogue mends what it says: the far side is broken before, and well after.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { stamp } from '../sandbox/servicenow/dates.ts'
import type { Row } from '../sandbox/servicenow/records.ts'
import { DRIVER, DRIVER_BEFORE, failingSettings, jam, keepOldAddress, loseTunnel } from '../sandbox/world/devices.ts'
import { PRINT_QUEUE, WORKSTATIONS } from '../sandbox/world/estate.ts'
import { PEOPLE } from '../sandbox/world/people.ts'
import { errorRatio, hang, poison, readLatency } from '../sandbox/world/platform.ts'
import { type Place, until } from './runbot.ts'
import { stage } from './story.ts'

const { approver, changeManager, requester } = PEOPLE

/** The catalogue's own waits are minutes; what is waited for is the same. */
const hurry = (place: Place): void => {
  for (const file of readdirSync(join(place.runbooks, 'catalog')))
    place.edit(`catalog/${file}`, (text) =>
      text
        .replaceAll(/every: \d+s/g, 'every: 200ms')
        .replaceAll(/hold: \d+[sm]\b/g, 'hold: 400ms')
        .replaceAll(/^ {6}within: \d+m/gm, '      within: 4s')
        .replaceAll(/after: 1m/g, 'after: 200ms'),
    )
}

describe('story: the catalogue', () => {
  const story = stage({ count: 1, edit: hurry })

  const report = (ci: string, words: string, fields: Row = {}): { number: string; sysId: string } => {
    const said = { short_description: words, description: '', ...fields }
    const { number = '', sys_id: sysId = '' } = story.world.raiseIncident({ ci, fields: said })
    return { number, sysId }
  }
  /** These people press approve on the card that asks for this part of the run. */
  const agree = async (number: string, scope: string, ...people: (typeof approver)[]): Promise<void> => {
    const shown = await until(`the ask for ${scope}`, async () => {
      const found = await story.asked(number)
      return found.data['scope'] === scope ? found : undefined
    })
    for (const as of people) await story.world.teams.click({ as, message: shown.message.id, verb: 'approve' })
  }
  const succeeds = async (number: string): Promise<string> => {
    const run = await story.runOf(number)
    const { status, reason } = await story.ended(run, 30_000)
    assert.equal(status, 'succeeded', reason)
    return run
  }
  const stateOf = (number: string) => story.world.servicenow.incident(number)['state']
  const isResolved = (number: string) => until('the resolution', () => stateOf(number) === '6')

  it('restart-iis recycles the pool of a site that answers with errors', async () => {
    const { number, host } = story.raise()
    await agree(number, 'run', approver)
    await succeeds(number)
    assert.equal(story.world.sites[host]?.healthy(), true)
    await isResolved(number)
  })

  it('restart-mid-server takes the logs, and restarts a service whose first stop times out', async () => {
    const { mid } = story.world.estate
    hang(mid, 1)
    const { number } = report('mid-01', 'MID Server mid-01 is down')
    await agree(number, 'run', approver)
    const logs = story.world.ops.effectsOf('mid-logs').length
    await succeeds(number)
    assert.deepEqual([logs, mid.status, mid.service, mid.restarts], [1, 'Up', 'Running', 2])
    await isResolved(number)
  })

  it('restart-vpn-client brings the tunnel up, and the caller says that it works', async () => {
    const device = story.world.estate.device('pc-201')
    loseTunnel(device)
    const { number, sysId } = report('pc-201', 'VPN does not connect')
    await agree(number, 'run', approver)
    const { servicenow } = story.world
    const question = await until('the question', () =>
      servicenow.rows('sys_journal_field').find((row) => row['element_id'] === sysId && row['element'] === 'comments'),
    )
    // ServiceNow's times have no fractions: an answer in the question's own second would not be the newer one.
    await until('the next second', () => stamp(new Date()) > (question['sys_created_on'] ?? ''))
    servicenow.update('incident', sysId, { comments: 'Yes, thank you' }, requester.userName)
    await succeeds(number)
    assert.equal(device.vpn.tunnel, 'up')
    await isResolved(number)
  })

  it('clear-dns-cache runs without asking for one person, in production', async () => {
    const device = story.world.estate.device('pc-202')
    keepOldAddress(device)
    const { number } = report('pc-202', 'DNS: the intranet opens the old page')
    const run = await succeeds(number)
    assert.equal(device.dns.cached, device.dns.resolver)
    assert.equal(
      (await story.log(run)).some(({ type }) => type === 'approved'),
      false,
    )
  })

  it('print-spooler-ladder begins with the fifth incident, and climbs where a restart does not help', async () => {
    const { device } = story.world.estate
    const [first = '', ...others] = WORKSTATIONS
    jam(device(first), 'driver')
    for (const name of others) jam(device(name), 'restart')
    const reported = ['1', '2', '3', '4'].map((n) => report(PRINT_QUEUE, `Print spooler stuck, floor ${n}`))
    await until('four that are not enough', async () => {
      const reasons = (await story.control()).flatMap((event) =>
        event.type === 'intakeDeclined' ? [event.reason] : [],
      )
      return reported.every(({ number }) => reasons.includes(`${number}: no runbook fits`))
    })
    const { number } = report(PRINT_QUEUE, 'Print spooler stuck, floor 5')
    await agree(number, 'run', approver)
    await agree(number, `step:roll-back-driver@${first}`, approver, changeManager)
    await succeeds(number)
    for (const each of reported) assert.deepEqual(await story.runsOf(each.number), [])
    const printing = WORKSTATIONS.map((name) => device(name).printing)
    assert.deepEqual(
      printing.map(({ stuckJobs, version }) => [stuckJobs, version]),
      [[0, DRIVER_BEFORE], ...others.map(() => [0, DRIVER])],
    )
  })

  it('remediate-noncompliant-device sets the one setting that fails', async () => {
    const device = story.world.estate.device('pc-203')
    device.policy.settings.firewall = 'off'
    const { number } = report('pc-203', 'pc-203 is not compliant')
    await agree(number, 'run', approver)
    await succeeds(number)
    assert.deepEqual(failingSettings(device), [])
  })

  it('clear-queue parks the poison under an open change, as much as there is, and the rest flows', async () => {
    const { queue } = story.world.estate
    poison(queue, 12)
    story.world.openChange({ ci: queue.name })
    const { number } = report(queue.name, 'orders: backlog grows')
    await agree(number, 'run', approver, changeManager)
    await succeeds(number)
    assert.deepEqual([queue.poison, queue.parked, queue.ready], [0, 12, 0])
  })

  it('scale-read-replicas goes step by step, each let proceed by two people', async () => {
    const { database } = story.world.estate
    Object.assign(database, { load: 0.5 })
    assert.ok(readLatency(database) > 0.2)
    const { number } = report(database.name, 'shop-db: read latency over a second')
    await agree(number, 'step:add-replicas', approver, changeManager)
    await agree(number, 'step:route-reads', approver, changeManager)
    await succeeds(number)
    assert.deepEqual([database.replicas, database.routed], [3, 3])
  })

  it('drain-bad-pool drains the pool that the balancer names, and leaves the incident to whoever mends it', async () => {
    const { balancer } = story.world.estate
    const green = balancer.pools.find(({ name }) => name === 'green')
    assert.ok(green)
    green.errorRatio = 0.8
    const { number } = report(balancer.name, 'edge-lb: error rate over 30 %')
    await agree(number, 'run', approver)
    await succeeds(number)
    assert.deepEqual([green.weight, errorRatio(balancer)], [0, 0])
    assert.notEqual(stateOf(number), '6')
  })
})
