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
  waveAsked,
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
    rules: new Map(),
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

  it('closes where the decision asks and nobody was asked (P1)', () => {
    assert.deepEqual(answer({}, { ...begun(), asks: {} }), { gate: 'closed', reason: 'run was never approved' })
  })

  it('names every seat that is empty, and everybody who approved (P12)', () => {
    const line = (group: string) => ({ from: [group], quorum: 1 })
    const run = begun(draft(), decision({ rule: oneApprover({ lines: [line('owner'), line('cab')] }) }))
    const left = new Map([[ana.id, { groups: [], unknown: false }]])
    const reason = 'an approver no longer has the authority: 1 of owner; 1 of cab missing'
    assert.deepEqual(answer({ authority: left }, run), { gate: 'closed', reason })
    assert.deepEqual(answer({ authority: new Map() }, run), {
      gate: 'hold',
      reason: 'whether the approvers still have the authority cannot be told (1 of owner; 1 of cab)',
    })
    const both = new Map([
      [ana.id, member],
      [bo.id, { groups: ['cab'], unknown: false }],
    ])
    const opened = answer({ authority: both }, after(run, t0, approved(bo, 'run', plan, ['cab'])))
    assert.equal(opened.gate === 'open' && opened.record.checked.at(-1), 'authority for run: Ana, Bo')
  })

  it('closes before anything was decided (P1)', () => {
    assert.deepEqual(answer({}, emptyRun('r-1')), { gate: 'closed', reason: 'nothing was decided yet' })
    assert.equal(answer({ plan: null as never }, { ...begun(), plan: null }).gate, 'closed')
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

  it('voids nothing for a harmless change of the world: 40 users, now 41 (P2)', () => {
    const reach = (users: number) => judged(guardrail('blast radius', 'pass', `${users} of at most 500 users`))
    assert.equal(answer({ decision: reach(41) }, begun(draft(), reach(40))).gate, 'open')
  })

  describe('counts an approval for what its person was at the click and still is (P2, P10)', () => {
    const rule = oneApprover({ lines: [{ from: ['owner'], quorum: 1 }] })
    const run = (groups: readonly string[]) =>
      after(asking(draft(), decision({ rule })), t0, approved(ana, 'run', plan, [...groups]), {
        type: 'executionStarted',
        plan,
      })
    const now = (...groups: readonly string[]) => new Map([[ana.id, { groups, unknown: false }]])

    it('both: open', () => assert.equal(answer({ authority: now('owner', 'cab') }, run(['owner'])).gate, 'open'))
    it('has left since: closed', () => assert.equal(answer({ authority: now('cab') }, run(['owner'])).gate, 'closed'))
    it('has joined since: closed', () => assert.equal(answer({ authority: now('owner') }, run(['cab'])).gate, 'closed'))

    it('stood in by no right at the click, though the time has come by now: closed', () => {
      const lines = [{ from: ['owner'], quorum: 1, substitute: { from: ['on-call'], afterMs: 1000 } }]
      const asked = asking(draft(), decision({ rule: oneApprover({ lines }) }))
      const clicked = (groups: readonly string[]) => after(asked, t0 + 1000, approved(ana, 'run', plan, [...groups]))
      assert.equal(answer({ authority: now('on-call') }, clicked([])).gate, 'closed')
      assert.equal(answer({ authority: now('on-call') }, clicked(['on-call'])).gate, 'open')
      assert.equal(answer({ authority: now('owner') }, clicked(['on-call'])).gate, 'closed')
    })
  })

  describe('says stricter', () => {
    const strict = oneApprover({ name: 'strict', lines: [{ from: ['owner'], quorum: 2 }] })
    const stepRun = after(begun(), t0, stepAsked('restart'), approved(ana, 'step:restart'))
    const scopes = ['run', 'step:restart']
    const under = (rule: ApprovalRule, run = stepRun) =>
      answer({ rules: new Map([['step:restart', rule]]) }, run, scopes)

    it('where a step needs more people, others, or without the author by now (P1, P10)', () => {
      const rules = [
        strict,
        oneApprover({ lines: [{ from: ['cab'], quorum: 1 }] }),
        oneApprover({ lines: [{ from: ['owner'], quorum: 1 }] }),
        oneApprover({ not: ['requester', 'author'] }),
      ]
      for (const rule of rules) assert.deepEqual(under(rule), { gate: 'stricter', scope: 'step:restart', rule })
    })

    it('for a wave too, and before anyone looks at who approved', () => {
      const run = after(begun(draft(['a', 'b'])), t0, waveAsked(2))
      const answered = answer({ rules: new Map([['wave:2', strict]]) }, run, ['run', 'wave:2'])
      assert.deepEqual(answered, { gate: 'stricter', scope: 'wave:2', rule: strict })
    })

    it('not where whoever agreed is enough, whatever the rule is called', () => {
      for (const rule of [oneApprover(), oneApprover({ name: 'milder', not: [] }), oneApprover({ expiresMs: 1 })])
        assert.equal(under(rule).gate, 'open')
    })

    it('not for a part that was asked under the stricter rule since', () => {
      const again = after(stepRun, t0, stepAsked('restart', strict))
      assert.equal(under(strict, again).gate, 'closed')
      const both = new Map([ana, bo].map(({ id }) => [id, member] as const))
      const agreed = after(again, t0, approved(ana, 'step:restart'), approved(bo, 'step:restart'))
      assert.equal(answer({ authority: both, rules: new Map([['step:restart', strict]]) }, agreed, scopes).gate, 'open')
    })

    it('never for a stop, a hold or another plan: those come first (P2)', () => {
      const rules = new Map([['step:restart', strict]])
      const stopped = judged(guardrail('freeze', 'stop', 'payday'))
      assert.equal(answer({ rules, decision: stopped }, stepRun, scopes).gate, 'closed')
      assert.equal(answer({ rules, plan: other }, stepRun, scopes).gate, 'changed')
    })
  })

  it('closes for a wave that was never asked for (P1)', () => {
    assert.deepEqual(answer({}, begun(draft(['a', 'b'])), ['run', 'wave:2']), {
      gate: 'closed',
      reason: 'wave:2 was never approved',
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
