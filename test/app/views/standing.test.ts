// Owns the checks of the words for where a run stands, and of what explain and an approval record say of it.
import assert from 'node:assert/strict'
import { approvalText } from '../../../src/app/views/approval-text.ts'
import { scopeName } from '../../../src/app/views/asks.ts'
import { explainReply } from '../../../src/app/views/explain.ts'
import { endOf, standingOf } from '../../../src/app/views/status.ts'
import { executionLooks, fill, withSteps } from '../../cards/execution-looks.ts'
import { ask, at, person, run } from '../../cards/fixtures.ts'

const look = (name: string) => {
  const make = executionLooks[name]
  assert.ok(make, name)
  return make()
}
const explained = (name: string): string =>
  explainReply(look(name).run, { at, frozen: null, groups: '', people: [], missing: '' }).text

describe('where a run stands', () => {
  it('says that it is stopping, braking, taken over or waiting for its caller', () => {
    const words = ['taking-over', 'taken-over', 'braking', 'confirming', 'undoing', 'undone', 'retrying']
    assert.deepEqual(
      words.map((name) => standingOf(look(name).run)),
      [
        'Taken over',
        'Taken over',
        'Braking',
        'Waiting for the caller',
        'Rolling back',
        'Rolled back on request',
        'Running',
      ],
    )
    const stopRequested = { by: person('Kim Lee'), reason: 'wrong host' }
    assert.equal(standingOf({ ...look('braking').run, stopRequested }), 'Stopping')
  })

  it('says how it ended, whoever had it in hand', () => {
    const { run: taken } = look('taken-over')
    assert.equal(endOf(taken, 'cancelled'), 'Stopped')
    assert.equal(endOf(run(), 'needsHuman'), 'Needs a person')
    assert.equal(endOf(run(), 'rolledBack'), 'Failed and rolled back')
  })
})

describe('the name of what is asked', () => {
  it('reads well for a step, a step on a target, a wave and the run', () => {
    assert.deepEqual(['run', 'wave:2', 'step:scale', 'step:scale@db-01', 'step:scale@a@b'].map(scopeName), [
      '',
      'wave 2',
      'step scale',
      'step scale on db-01',
      'step scale on a@b',
    ])
  })
})

describe('what explain says of a run in a person’s hand', () => {
  it('says who has it since when, and what is wanted of them', () => {
    assert.match(
      explained('taken-over'),
      /Kim Lee has it in hand since 03:17 UTC: I look at it.*`stop r-7f3k2m` closes/s,
    )
    assert.match(explained('taking-over'), /Kim Lee has it in hand since 03:17 UTC/)
  })

  it('says what nobody can tell, and how to settle it (P3, P12)', () => {
    assert.match(
      explained('unknown'),
      /A person has to look\.\n\n❓ Whether recycle-pool on web-01 happened is unknown/,
    )
    assert.match(explained('unknown'), /`settle r-7f3k2m yes\|no web-01`/)
    assert.match(explained('unknown-rollback'), /Whether the rollback of recycle-pool on web-01 happened/)
  })

  it('says why the brake fell and that a rollback was asked for', () => {
    assert.match(explained('braking'), /the alarm of this rollout was raised.*nothing new is started/)
    assert.match(explained('undoing'), /Kim Lee wants what ran undone/)
  })
})

describe('the text of an approval record', () => {
  const describeIt = ({ do: name, with: values }: { do: string; with: unknown }) => `${name} ${JSON.stringify(values)}`

  it('shows of a guided step only that step on that target, with what was captured', () => {
    const { run: of } = look('guided-step')
    const scope = 'step:scale@db-02'
    const text = approvalText(of, ask(scope), describeIt, fill)
    assert.match(text, /asks for approval of step scale on db-02/)
    assert.match(text, /Targets: db-02\n/)
    assert.match(text, /scale: ops\.scale \{"host":"db-02","replicas":4\}\nundone by: ops\.scale .*"replicas":3/)
  })

  it('shows of a run every step, and of a wave its targets', () => {
    const { run: of } = look('awaiting-wave')
    assert.match(
      approvalText(of, ask('run'), describeIt),
      /Targets: web-01, .*, and 10 more\n.*Requests \(shown for web-01\)/s,
    )
    assert.match(approvalText(of, ask('run'), describeIt), /recycle-pool: .*iisreset: /s)
    const wave = approvalText(of, ask('wave:2'), describeIt)
    assert.match(wave, /of wave 2.*Targets: web-02, web-03, .*web-10\n/s)
  })

  it('shows what is not known yet as a gap, never as a template', () => {
    const { run: of } = look('guided')
    assert.match(approvalText(of, ask('run'), describeIt), /"replicas":"‹replicas \+ 1›"/)
    const known = withSteps(of.draft!, (each) => ({ ...each, rollback: null }))
    assert.doesNotMatch(approvalText({ ...of, draft: known }, ask('run'), describeIt), /undone by|\$\{/)
  })
})
