// Owns the specs of what people are shown when they are asked again: each thing that changed, and nothing else (P12).
import assert from 'node:assert/strict'
import { differencesOf } from '../../src/core/differences.ts'
import type { Draft, PlannedStep } from '../../src/core/plan.ts'
import type { Decision } from '../../src/core/policy.ts'
import { check, ci, decision, draft, guardrail, ladder, oneApprover, step } from './given.ts'

const between = (before: Draft, after: Draft, was: Decision | null = null, is: Decision | null = null) =>
  differencesOf({ previous: { draft: before, decision: was }, draft: after, decision: is, link: null }).map(
    (each) => `${each.what}: ${each.before} → ${each.after}`,
  )
const one = draft()
const restarted = (changes: Partial<PlannedStep>) =>
  draft(['web-01'], (host) => ladder(host).map((each) => (each.id === 'restart' ? { ...each, ...changes } : each)))

describe('what changed', () => {
  it('is nothing where nothing was asked before, or nothing changed', () => {
    assert.deepEqual(differencesOf({ previous: null, draft: one, decision: decision(), link: null }), [])
    assert.deepEqual(
      differencesOf({ previous: { draft: one, decision: null }, draft: null, decision: decision(), link: null }),
      [],
    )
    assert.deepEqual(between(one, draft(), decision(), decision()), [])
  })

  it('says the values of the run that it follows, where somebody asked for others', () => {
    const link = { run: 'R0000000001', why: 'edit', parameters: { pool: 'Shop' } } as const
    assert.deepEqual(differencesOf({ previous: null, draft: one, decision: decision(), link }), [
      { what: 'parameter pool', before: 'Shop', after: 'DefaultAppPool' },
    ])
  })

  const plans: readonly [string, Draft, readonly string[]][] = [
    [
      'a parameter',
      draft(['web-01'], ladder, { parameters: { pool: 'Shop' } }),
      ['parameter pool: DefaultAppPool → Shop'],
    ],
    [
      'a parameter that came and one that went',
      draft(['web-01'], ladder, { parameters: { force: true } }),
      ['parameter pool: DefaultAppPool → ', 'parameter force:  → true'],
    ],
    [
      'a CI under the same name',
      draft(['web-01'], ladder, { targets: [{ name: 'web-01', ci: ci('other') }] }),
      ['CI behind web-01: id-web-01 → id-other'],
    ],
    [
      'a target that is not in the CMDB',
      draft(['web-01'], ladder, { targets: [{ name: 'web-01' }] }),
      ['CI behind web-01: id-web-01 → not in the CMDB'],
    ],
    ['whether waves ask', draft(['web-01'], ladder, { waveApproval: 'always' }), ['approval of waves:  → always']],
    ['the brake', draft(['web-01'], ladder, { stopAfterFailures: 2 }), ['stops after: 1 → 2']],
    [
      'what follows a success',
      draft(['web-01'], ladder, { onSuccess: { ...one.onSuccess, resolve: false } }),
      [
        'on success: {"resolve":true,"closeCode":null,"resolveJoined":false} → ' +
          '{"resolve":false,"closeCode":null,"resolveJoined":false}',
      ],
    ],
    [
      'what follows a failure',
      draft(['web-01'], ladder, { onFailure: { ...one.onFailure, rollback: 'all' } }),
      [
        'on failure: {"escalate":null,"assign":null,"rollback":"step"} → ' +
          '{"escalate":null,"assign":null,"rollback":"all"}',
      ],
    ],
    ['a tier', restarted({ tier: 1 }), ['tier of restart: 2 → 1']],
    ['whether a step asks', restarted({ approval: null }), ['approval of restart: always → ']],
    ['a condition', restarted({ when: null }), ['condition of restart: steps["recycle"].failed → ']],
    ['a step that went', draft(['web-01'], (host) => [step('recycle', host)]), ['web-01, step restart: planned → ']],
    [
      'a step that came',
      draft(['web-01'], (host) => [...ladder(host), step('warm', host)]),
      ['web-01, step warm:  → planned'],
    ],
    [
      'the order',
      draft(['web-01'], (host) => ladder(host).toReversed()),
      ['web-01, order of steps: recycle, restart → restart, recycle'],
    ],
    [
      'the file alone, for example a comment of its title',
      draft(['web-01'], ladder, { runbook: { ...one.runbook, content: 'd'.repeat(64) } }),
      ['runbook: cccccccccccc → dddddddddddd'],
    ],
  ]
  for (const [what, after, wanted] of plans) it(`says ${what}`, () => assert.deepEqual(between(one, after), wanted))

  it('says another target, with its waves and steps', () => {
    const found = between(one, draft(['web-01', 'web-02']))
    assert.deepEqual(found.slice(0, 2), ['targets: web-01 → web-01, web-02', 'waves: web-01 → web-01, then web-02'])
    assert.deepEqual(found.slice(2), ['web-02, step recycle:  → planned', 'web-02, step restart:  → planned'])
  })

  it('says how targets are split into waves', () => {
    const [two, together] = [draft(['a', 'b']), { ...draft(['a', 'b']), waves: [['a', 'b']] }]
    assert.deepEqual(between(two, together), ['waves: a, then b → a + b'])
  })

  for (const part of ['preflight', 'verify'] as const)
    it(`says what the ${part} asks and expects`, () => {
      const [found] = between(one, restarted({ [part]: { ...check('ops.peek', { host: 'x' }), expect: 'true' } }))
      assert.match(found ?? '', new RegExp(`^web-01, ${part} of restart: .*, expecting result.ok → ops.peek`))
      assert.match(found ?? '', /→ ops\.peek \{"host":"x"\} at https:\/\/ops\.example\.com, expecting true$/)
    })

  for (const part of ['action', 'rollback'] as const)
    it(`says what the ${part} sends, and that there is none any more`, () => {
      const [none, ...more] = between(one, restarted({ [part]: null }))
      assert.match(
        none ?? '',
        new RegExp(`^web-01, ${part} of restart: ops\\..*restart \\{"host":"web-01"\\} at .* → $`),
      )
      assert.deepEqual(more, [])
    })

  it('names the file only where nothing else changed', () => {
    const after = restarted({ tier: 1 })
    assert.deepEqual(between(one, { ...after, runbook: { ...after.runbook, content: 'd'.repeat(64) } }), [
      'tier of restart: 2 → 1',
    ])
  })
})

