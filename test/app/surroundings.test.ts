// Owns the proof of what is read around an incident: all of it once, what guardrails decide by again, and nothing is guessed (P5).
import assert from 'node:assert/strict'
import { canonicalJson, sha256Hex } from '../../src/adapters/store/hashing.ts'
import { memoryStore } from '../../src/adapters/store/memory.ts'
import { recordDeploy } from '../../src/app/deploys.ts'
import type { Deps } from '../../src/app/deps.ts'
import { around } from '../../src/app/surroundings.ts'
import type { IncidentContext } from '../../src/core/incident.ts'
import type { Limits } from '../../src/core/runbook.ts'
import type { ServiceNowSettings } from '../../src/ports/catalog.ts'
import type { Clock } from '../../src/ports/clock.ts'
import { systemClock } from '../../src/ports/clock.ts'
import { SETTINGS, type Setup, setup } from '../adapters/servicenow/setup.ts'
import { requestTo } from '../sandbox/faults.ts'
import { PEOPLE } from '../sandbox/world/people.ts'

const minute = 60_000
const stamp = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ')
const NOTHING: Limits = { reopenWithinMs: 0 }
const LIMITS: Limits = {
  reopenWithinMs: 0,
  commander: 'stop',
  recentDeploy: { withinMs: 120 * minute, is: 'ask' },
}

