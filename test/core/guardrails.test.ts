// Owns the specs of guardrails that a policy case cannot say: what was never read, and the exact words of reason and fix.
import assert from 'node:assert/strict'
import { environmentOf } from '../../src/core/guardrails/environment.ts'
import type { GuardrailInput } from '../../src/core/guardrails/input.ts'
import { evaluate, type GuardrailAnswer, type PolicyQuestion, stopsOnlyForUnknowns } from '../../src/core/policy.ts'
import { type Excerpts, questionOf } from '../policy/builder.ts'
import { decision, guardrail } from './given.ts'

const nothingRead: Partial<GuardrailInput['facts']> = { changes: {}, flaps: {}, locks: {} }
const result = (name: string, excerpts: Excerpts, facts: Partial<GuardrailInput['facts']> = {}) => {
  const question: PolicyQuestion = questionOf(excerpts)
  const found = evaluate({ ...question, facts: { ...question.facts, ...facts } }).guardrails.find(
    (each) => each.name === name,
  )
  assert.ok(found)
  return found
}

describe('a guardrail', () => {
  const unread: readonly [string, Excerpts, string][] = [
    ['one run per CI', {}, 'whether another run is at work on web-01 cannot be told: not read'],
    [
      'anti-flap',
      { runbook: { limits: { antiFlap: { max: 1, within: '1h' } } } },
      'earlier runs on web-01 cannot be counted: not read',
    ],
    [
      'change window',
      { runbook: { limits: { changeWindow: { in: ['test'] } } } },
      'changes on web-01 cannot be read: not read',
    ],
  ]
  for (const [name, excerpts, reason] of unread)
    it(`takes what was never read for unknown, not for absent: ${name} (P5)`, () => {
      const { answer, ...said } = result(name, excerpts, nothingRead)
      const wanted: GuardrailAnswer = 'unknown'
      assert.deepEqual([answer, said.reason], [wanted, reason])
    })

  it('never takes another target’s facts, whatever a target is called (P5)', () => {
    const targets = { 'web-01': { environment: 'Test' }, toString: { environment: 'Test' } }
    assert.equal(result('one run per CI', { facts: { targets } }, { locks: {} }).answer, 'unknown')
  })

  it('says how long to wait before the next run fits, also where several are in the way (P7, P12)', () => {
    const fix = (max: number, flaps: readonly number[]) =>
      result('anti-flap', {
        runbook: { limits: { antiFlap: { max, within: '30m' } } },
        facts: { flaps: { 'web-01': flaps } },
      }).fix
    const words = (minutes: number) => `wait ${minutes} min, or look for the cause that keeps coming back`
    assert.equal(fix(1, [10]), words(20))
    assert.equal(fix(1, [10, 25]), words(20))
    assert.equal(fix(2, [10, 25]), words(5))
    assert.equal(fix(2, [25, 10, 20]), words(10))
  })

  it('says what would make it pass (P12)', () => {
    const prod = { 'web-01': { environment: 'Production' } }
    assert.equal(
      result('environment', { runbook: { limits: { environments: ['test'] } }, facts: { targets: prod } }).fix,
      'add prod to limits.environments of restart-iis, or name another target',
    )
    assert.equal(
      result('change window', { runbook: { limits: { changeWindow: { in: ['prod'] } } }, facts: { targets: prod } })
        .fix,
      'move a change on web-01 to Implement inside its window, or wait for the next open calendar',
    )
    const frozen = { freezes: [{ scope: 'env:test', reason: 'payday' }] }
    assert.equal(result('freeze', { facts: frozen }).fix, 'wait for the unfreeze of env:test')
    const ana = { requester: { name: 'Ana', allowed: false, groups: ['owner'] } }
    assert.equal(result('requester', { facts: ana }).fix, 'ask a member of owner to request it')
    const nobody = { requester: { name: 'Ana', allowed: false, groups: [] } }
    assert.equal(result('requester', { facts: nobody }).fix, 'name who may request restart-iis in governance.yaml')
  })

  it('says what it passed on', () => {
    const limits = { blastRadius: { users: 500, cis: 20 }, antiFlap: { max: 1, within: '30m' } }
    assert.equal(result('blast radius', { runbook: { limits } }).reason, '40 of at most 500 users, 3 of at most 20 CIs')
    assert.equal(
      result('anti-flap', { runbook: { limits } }).reason,
      'acted 0× there lately, at most 1× in 30 min per CI',
    )
    assert.equal(result('freeze', {}).reason, 'nothing is frozen in test')
  })
})

describe('the environment of a target', () => {
  const told = (facts: { readonly [fact: string]: unknown } | null) => {
    const { draft, facts: read, governance } = questionOf({ facts: { targets: { 'web-01': facts as never } } })
    const [target] = draft.targets
    assert.ok(target)
    return environmentOf(target, read.context, governance)
  }

  it('is told with its reason (P12)', () => {
    assert.deepEqual(told({ environment: 'QA' }).reason, 'web-01 is in test')
    const end = 'so it counts as production'
    assert.equal(told({ environment: '' }).reason, `the environment of web-01 is empty, ${end}`)
    assert.equal(
      told({ environment: { unknown: 'hidden' } }).reason,
      `the environment of web-01 is unknown (hidden), ${end}`,
    )
    assert.equal(told({ environment: 'Moon' }).reason, `web-01 fits no environment, ${end}`)
    assert.equal(told(null).reason, `web-01 is not in the CMDB, ${end}`)
    assert.match(told({}).reason, /^whether web-01 is dev cannot be told \(.*\), so it counts as production$/)
  })

  it('is production for each of them (P5)', () => {
    for (const facts of [{ environment: '' }, { environment: { unknown: 'x' } }, { environment: 'Moon' }, {}, null])
      assert.equal(told(facts).environment.production, true)
  })
})

it('a stop is worth another look only where nothing but unknown facts caused it', () => {
  const of = (...answers: readonly GuardrailAnswer[]) =>
    decision({ effect: 'stop', guardrails: answers.map((answer) => guardrail('x', answer)) })
  assert.equal(stopsOnlyForUnknowns(of('pass', 'unknown')), true)
  assert.equal(stopsOnlyForUnknowns(of('stop', 'unknown')), false)
  assert.equal(stopsOnlyForUnknowns({ ...of('unknown'), effect: 'ask' }), false)
})
