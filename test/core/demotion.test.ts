// Owns the specs of what takes autonomy back: a run that nobody was asked about, and that went wrong.
import assert from 'node:assert/strict'
import { environmentsOfRun, whyDemoted } from '../../src/core/demotion.ts'
import { emptyRun } from '../../src/core/evolve.ts'
import type { StepState } from '../../src/core/step-state.ts'
import { noStep } from '../../src/core/step-state.ts'
import { after, decided, decision, draft, finished, ladder, planned, proposed, request, t0 } from './given.ts'

const ended = (outcome: 'succeeded' | 'failed' | 'unknown') => ({
  key: 'k',
  request: request('ops.recycle'),
  startedAt: t0,
  deadlineAt: t0,
  handle: null,
  ended: { outcome, effect: 'possible', reason: '', at: t0 } as const,
})
const run = (state: Partial<StepState>, effect: 'allow' | 'ask' = 'allow', isOver = true) => ({
  ...after(
    emptyRun('R1'),
    t0,
    proposed,
    planned(),
    decided(decision({ effect })),
    ...(isOver ? [finished('failed')] : []),
  ),
  steps: { 'web-01': { recycle: { ...noStep, ...state } } },
})

describe('what takes autonomy back', () => {
  it('is a failed verification, a rollback, or an outcome that nobody can tell', () => {
    const unverified = { startedAt: t0, ended: { ok: false, reason: '503', at: t0 } }
    assert.equal(whyDemoted(run({ verify: unverified })), 'the verification of recycle on web-01 failed')
    assert.equal(whyDemoted(run({ rollback: ended('succeeded') })), 'recycle on web-01 was rolled back')
    assert.equal(whyDemoted(run({ action: ended('unknown') })), 'the outcome of recycle on web-01 is unknown')
    assert.equal(whyDemoted(run({ rollback: ended('unknown') })), 'the outcome of recycle on web-01 is unknown')
  })

  it('is nothing that went well, that is not over, or that people had allowed', () => {
    const well = { action: ended('succeeded'), verify: { startedAt: t0, ended: { ok: true, reason: '', at: t0 } } }
    assert.equal(whyDemoted(run(well)), null)
    assert.equal(whyDemoted(run({ rollback: ended('succeeded') }, 'ask')), null)
    assert.equal(whyDemoted(run({ rollback: ended('succeeded') }, 'allow', false)), null)
  })

  it('is nothing that people were asked about: a step that asks for itself, or a wave after the first', () => {
    const undone = { ...noStep, rollback: ended('succeeded') }
    const well = run({ action: ended('succeeded') })
    assert.equal(whyDemoted({ ...well, steps: { 'web-01': { restart: undone } } }), null)
    const waves = draft(['web-01', 'web-02'], ladder, { waveApproval: 'always' })
    assert.equal(whyDemoted({ ...well, draft: waves, steps: { 'web-02': { recycle: undone } } }), null)
    assert.equal(
      whyDemoted({ ...well, draft: waves, steps: { 'web-01': { recycle: undone } } }),
      'recycle on web-01 was rolled back',
    )
  })

  it('is about every environment that the run ran in', () => {
    const environment = { name: 'prod, test', production: true }
    const both = after(emptyRun('R1'), t0, proposed, planned(), decided(decision({ environment })))
    assert.deepEqual(environmentsOfRun(both), ['prod', 'test'])
    assert.deepEqual(environmentsOfRun(emptyRun('R1')), [])
  })
})