describe('what is read around an incident', () => {
  let world: Setup
  let later = 0
  let context: IncidentContext
  let settings: ServiceNowSettings
  /** A clock that a test moves; nobody waits by it unless it is told to. */
  const clock: Clock = { now: () => Date.now() + later, sleep: (_, signal) => systemClock.sleep(3_600_000, signal) }
  const start = (changes: Partial<Deps> = {}) => {
    const deps = {
      surroundings: world.with(settings).surroundings,
      files: { current: () => ({ servicenow: settings }) },
      store: memoryStore(),
      clock,
      hash: { canonicalize: canonicalJson, digest: sha256Hex },
      ...changes,
    } as unknown as Deps
    return { deps, ...around(deps) }
  }
  const requests = (): number => world.world.servicenow.requests.length

  beforeEach(async () => {
    world = await setup()
    later = 0
    world.world.servicenow.addColumn('incident', 'u_commander>sys_user')
    settings = { ...SETTINGS, context: { ...SETTINGS.context, commander: 'u_commander' } }
    const raised = world.world.raiseIncident({ caller: 'vip' })
    const { incident, ciId } = await world.adapter.incident(raised.sys_id ?? '')
    context = { incident, ci: await world.adapter.ci(ciId ?? ''), readAt: clock.now() }
  })
  afterEach(() => world.stop())

  it('is everything, each part with its source and when it was read', async () => {
    world.world.openChange()
    const { deps, gather } = start()
    const shop = { key: '1', service: 'Online Shop', ci: null, version: '2.4.0', previous: '2.3.0', link: null }
    await recordDeploy(deps, { ...shop, at: clock.now() - minute, by: 'ci-bot' }, clock.now())
    const { surroundings: found = {} } = await gather(context, NOTHING, [])
    const values = Object.fromEntries(
      Object.entries(found).map(([name, fact]) => [name, fact.known ? fact.value : fact.reason]),
    )
    assert.deepEqual(Object.keys(values).toSorted(), [
      'affected',
      'changes',
      'commander',
      'deploys',
      'history',
      'neighbours',
      'onCall',
      'owner',
    ])
    assert.deepEqual(values['affected'], { users: 560, vips: [PEOPLE.vip.name] })
    assert.deepEqual(values['onCall'], [PEOPLE.onCall.name])
    assert.deepEqual(values['owner'], { name: '', group: 'Web Platform' })
    assert.equal(values['commander'], '')
    assert.deepEqual(
      (values['deploys'] as readonly { version: string }[]).map((each) => each.version),
      ['2.4.0'],
    )
    assert.equal((values['changes'] as readonly unknown[]).length, 1)
    assert.ok(Object.values(found).every((fact) => fact.source !== '' && fact.readAt > 0))
  })

  it('is asked for once: what the run has read before stays, and costs nothing', async () => {
    const { gather } = start()
    const first = await gather(context, NOTHING, [])
    const asked = requests()
    assert.deepEqual(await gather(first, NOTHING, []), first)
    assert.equal(requests(), asked)
  })

  it('reads again what limits decide by: who commands at once, changes and deploys after 30 s', async () => {
    const { gather } = start()
    const first = await gather(context, LIMITS, [])
    world.world.servicenow.update('incident', context.incident?.sysId ?? '', { u_commander: PEOPLE.approver.sysId })
    world.world.openChange()
    const soon = await gather(first, LIMITS, [])
    const told = soon.surroundings?.commander
    assert.equal(told?.known && told.value, PEOPLE.approver.name)
    assert.deepEqual(soon.surroundings?.changes, first.surroundings?.changes)
    later = 31_000
    const again = (await gather(first, LIMITS, [])).surroundings
    assert.equal(again?.changes?.known && again.changes.value.length, 1)
    assert.equal(again?.history, first.surroundings?.history)
  })

  it('is unknown in the part that failed alone, and asked for again at once (P5)', async () => {
    const { gather } = start()
    const match = requestTo('GET', '/api/now/table/cmdb_rel_ci')
    world.world.servicenow.faults.add({ fault: 'reset-before', match, times: 50 })
    const { surroundings } = await gather(context, NOTHING, [])
    assert.equal(surroundings?.neighbours?.known, false)
    assert.equal(surroundings?.commander?.known, true)
    world.world.servicenow.faults.clear()
    const { recent } = start()
    world.world.servicenow.faults.add({ fault: 'reset-before', match })
    const target = { name: 'web-01', ...(context.ci ? { ci: context.ci } : {}) }
    assert.equal((await recent(target, minute)).known, false)
    assert.deepEqual(await recent(target, minute), { known: true, value: [] })
  })

  it('does not wait for a part that does not answer in time (P5)', async () => {
    const { gather } = start({ clock: { now: clock.now, sleep: () => Promise.resolve() } })
    const { surroundings = {} } = await gather(context, NOTHING, [])
    assert.ok(surroundings.history && !surroundings.history.known)
    assert.equal(surroundings.history.reason, 'no answer within 5 s')
  })

  it('finds what was deployed to the CI, to what it depends on and to its service, and not to others', async () => {
    const { deps, recent } = start()
    const at = Math.floor((clock.now() - 5 * minute) / 1000) * 1000
    const usual = { version: '2', previous: '1', at, by: null, link: null }
    for (const [key, service, ci] of [
      ['1', 'agent', 'srv-web-01'],
      ['2', 'Online Shop', null],
      ['3', 'iis', 'web-01'],
      ['4', 'other', 'other-01'],
      ['5', 'reports', 'Online Shop'],
    ] as const)
      await recordDeploy(deps, { ...usual, key, service, ci }, clock.now())
    const closed = { state: '3', work_end: stamp(at), short_description: 'Patch', number: 'CHG0040001' }
    world.world.servicenow.seed('change_request', { ...closed, cmdb_ci: world.world.ci('srv-web-01').sys_id ?? '' })
    const answer = await recent({ name: 'web-01', ...(context.ci ? { ci: context.ci } : {}) }, 60 * minute)
    assert.ok(answer.known)
    assert.deepEqual(answer.value.map((each) => each.what).toSorted(), [
      'CHG0040001 (Patch)',
      'Online Shop 1 → 2',
      'agent 1 → 2',
      'iis 1 → 2',
    ])
  })

  it('says what is known to be recent although the rest cannot be read, and unknown for a target without a CI', async () => {
    const { deps, recent } = start()
    const deploy = { key: '1', service: 'iis', ci: 'web-01', version: '2', previous: null, by: null, link: null }
    await recordDeploy(deps, { ...deploy, at: clock.now() - minute }, clock.now())
    const match = requestTo('GET', '/api/now/table/cmdb_rel_ci')
    world.world.servicenow.faults.add({ fault: 'reset-before', match, times: 50 })
    const answer = await recent({ name: 'web-01', ...(context.ci ? { ci: context.ci } : {}) }, 60 * minute)
    assert.ok(answer.known && answer.value.length === 1)
    assert.deepEqual(await recent({ name: 'ghost' }, minute), { known: false, reason: 'ghost is not in the CMDB' })
  })

  it('is around the first target where there is no incident, and nothing where there is neither', async () => {
    const { gather } = start()
    const target = { name: 'web-01', ...(context.ci ? { ci: context.ci } : {}) }
    const chat = await gather({ readAt: 0 }, NOTHING, [target])
    assert.deepEqual(Object.keys(chat.surroundings ?? {}).toSorted(), ['changes', 'deploys', 'neighbours', 'owner'])
    assert.deepEqual(await gather({ readAt: 0 }, NOTHING, [{ name: 'ghost' }]), { readAt: 0 })
  })

  it('does not ask for a commander where no column is declared: that would be unknown on every card', async () => {
    settings = SETTINGS
    const { gather } = start()
    assert.equal((await gather(context, NOTHING, [])).surroundings?.commander, undefined)
  })

  it('keeps a small part of what stands around a busy CI', async () => {
    const web = context.ci?.sysId ?? ''
    for (let count = 0; count < 90; count += 1) {
      const app = world.world.servicenow.seed('cmdb_ci', { name: `app-${count}` }).sys_id ?? ''
      world.world.servicenow.seed('cmdb_rel_ci', { parent: app, child: web })
      const notes = { close_notes: 'x'.repeat(4000), number: `INC00${60_000 + count}`, opened_at: stamp(clock.now()) }
      world.world.servicenow.seed('incident', { ...notes, cmdb_ci: web })
    }
    const { surroundings } = await start().gather(context, NOTHING, [])
    assert.ok(JSON.stringify(surroundings).length < 25_000, `${JSON.stringify(surroundings).length}`)
  })
})
