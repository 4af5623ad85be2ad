// Owns the proof of when recorded runs are looked back on, what a person's word does, and that repeats change nothing (P5, P8).
import assert from 'node:assert/strict'
import { canonicalJson, sha256Hex } from '../../src/adapters/store/hashing.ts'
import { memoryStore } from '../../src/adapters/store/memory.ts'
import type { Deps } from '../../src/app/deps.ts'
import { type Journal, journal as journalOf } from '../../src/app/journal.ts'
import { judge, lookBack } from '../../src/app/shadow.ts'
import { recordFor } from '../../src/app/shadow-records.ts'
import { type Incident, known } from '../../src/core/incident.ts'
import type { Run, RunEvent } from '../../src/core/run.ts'
import { PortError } from '../../src/ports/errors.ts'
import { ana, cel, decided, decision, finished, minute, planned, proposed, t0 } from '../core/given.ts'

const hash = { canonicalize: canonicalJson, digest: sha256Hex }
const day = 24 * 60 * minute

describe('looking back on a recorded run', () => {
  let now = t0
  let journal: Journal
  let deps: Deps
  let record: Incident | PortError

  const incident = (changes: Partial<Incident> = {}, notes = ''): Incident => ({
    sysId: '1'.repeat(32),
    number: 'INC0010001',
    state: 'new',
    shortDescription: '5xx',
    text: '5xx',
    reopened: 0,
    facts: { close_notes: known(notes, 'incident', now), resolved_at: known('2026-01-31 04:12:00', 'incident', now) },
    ...changes,
  })
  const load = async (): Promise<Run> => {
    const loaded = await journal.load('R1')
    assert.ok(loaded)
    return loaded.run
  }
  const look = async () => lookBack(deps, journal, await load())
  const said = async () => {
    const entries = await journal.entries('R1', 1)
    return entries.flatMap(({ event }) => {
      const each = event as unknown as RunEvent
      return each.type === 'compared' ? [[each.agrees, each.reason]] : []
    })
  }
  const shown = async () => (await recordFor(deps, 'restart-iis', 'prod')).record

  beforeEach(async () => {
    now = t0
    const clock = { now: () => now }
    const store = memoryStore({ clock })
    const shadow = { agrees: cel('incident.close_notes.contains("recycled")'), takesMs: 5 * minute }
    const runbooks = new Map([['restart-iis', { id: 'restart-iis', shadow }]])
    deps = {
      store,
      clock,
      hash,
      settings: { leaseMs: minute },
      files: { current: () => ({ catalog: { runbooks } }) },
      tickets: {
        incident: () =>
          record instanceof PortError ? Promise.reject(record) : Promise.resolve({ incident: record, triggers: true }),
      },
    } as unknown as Deps
    journal = journalOf(deps)
    record = incident()
    const context = { readAt: t0, incident: incident() }
    const events = [
      Object.assign({}, proposed, { context }),
      { ...planned(), context },
      decided(decision({ effect: 'record', autonomy: 'shadow', rule: null })),
      finished('recorded'),
    ]
    assert.ok(await journal.create('R1', events, { incident: 'INC0010001' }))
  })

  it('waits while the incident is open, ever longer, and gives up after thirty days without a verdict (P5)', async () => {
    assert.equal(await look(), t0 + 10 * minute)
    now = t0 + 2 * 60 * minute
    assert.equal(await look(), t0 + 4 * 60 * minute)
    now = t0 + 20 * day
    assert.equal(await look(), t0 + 21 * day)
    assert.deepEqual(await said(), [])
    now = t0 + 30 * day
    assert.equal(await look(), Number.POSITIVE_INFINITY)
    assert.deepEqual(await said(), [[null, 'the incident was not over within 30 days']])
  })

  it('says the same once, however often it looks, and looks on for a reopening until the incident is closed (P8)', async () => {
    now = t0 + 60 * minute
    record = incident({ state: 'resolved' }, 'recycled')
    assert.ok(Number.isFinite(await look()))
    now += 60 * minute
    assert.ok(Number.isFinite(await look()))
    assert.equal((await said()).length, 1)
    assert.deepEqual([(await shown()).agreed, (await shown()).savedMs], [1, 55 * minute])
    record = incident({ state: 'closed' }, 'recycled')
    assert.equal(await look(), Number.POSITIVE_INFINITY)
    assert.equal((await said()).length, 1)
  })

  it('is void once the incident is reopened, and stays so', async () => {
    record = incident({ state: 'resolved' }, 'recycled')
    await look()
    record = incident({ state: 'inProgress', reopened: 1 }, 'recycled')
    assert.equal(await look(), Number.POSITIVE_INFINITY)
    assert.deepEqual(
      (await said()).map(([agrees]) => agrees),
      [true, null],
    )
    assert.deepEqual([(await shown()).agreed, (await shown()).unknown], [0, 1])
    await look()
    assert.equal((await said()).length, 2)
  })

  it('waits where ServiceNow does not answer, and does not guess where the incident is gone (P5)', async () => {
    record = new PortError('unavailable', 'ServiceNow is down')
    await assert.rejects(look(), /ServiceNow is down/)
    assert.deepEqual(await said(), [])
    record = new PortError('notFound', 'gone')
    assert.equal(await look(), Number.POSITIVE_INFINITY)
    assert.deepEqual(await said(), [[null, 'the incident cannot be read any more']])
  })

  it('keeps what was compared where the incident is gone later', async () => {
    record = incident({ state: 'resolved' }, 'recycled')
    await look()
    record = new PortError('notFound', 'gone')
    assert.equal(await look(), Number.POSITIVE_INFINITY)
    assert.equal((await said()).length, 1)
  })

  it('takes a person’s word before its own, whichever comes first, and a repeat of it once (P8)', async () => {
    now = t0 + 60 * minute
    record = incident({ state: 'resolved' }, 'rebooted')
    await look()
    assert.equal(await judge(deps, journal, 'R1', true, ana, 'a reboot recycles it too'), null)
    assert.equal(await judge(deps, journal, 'R1', true, ana, 'a reboot recycles it too'), null)
    assert.equal(await look(), Number.POSITIVE_INFINITY)
    assert.deepEqual(await said(), [
      [false, 'the closed incident shows that people did something else'],
      [true, 'a reboot recycles it too'],
    ])
    assert.deepEqual([(await shown()).agreed, (await shown()).wrong, (await shown()).savedMs], [1, 0, 55 * minute])
  })

  it('refuses a word about a run that is no recorded one', async () => {
    const events = [proposed, planned(), decided(decision({ effect: 'allow', rule: null })), finished('succeeded')]
    await journal.create('R2', events, {})
    assert.match((await judge(deps, journal, 'R2', true, ana, ''))?.reason ?? '', /was not only recorded/)
    assert.match((await judge(deps, journal, 'R3', true, ana, ''))?.reason ?? '', /there is no run R3/)
  })
})