describe('what policy says otherwise', () => {
  const decisions = (was: Partial<Decision>, is: Partial<Decision>) => between(one, one, decision(was), decision(is))

  it('is another rule, in people and groups', () => {
    const two = oneApprover({
      name: 'two',
      lines: [
        { from: ['owner'], quorum: 1 },
        { from: ['cab'], quorum: 2 },
      ],
    })
    assert.deepEqual(decisions({}, { rule: two }), [
      'approval rule: 1 of owner or small-team → 1 of owner and 2 of cab',
    ])
    assert.deepEqual(decisions({ rule: null }, {}), ['approval rule: no approval → 1 of owner or small-team'])
  })

  it('is the same rule with other terms, by its name', () => {
    assert.deepEqual(decisions({}, { rule: oneApprover({ not: ['author'] }) }), [
      'approval rule: one-approver → one-approver, changed',
    ])
  })

  it('is every guardrail that answers otherwise, with its reason', () => {
    const was = [guardrail('freeze'), guardrail('VIP', 'pass', 'none'), guardrail('gone', 'ask', 'so')]
    const is = [guardrail('freeze', 'stop', 'payday'), guardrail('VIP', 'pass', 'none'), guardrail('new', 'pass', 'ok')]
    assert.deepEqual(decisions({ guardrails: was }, { guardrails: is }), [
      'freeze: pass: fine → stop: payday',
      'gone: ask: so → ',
      'new:  → pass: ok',
    ])
  })

  it('is not a reason in other words: 40 users, now 41 (DESIGN §4.5)', () => {
    const reach = (users: number) => ({ guardrails: [guardrail('blast radius', 'pass', `${users} of at most 500`)] })
    assert.deepEqual(decisions(reach(40), reach(41)), [])
  })

  it('is nothing where it was not decided before, or not yet now', () => {
    assert.deepEqual(between(one, one, null, decision()), [])
    assert.deepEqual(between(one, one, decision(), null), [])
  })
})
