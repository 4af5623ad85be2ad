// Owns the specs of what a recorded run is compared with, and of what nobody can tell (P5).
import assert from 'node:assert/strict'
import { emptyRun } from '../../src/core/evolve.ts'
import { type Incident, known, unknown } from '../../src/core/incident.ts'
import { countedOf, rowsOf } from '../../src/core/report.ts'
import type { Run } from '../../src/core/run.ts'
import { type Afterwards, caseOf, compare, medianOf, recordOf, type ShadowCase } from '../../src/core/shadow.ts'
import { after, cel, ci, decided, decision, finished, guardrail, minute, planned, proposed, t0 } from './given.ts'

const incident = (facts: { readonly [name: string]: string } = {}, changes: Partial<Incident> = {}): Incident => ({
  sysId: '1',
  number: 'INC0010001',
  state: 'resolved',
  shortDescription: '5xx',
  text: '5xx',
  reopened: 0,
  facts: Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, known(value, 'incident', t0)])),
  ...changes,
})

/** A run that shadow recorded at t0. */
const recorded = (): Run => {
  const context = { readAt: t0, incident: incident({}, { state: 'new' }), ci: ci('web-01') }
  const run = after(
    emptyRun('R1'),
    t0,
    Object.assign({}, proposed, { context }),
    { ...planned(), context },
    decided(decision({ effect: 'record', autonomy: 'shadow', rule: null })),
    finished('recorded'),
  )
  assert.equal(run.status, 'recorded')
  return run
}

const afterwards = (of: Incident | undefined, changes: Partial<Afterwards> = {}): Afterwards => ({
  context: { readAt: t0 + 120 * minute, ...(of ? { incident: of } : {}) },
  runs: [],
  shadow: {},
  takesMs: null,
  ...changes,
})
const agrees = cel('incident.close_notes.contains("recycled")')
const answer = (of: Incident | undefined, changes: Partial<Afterwards> = {}) => {
  const { agrees: is, reason } = compare(recorded(), afterwards(of, changes))
  return [is, reason]
}

describe('the comparison of a recorded run', () => {
  it('agrees where people ran the same with success, and counts the time until they had resolved it', () => {
    const runs = [{ run: 'R2', runbook: 'restart-iis', status: 'succeeded' } as const]
    const of = incident({ resolved_at: '2026-01-31 04:12:00', close_code: 'Solution provided' })
    const compared = compare(recorded(), afterwards(of, { runs, takesMs: 5 * minute }))
    assert.deepEqual(
      [compared.agrees, compared.reason, compared.savedMs, compared.by],
      [true, 'people ran it themselves, and it succeeded (run R2)', 55 * minute, null],
    )
    assert.deepEqual([compared.actual['tookMs'], compared.actual['closeCode']], [60 * minute, 'Solution provided'])
  })

  it('saves nothing that can be told where nobody knows how long it takes, or when it was resolved (P5)', () => {
    const runs = [{ run: 'R2', runbook: 'restart-iis', status: 'succeeded' } as const]
    const of = incident({ resolved_at: '2026-01-31 04:12:00' })
    assert.equal(compare(recorded(), afterwards(of, { runs })).savedMs, null)
    assert.equal(compare(recorded(), afterwards(incident(), { runs, takesMs: minute })).savedMs, null)
    const ahead = incident({ resolved_at: '2031-01-31 04:12:00' })
    assert.equal(compare(recorded(), afterwards(ahead, { runs, takesMs: minute })).savedMs, null)
  })

  it('would have been wrong where people ran another one, or the same did not help', () => {
    const other = { run: 'R3', runbook: 'drain-iis', status: 'succeeded' } as const
    assert.deepEqual(answer(incident(), { runs: [other] }), [false, 'people ran drain-iis instead (run R3)'])
    const failed = { run: 'R4', runbook: 'restart-iis', status: 'rolledBack' } as const
    assert.deepEqual(answer(incident(), { runs: [failed] }), [
      false,
      'people ran it themselves, and it did not help (run R4)',
    ])
    const helped = { run: 'R5', runbook: 'restart-iis', status: 'succeeded' } as const
    assert.equal(answer(incident(), { runs: [failed, other, helped] })[0], true)
    const unfinished = { run: 'R6', runbook: 'drain-iis', status: 'needsHuman' } as const
    assert.deepEqual(answer(incident(), { runs: [unfinished] }), [null, 'nothing tells what people did'])
  })

  it('follows what its runbook says of the closed incident, where notes say something at all', () => {
    const shadow = { agrees }
    const same = incident({ close_notes: 'recycled the pool' })
    assert.deepEqual(answer(same, { shadow }), [true, 'the closed incident shows that people did the same'])
    const another = incident({ close_notes: 'rebooted the host' })
    assert.deepEqual(answer(another, { shadow }), [false, 'the closed incident shows that people did something else'])
    assert.deepEqual(answer(incident({ close_notes: ' ' }), { shadow }), [null, 'nothing tells what people did'])
  })

  it('cannot be told where the notes cannot be read: unknown is neither yes nor no (P5)', () => {
    const hidden = incident({}, { facts: { close_notes: unknown('hidden', 'incident', t0) } })
    const [is, reason] = answer(hidden, { shadow: { agrees } })
    assert.equal(is, null)
    assert.match(String(reason), /^whether people did the same cannot be told: /)
    assert.deepEqual(answer(undefined), [null, 'the incident cannot be read any more'])
  })

  it('would not have been needed where the incident ended without a change', () => {
    assert.deepEqual(answer(incident({ close_code: 'Resolved by caller' })), [
      false,
      'it was not needed: the incident was closed as Resolved by caller',
    ])
    assert.equal(answer(incident({}, { state: 'canceled' }))[0], false)
    assert.equal(answer(incident({ close_code: 'Duplicate' }))[0], null)
  })

  it('is void where the incident was reopened: what people did did not last', () => {
    const runs = [{ run: 'R2', runbook: 'restart-iis', status: 'succeeded' } as const]
    assert.deepEqual(answer(incident({}, { reopened: 1, state: 'inProgress' }), { runs }), [
      null,
      'it was reopened afterwards, so what people did did not last',
    ])
  })
})

