// Owns the specification of what had happened around a CI: changes that are open or ended lately, and earlier incidents.
import assert from 'node:assert/strict'
import type { Ci, Incident } from '../../../src/core/incident.ts'
import { known } from '../../../src/core/incident.ts'
import type { NearChange, PastIncident } from '../../../src/core/surroundings.ts'
import { requestTo } from '../../sandbox/faults.ts'
import { SETTINGS, type Setup, setup, told } from './setup.ts'

const hour = 3_600_000
const stamp = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ')

describe('what had happened around a CI in ServiceNow', () => {
  let world: Setup
  let web: string
  const now = Math.floor(Date.now() / 1000) * 1000
  beforeEach(async () => {
    world = await setup()
    web = world.world.ci('web-01').sys_id ?? ''
  })
  afterEach(() => world.stop())
  const seed = (table: string, fields: Record<string, string>) =>
    world.world.servicenow.seed(table, fields).sys_id ?? ''
  const acl = () => world.world.servicenow.acl

  describe('changes', () => {
    let count = 0
    const change = (fields: Record<string, string>) => {
      count += 1
      const number = `CHG00${40_000 + count}`
      const usual = { number, short_description: `Work ${count}`, cmdb_ci: web, type: 'normal', on_hold: 'false' }
      seed('change_request', { ...usual, ...fields })
      return number
    }
    const closed = (hoursAgo: number, fields: Record<string, string> = {}) =>
      change({
        state: '3',
        work_start: stamp(now - (hoursAgo + 1) * hour),
        work_end: stamp(now - hoursAgo * hour),
        ...fields,
      })
    const near = async (ids: readonly string[] = [web]): Promise<readonly NearChange[]> => {
      const fact = await world.adapter.surroundings.changes(ids, now - 24 * hour)
      assert.ok(fact.known, fact.known ? '' : fact.reason)
      return fact.value
    }
    const numbers = async (ids?: readonly string[]) => (await near(ids)).map((each) => each.number)

    it('are those that are open, and those that ended since; with their real times', async () => {
      const open = change({ state: '-1', start_date: stamp(now - hour), end_date: stamp(now + hour) })
      const ended = closed(2, { end_date: stamp(now + 5 * hour) })
      closed(30)
      const [first, second] = await near()
      assert.deepEqual([first?.number, first?.over, first?.end], [open, false, now + hour])
      assert.deepEqual([second?.number, second?.over, second?.end], [ended, true, now - 2 * hour])
      assert.deepEqual([second?.title, second?.ci, second?.state], [`Work ${count - 1}`, 'web-01', 'Closed'])
      assert.equal((await near()).length, 2)
    })

    it('are over in review, when the work has ended', async () => {
      change({ state: '0', work_end: stamp(now - hour) })
      assert.deepEqual(
        (await near()).map(({ over, end }) => [over, end]),
        [[true, now - hour]],
      )
    })

    it('hold those that name the CI among the affected ones, each once', async () => {
      const number = closed(1, { cmdb_ci: world.world.ci('Online Shop').sys_id ?? '' })
      const task = world.world.servicenow.rows('change_request').find((row) => row.number === number)?.sys_id ?? ''
      assert.deepEqual(await numbers(), [])
      seed('task_ci', { task, ci_item: web })
      assert.deepEqual(await numbers(), [number])
      assert.deepEqual(await numbers([web, world.world.ci('Online Shop').sys_id ?? '']), [number])
    })

    it('leave out what changed nothing, and what runbot opened itself', async () => {
      change({ state: '4', closed_at: stamp(now - hour) })
      closed(1, { correlation_id: 'R0123456789' })
      assert.deepEqual(await numbers(), [])
      const begun = change({ state: '4', work_start: stamp(now - 2 * hour), closed_at: stamp(now - hour) })
      assert.deepEqual(await numbers(), [begun])
    })

    it('are unknown where some are hidden, or a column does not come back (P5)', async () => {
      closed(1)
      const changes = () => world.adapter.surroundings.changes([web], now - 24 * hour)
      const show = acl().hideRows('change_request')
      assert.match(String(told(await changes())), /^unknown: some changes .* hidden/)
      show()
      acl().hideColumn('task', 'work_end')
      assert.match(String(told(await changes())), /^unknown: .*work_end/)
    })

    it('are unknown with the reason where ServiceNow does not answer, and reject for nothing (P5)', async () => {
      world.world.servicenow.faults.add({ fault: 'html', match: requestTo('GET', '/api/now/table/change_request') })
      const fact = await world.adapter.surroundings.changes([web], now - hour)
      assert.match(String(told(fact)), /^unknown: .*not JSON/)
      assert.equal(fact.source, 'ServiceNow change_request')
    })
  })

  describe('earlier incidents', () => {
    let count = 0
    const past = (hoursAgo: number, fields: Record<string, string> = {}) => {
      count += 1
      const number = `INC00${50_000 + count}`
      seed('incident', {
        number,
        short_description: `Trouble ${count}`,
        cmdb_ci: web,
        state: '7',
        opened_at: stamp(now - hoursAgo * hour),
        resolved_at: stamp(now - (hoursAgo - 1) * hour),
        close_code: 'Solution provided',
        close_notes: 'Recycled the pool',
        ...fields,
      })
      return number
    }
    const incident = (signature?: string): Incident => ({
      sysId: 'a'.repeat(32),
      number: 'INC0010001',
      state: 'new',
      shortDescription: '',
      text: '',
      reopened: 0,
      facts: signature === undefined ? {} : { signature: known(signature, 'x', now) },
    })
    const ci = (): Ci => ({ sysId: web, name: 'web-01', facts: {} })
    const ask = (of: Incident, on: Ci | undefined, since = now - 90 * 24 * hour) =>
      world.adapter.surroundings.history(of, on, since)
    const history = async (
      of: Incident,
      on: Ci | undefined = ci(),
      since?: number,
    ): Promise<readonly PastIncident[]> => {
      const fact = await ask(of, on, since)
      assert.ok(fact.known, fact.known ? '' : fact.reason)
      return fact.value
    }

    it('are those of the CI, the newest first, with how people closed them', async () => {
      const [older, newer] = [past(50), past(5)]
      past(3, { cmdb_ci: world.world.ci('Online Shop').sys_id ?? '' })
      past(99 * 24)
      const found = await history(incident())
      assert.deepEqual(
        found.map((each) => each.number),
        [newer, older],
      )
      const { openedAt, resolvedAt, closeCode, closeNotes, alike } = found[0] as PastIncident
      assert.deepEqual(
        { openedAt, resolvedAt, closeCode, closeNotes, alike },
        {
          openedAt: now - 5 * hour,
          resolvedAt: now - 4 * hour,
          closeCode: 'Solution provided',
          closeNotes: 'Recycled the pool',
          alike: false,
        },
      )
    })

    it('are those of the same signature elsewhere too; alike is what shares both', async () => {
      const elsewhere = past(2, { cmdb_ci: '', u_error_signature: 'HTTP 503' })
      const both = past(3, { u_error_signature: 'HTTP 503' })
      const other = past(4, { u_error_signature: 'disk full' })
      const fact = await ask(incident('HTTP 503'), ci())
      assert.equal(fact.source, 'ServiceNow incident, by cmdb_ci or u_error_signature')
      assert.deepEqual(
        (told(fact) as PastIncident[]).map((each) => [each.number, each.alike]),
        [
          [elsewhere, false],
          [both, true],
          [other, false],
        ],
      )
      assert.deepEqual(
        (told(await ask(incident('HTTP 503'), undefined)) as PastIncident[]).map((each) => each.number),
        [elsewhere, both],
      )
    })

    it('never hold the incident itself, and are 20 at most', async () => {
      seed('incident', { sys_id: 'a'.repeat(32), number: 'INC0010001', cmdb_ci: web, opened_at: stamp(now) })
      for (let made = 0; made < 25; made += 1) past(10 + made)
      const found = await history(incident())
      assert.equal(found.length, 20)
      assert.ok(found.every((each) => each.number !== 'INC0010001'))
    })

    it('go by the CI alone where a hostile signature cannot be asked for, and say so', async () => {
      const one = past(2)
      const fact = await ask(incident('x^ORsys_idISNOTEMPTY'), ci())
      assert.deepEqual(
        (told(fact) as PastIncident[]).map((each) => each.number),
        [one],
      )
      assert.equal(fact.source, 'ServiceNow incident, by cmdb_ci')
      assert.match(String(told(await ask(incident('javascript:gs.now()'), undefined))), /^unknown: .*neither/)
      assert.deepEqual(world.world.servicenow.evaluated, [])
    })

    it('have no secret of a close note, and no more of it than a person reads', async () => {
      past(2, { close_notes: `password=hunter2hunter2 ${'x'.repeat(3000)}` })
      const [found] = await history(incident())
      assert.ok(found && !found.closeNotes.includes('hunter2') && found.closeNotes.length <= 500)
    })

    it('are unknown, not none, where all are hidden or the signature column is mistyped (P5)', async () => {
      past(2)
      const show = acl().hideRows('incident')
      assert.match(String(told(await ask(incident(), ci()))), /^unknown: 1 earlier incidents are hidden/)
      show()
      const mistyped = world.with({ incident: { ...SETTINGS.incident, signature: 'u_mistyped' } })
      assert.match(
        String(told(await mistyped.surroundings.history(incident('HTTP 503'), ci(), 0))),
        /^unknown: .*u_mistyped/,
      )
    })

    it('are none where there was none: that is known', async () => {
      assert.deepEqual(await history(incident()), [])
    })
  })

  it('is told at start of columns for it that do not exist', async () => {
    world.world.servicenow.addColumn('incident', 'u_commander>sys_user')
    const context = { ...SETTINGS.context, owner: 'u_ownr', commander: 'u_commander' }
    const warnings = await world.with({ context }).checkColumns()
    assert.deepEqual(
      warnings.filter((each) => each.includes('context.')),
      ['context.owner in connectors.yaml names cmdb_ci.u_ownr, which ServiceNow does not know: it is ignored'],
    )
  })
})
