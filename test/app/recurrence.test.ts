// Owns the proof that what comes back is counted once per incident, by what the runbook names, within its time (P5, P8).
import assert from 'node:assert/strict'
import { canonicalJson, sha256Hex } from '../../src/adapters/store/hashing.ts'
import { memoryStore } from '../../src/adapters/store/memory.ts'
import type { Deps } from '../../src/app/deps.ts'
import { recurrencesOf } from '../../src/app/recurrence.ts'
import { type IncidentContext, known, unknown } from '../../src/core/incident.ts'
import type { Runbook } from '../../src/core/runbook.ts'
import { cel, ci, minute, t0 } from '../core/given.ts'

const runbook = {
  id: 'print-spooler-ladder',
  match: {
    when: cel('incident.text.matches("spooler")'),
    recurrence: { count: 3, withinMs: 120 * minute, by: ['site', 'driver_version'] },
  },
} as unknown as Runbook

const incident = (sysId: string, site: string | null = 'Lisbon', text = 'spooler stuck'): IncidentContext => ({
  readAt: t0,
  ci: ci('q-lis-01', { driver_version: '4.2' }),
  incident: {
    sysId,
    number: `INC${sysId}`,
    state: 'new',
    shortDescription: '',
    text,
    reopened: 0,
    facts: { site: site === null ? unknown('not set', 'servicenow', t0) : known(site, 'servicenow', t0) },
  },
})

describe('counting what comes back', () => {
  let now = t0
  let deps: Deps
  const seen = async (context: IncidentContext, count = true) =>
    (await recurrencesOf(deps, context, count)).get(runbook.id)

  beforeEach(() => {
    now = t0
    deps = {
      store: memoryStore(),
      clock: { now: () => now },
      hash: { canonicalize: canonicalJson, digest: sha256Hex },
      files: {
        current: () => ({ catalog: { runbooks: new Map([[runbook.id, runbook]]) }, governance: { classes: {} } }),
      },
    } as unknown as Deps
  })

  it('counts each incident once, however often it is delivered (P8)', async () => {
    for (const id of ['1', '2', '2', '1']) await seen(incident(id))
    assert.deepEqual(await seen(incident('3')), { known: true, value: 3 })
  })

  it('counts another site for itself, and what does not fit not at all', async () => {
    await seen(incident('1'))
    await seen(incident('2', 'Porto'))
    assert.deepEqual(await seen(incident('3', 'Porto')), { known: true, value: 2 })
    assert.equal(await seen(incident('4', 'Porto', 'paper jam')), undefined)
  })

  it('forgets what is older than the time', async () => {
    await seen(incident('1'))
    now = t0 + 119 * minute
    assert.deepEqual(await seen(incident('2')), { known: true, value: 2 })
    now = t0 + 121 * minute
    assert.deepEqual(await seen(incident('3')), { known: true, value: 2 })
  })

  it('looks without counting for a dry run', async () => {
    await seen(incident('1'))
    assert.deepEqual(await seen(incident('2'), false), { known: true, value: 2 })
    assert.deepEqual(await seen(incident('3'), false), { known: true, value: 2 })
  })

  it('says what is unknown, and then counts nothing (P5)', async () => {
    assert.deepEqual(await seen(incident('1', null)), { known: false, reason: 'site of this incident is unknown' })
  })
})