describe('the record of recorded runs', () => {
  const one = (run: string, is: boolean | null, savedMs: number | null = null): ShadowCase => ({
    run,
    incident: `INC${run}`,
    at: t0,
    agrees: is,
    reason: 'so it is',
    savedMs,
    tookMs: null,
  })

  it('counts what agreed, what would have been wrong and what cannot be told, and names the wrong ones', () => {
    const record = recordOf([one('1', true, 60), one('2', false), one('3', null), one('4', true, -20)])
    assert.deepEqual(record, {
      compared: 4,
      agreed: 2,
      wrong: 1,
      unknown: 1,
      savedMs: 40,
      wrongCases: [{ run: '2', incident: 'INC2', reason: 'so it is' }],
    })
    assert.equal(recordOf([one('1', null)]).savedMs, null)
  })

  it('has no case of a run that was not compared', () => {
    assert.equal(caseOf(recorded()), null)
    const comparison = compare(recorded(), afterwards(incident({ close_code: 'User error' })))
    assert.equal(caseOf(after(recorded(), t0, { type: 'compared', ...comparison }))?.agrees, false)
  })

  it('takes the middle of several values, and none of nothing', () => {
    assert.deepEqual([medianOf([]), medianOf([3]), medianOf([9, 1]), medianOf([5, 1, 9])], [null, 3, 5, 5])
  })
})

describe('the rows of a report', () => {
  const stopped = after(
    emptyRun('R2'),
    t0,
    proposed,
    planned(),
    decided(
      decision({ effect: 'stop', rule: null, guardrails: [guardrail('change window', 'stop'), guardrail('vip')] }),
    ),
    finished('stoppedByPolicy', 'no window'),
  )
  const succeeded = after(
    after(emptyRun('R3'), t0, proposed, planned(), decided(decision({ effect: 'allow', rule: null }))),
    t0 + 4 * minute,
    finished('succeeded'),
  )

  it('count by runbook and environment how runs ended, with what stopped them most, and the time saved', () => {
    const runs = [stopped, stopped, succeeded, recorded()].map(countedOf)
    const [row, ...others] = rowsOf(runs, () => 30 * minute)
    assert.deepEqual(others, [])
    assert.deepEqual(
      [row?.runbook, row?.environment, row?.runs, row?.stopped, row?.succeeded, row?.recorded, row?.savedMs],
      ['restart-iis', 'prod', 4, 2, 1, 1, 26 * minute],
    )
    assert.deepEqual(row?.reasons, [{ reason: 'change window', count: 2 }])
  })

  it('say nothing of time where nobody knows how long people take (P5)', () => {
    assert.equal(rowsOf([countedOf(succeeded)], () => null)[0]?.savedMs, null)
    assert.equal(rowsOf([countedOf(stopped)], () => minute)[0]?.savedMs, null)
  })
})
