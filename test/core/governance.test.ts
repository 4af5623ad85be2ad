// Owns the specs of the rules on one page: autonomy, the stricter of two rules, the matrix, and a step's own rule.
import assert from 'node:assert/strict'
import { autonomyOf, type Governance, type MatrixEntry, stricter } from '../../src/core/governance.ts'
import { matrixEntry } from '../../src/core/guardrails/matrix.ts'
import { stepRule } from '../../src/core/policy.ts'
import type { Tier } from '../../src/core/runbook.ts'
import { oneApprover } from './given.ts'

const line = (quorum: number, ...from: readonly string[]) => ({ from, quorum })
const rule = (name: string, ...lines: readonly ReturnType<typeof line>[]) => oneApprover({ name, lines })
const one = rule('one', line(1, 'owner', 'team'))
const narrow = rule('narrow', line(1, 'owner'))
const two = rule('two', line(2, 'owner'))
const lines = rule('lines', line(1, 'owner'), line(1, 'cab'))

describe('the stricter of two rules', () => {
  const pairs = [
    ['more people', one, two],
    ['more people, although more groups may answer', narrow, rule('many', line(2, 'owner', 'team', 'cab'))],
    ['more people, although on fewer lines', lines, rule('three', line(3, 'owner'))],
    ['more lines for the same number of people', two, lines],
    ['fewer groups to choose from', one, narrow],
  ] as const
  for (const [why, mild, strict] of pairs)
    it(`is the one with ${why}, whichever comes first`, () => {
      assert.equal(stricter(mild, strict), strict)
      assert.equal(stricter(strict, mild), strict)
    })

  it('is the first of two alike', () => {
    const twin = rule('twin', line(1, 'cab', 'team'))
    assert.equal(stricter(one, twin), one)
    assert.equal(stricter(twin, one), twin)
  })
})

describe('autonomy', () => {
  const governance = (...autonomy: Governance['autonomy']) => ({ autonomy }) as unknown as Governance

  it('is the first entry that fits', () => {
    const ordered = governance(
      { runbook: 'a', environment: 'prod', level: 'shadow' },
      { environment: 'prod', level: 'advise' },
      { level: 'auto' },
    )
    assert.equal(autonomyOf(ordered, 'a', 'prod'), 'shadow')
    assert.equal(autonomyOf(ordered, 'b', 'prod'), 'advise')
    assert.equal(autonomyOf(ordered, 'a', 'dev'), 'auto')
  })

  it('is approve where nothing fits', () => {
    assert.equal(autonomyOf(governance(), 'a', 'prod'), 'approve')
    assert.equal(autonomyOf(governance({ runbook: 'b', level: 'auto' }), 'a', 'prod'), 'approve')
  })
})

const auto: MatrixEntry = { kind: 'auto' }
const asks = (name: string): MatrixEntry => ({ kind: 'rule', rule: name })
const governance = {
  matrix: {
    dev: { 0: auto, 1: auto, 2: asks('one'), 3: auto },
    stage: { 1: asks('one'), 2: asks('missing') },
    prod: { 0: auto, 1: asks('two'), 2: { kind: 'people-only' }, 3: { kind: 'forbidden' } },
  },
  rules: { one, two, narrow, lines },
  defaultRule: 'one',
} as unknown as Governance

describe('the matrix', () => {
  const entry = (tier: Tier, ...environments: readonly string[]) => {
    const found = matrixEntry(governance, tier, environments)
    return found.kind === 'rule' ? found.rule : found.kind
  }

  it('answers by tier and environment', () => {
    assert.deepEqual(
      [entry(1, 'dev'), entry(2, 'dev'), entry(1, 'prod'), entry(2, 'prod')],
      ['auto', 'one', 'two', 'people-only'],
    )
  })

  it('takes the strictest over several environments', () => {
    assert.equal(entry(1, 'dev', 'stage'), 'one')
    assert.equal(entry(1, 'stage', 'prod'), 'two')
    assert.equal(entry(1, 'prod', 'stage'), 'two')
    assert.equal(entry(2, 'dev', 'prod'), 'people-only')
    assert.equal(entry(3, 'dev', 'prod'), 'forbidden')
  })

  it('forbids what it does not name (P5)', () => {
    assert.equal(entry(0, 'stage'), 'forbidden')
    for (const name of ['moon', 'constructor', '__proto__']) assert.equal(entry(0, name), 'forbidden')
    assert.equal(entry(0), 'forbidden')
    assert.equal(entry(0, 'dev', 'moon'), 'forbidden')
  })

  it('never lets tier 3 run by itself', () => assert.equal(entry(3, 'dev'), 'people-only'))
})

describe('the rule of a step that asks for itself', () => {
  const of = (tier: Tier, approval: string | null, ...environments: readonly string[]) => {
    const answer = stepRule(governance, { tier, approval }, environments)
    return 'rule' in answer ? answer.rule.name : answer.refused
  }

  it('is the matrix’s, or the default where the matrix says auto', () => {
    assert.equal(of(1, 'always', 'prod'), 'two')
    assert.equal(of(1, 'always', 'dev'), 'one')
  })

  it('is the named one, unless the matrix is stricter', () => {
    assert.equal(of(2, 'narrow', 'dev'), 'narrow')
    assert.equal(of(1, 'lines', 'prod'), 'lines')
    assert.equal(of(1, 'one', 'prod'), 'two')
  })

  it('is refused where no approval would help, and says why (P12)', () => {
    assert.equal(of(2, 'always', 'prod'), 'tier 2 in prod is for people only')
    assert.equal(of(3, 'always', 'dev'), 'tier 3 in dev is for people only')
    assert.equal(of(3, 'one', 'dev', 'prod'), 'tier 3 in dev, prod is forbidden')
    assert.equal(of(2, 'always', 'stage'), 'the approval rule of tier 2 in stage is not declared')
    assert.equal(of(1, 'nowhere', 'dev'), 'the approval rule of tier 1 in dev is not declared')
  })
})
