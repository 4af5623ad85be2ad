// Owns the specs of the last check before a mutating request: open, hold, changed or closed, each for its cause (P2).
import assert from 'node:assert/strict'
import { emptyRun } from '../../src/core/evolve.ts'
import { anotherPlan, gate, type Recheck } from '../../src/core/gate.ts'
import type { ApprovalRule } from '../../src/core/governance.ts'
import type { Decision } from '../../src/core/policy.ts'
import type { Run } from '../../src/core/run.ts'
import {
  after,
  ana,
  approved,
  asking,
  begun,
  bo,
  decision,
  draft,
  guardrail,
  nobody,
  oneApprover,
  other,
  plan,
  stepAsked,
  t0,
} from './given.ts'

const member = { groups: ['owner'], unknown: false }
const judged = (...guardrails: Decision['guardrails']) => decision({ guardrails })
/** Everything as it was when it was decided, but for what is given. */
const answer = (changes: Partial<Recheck> = {}, run: Run = begun(), scopes = ['run']) =>
  gate(run, scopes, {
    plan,
    decision: run.decision ?? decision(),
    parties: nobody,
    authority: new Map([[ana.id, member]]),
    ...changes,
  })

describe('the gate', () => {
  it('opens where everything still holds, and records what was checked (P2)', () => {
    assert.deepEqual(answer(), {
      gate: 'open',
      record: {
        plan,
        checked: ['freeze', 'change window', 'plan hash', 'runbook content', 'guardrails', 'authority for run: Ana'],
      },
    })
  })

  it('opens without approvals only where the decision allowed it (P1)', () => {
    const allowed = decision({ effect: 'allow', rule: null })
    assert.equal(answer({ decision: allowed }, asking(draft(), allowed)).gate, 'open')
    assert.deepEqual(answer({}, asking()), {
      gate: 'closed',
      reason: 'an approver no longer has the authority: 1 of owner or small-team missing',
    })
  })

  it('closes before anything was decided (P1)', () => {
    assert.deepEqual(answer({}, emptyRun('r-1')), { gate: 'closed', reason: 'nothing was decided yet' })
  })

  describe('closes', () => {
    it('for any stop, with its reason: a freeze that came since (P2, P11)', () => {
      const stopped = judged(guardrail('matrix'), guardrail('freeze', 'stop', 'env:prod is frozen'))
      assert.deepEqual(answer({ decision: stopped }), { gate: 'closed', reason: 'freeze: env:prod is frozen' })
    })

    it('for a stop even where the plan has changed too', () => {
      assert.equal(answer({ plan: other, decision: judged(guardrail('freeze', 'stop')) }).gate, 'closed')
    })

    it('where autonomy was lowered to recording (P2)', () => {
      assert.deepEqual(answer({ decision: decision({ effect: 'record', autonomy: 'shadow' }) }), {
        gate: 'closed',
        reason: 'autonomy is shadow by now',
      })
    })

    it('where an approver has left the group (P2, P10)', () => {
      assert.deepEqual(answer({ authority: new Map([[ana.id, { groups: [], unknown: false }]]) }), {
        gate: 'closed',
        reason: 'an approver no longer has the authority: 1 of owner or small-team missing',
      })
    })

    it('where an approver turns out to be the author (P10)', () => {
      const rule = oneApprover({ not: ['author'] })
      const run = begun(draft(), decision({ rule }))
      assert.equal(answer({ parties: { ...nobody, authors: ['bo'] } }, run).gate, 'open')
      assert.equal(answer({ parties: { ...nobody, authors: [ana.id] } }, run).gate, 'closed')
    })

    it('for one person where the author is not known (P10)', () => {
      const run = begun(draft(), decision({ rule: oneApprover({ not: ['author'] }) }))
      assert.equal(answer({ parties: { ...nobody, authors: null } }, run).gate, 'closed')
    })

    it('for a person who is in the log twice (P10)', () => {
      const rule = oneApprover({ lines: [{ from: ['owner'], quorum: 2 }] })
      const run = after(begun(draft(), decision({ rule })), t0, approved(ana))
      assert.equal(answer({}, run).gate, 'closed')
      const both = new Map([
        [ana.id, member],
        [bo.id, member],
      ])
      assert.equal(answer({ authority: both }, after(run, t0, approved(bo))).gate, 'open')
    })

    it('for a step that was never asked for, whatever the run was approved for (P1)', () => {
      assert.deepEqual(answer({}, begun(), ['run', 'step:restart']), {
        gate: 'closed',
        reason: 'step:restart was never approved',
      })
      const allowed = decision({ effect: 'allow', rule: null })
      assert.equal(answer({ decision: allowed }, asking(draft(), allowed), ['step:restart']).gate, 'closed')
    })

    it('for approvals of another plan (P1)', () => {
      const run = begun()
      const ask = run.asks['run']
      assert.ok(ask)
      assert.deepEqual(answer({}, { ...run, asks: { run: { ...ask, plan: other } } }), {
        gate: 'closed',
        reason: 'run was approved for another plan',
      })
    })
  })

  it('opens for a step that was approved, and names its approver', () => {
    const run = after(begun(), t0, stepAsked('restart'), approved(ana, 'step:restart'))
    const opened = answer({}, run, ['run', 'step:restart'])
    assert.ok(opened.gate === 'open')
    assert.equal(opened.record.checked.at(-1), 'authority for step:restart: Ana')
  })

  describe('holds', () => {
    const unknown = guardrail('change window', 'unknown', 'ServiceNow does not answer')

    it('while a guardrail cannot be told that could before (P5)', () => {
      for (const effect of ['ask', 'stop'] as const)
        assert.deepEqual(answer({ decision: { ...judged(unknown), effect } }), {
          gate: 'hold',
          reason: 'change window: ServiceNow does not answer',
        })
    })

    it('not where people approved it as unknown, outside production', () => {
      assert.equal(answer({ decision: judged(unknown) }, begun(draft(), judged(unknown))).gate, 'open')
      const stops = { ...judged(unknown), effect: 'stop' as const }
      assert.equal(answer({ decision: stops }, begun(draft(), judged(unknown))).gate, 'hold')
    })

    it('while an approver’s membership cannot be told (P2, P10)', () => {
      const reason = 'whether the approvers still have the authority cannot be told (1 of owner or small-team)'
      assert.deepEqual(answer({ authority: new Map([[ana.id, { groups: [], unknown: true }]]) }), {
        gate: 'hold',
        reason,
      })
      assert.deepEqual(answer({ authority: new Map() }), { gate: 'hold', reason })
    })
  })

  describe('says changed', () => {
    it('where the plan is another one by now (P1)', () => {
      assert.deepEqual(answer({ plan: other }), {
        gate: 'changed',
        reason: 'the plan has changed since it was approved',
      })
    })

    describe('where other people must agree by now', () => {
      const line = (quorum: number, ...from: readonly string[]) => ({ from, quorum })
      const before = oneApprover({ name: 'before', lines: [line(1, 'owner', 'small-team'), line(1, 'cab')] })
      const under = (changes: Partial<ApprovalRule>, was = before) => {
        const rule = { ...was, name: 'now', ...changes }
        return anotherPlan(asking(draft(), decision({ rule: was })), { plan, decision: decision({ rule }) })
      }
      const asks = 'it needs now by now'

      it('more people, another group, or fewer to choose from (P1)', () => {
        assert.equal(under({ lines: [line(2, 'owner', 'small-team'), line(1, 'cab')] }), asks)
        assert.equal(under({ lines: [line(1, 'security')] }), asks)
        assert.equal(under({ lines: [line(1, 'owner')] }), asks)
        assert.equal(under({ lines: [...before.lines, line(1, 'cab')] }), asks)
      })

      it('or somebody whom it keeps out (P10)', () => {
        assert.equal(under({ not: ['requester', 'author'] }), asks)
      })

      it('or the same rule with other words in it', () => {
        assert.equal(under({ name: 'before', lines: [line(1, 'cab')] }), 'it needs before by now')
        assert.equal(under({ name: 'before' }), null)
      })

      it('but not where whoever agreed is enough (DESIGN §4.5)', () => {
        assert.equal(under({ lines: [line(1, 'cab')] }), null)
        assert.equal(under({ lines: [line(1, 'cab', 'security')], not: [] }), null)
        assert.equal(under({ lines: [line(1, 'owner', 'small-team')] }), null)
      })

      it('nor where nobody is asked any more, or nobody was', () => {
        const allowed = decision({ effect: 'allow', rule: null })
        assert.equal(anotherPlan(asking(), { plan, decision: allowed }), null)
        assert.equal(anotherPlan(asking(draft(), allowed), { plan, decision: decision() }), null)
      })
    })

    it('where a guardrail became stricter than what was approved', () => {
      assert.deepEqual(answer({ decision: judged(guardrail('VIP', 'ask', 'a VIP is affected')) }), {
        gate: 'changed',
        reason: 'VIP has become stricter: a VIP is affected',
      })
    })

    it('where it may no longer run by itself (P1)', () => {
      const allowed = decision({ effect: 'allow', rule: null, guardrails: [] })
      const asks = decision({ guardrails: [], autonomy: 'approve' })
      assert.deepEqual(answer({ decision: asks }, asking(draft(), allowed)), {
        gate: 'changed',
        reason: 'it needs approvals by now',
      })
    })

    it('not where a guardrail became milder', () => {
      const asked = judged(guardrail('VIP', 'ask'))
      assert.equal(answer({ decision: judged(guardrail('VIP')) }, begun(draft(), asked)).gate, 'open')
    })
  })
})
