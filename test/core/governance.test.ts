// Owns the specs of the rules on one page: autonomy, the matrix with its overrides, and the rule of a part of a run.
import assert from 'node:assert/strict'
import {
  autonomyOf,
  type BreakGlass,
  type Governance,
  type MatrixEntry,
  type MatrixOverride,
} from '../../src/core/governance.ts'
import { demandOf, entryFor, overrideWords } from '../../src/core/guardrails/matrix.ts'
import { type Part, partRule } from '../../src/core/policy.ts'
import type { Tier } from '../../src/core/runbook.ts'
import type { Glass } from '../../src/core/waivers.ts'
import { bo, cel, ci, draft, minute, oneApprover, t0 } from './given.ts'

const line = (quorum: number, ...from: readonly string[]) => ({ from, quorum })
const rule = (name: string, ...lines: readonly ReturnType<typeof line>[]) => oneApprover({ name, lines })
const one = rule('one', line(1, 'owner', 'team'))
const narrow = rule('narrow', line(1, 'owner'))
const two = rule('two', line(2, 'owner'))
const lines = rule('lines', line(1, 'owner'), line(1, 'cab'))

describe('autonomy', () => {
  const of = (...autonomy: Governance['autonomy']) => ({ autonomy }) as unknown as Governance

  it('is the first entry that fits', () => {
    const ordered = of(
      { runbook: 'a', environment: 'prod', level: 'shadow' },
      { environment: 'prod', level: 'advise' },
      { level: 'auto' },
    )
    assert.equal(autonomyOf(ordered, 'a', 'prod'), 'shadow')
    assert.equal(autonomyOf(ordered, 'b', 'prod'), 'advise')
    assert.equal(autonomyOf(ordered, 'a', 'dev'), 'auto')
  })

  it('is approve where nothing fits', () => {
    assert.equal(autonomyOf(of(), 'a', 'prod'), 'approve')
    assert.equal(autonomyOf(of({ runbook: 'b', level: 'auto' }), 'a', 'prod'), 'approve')
  })
})

const auto: MatrixEntry = { kind: 'auto' }
const asks = (name: string): MatrixEntry => ({ kind: 'rule', rule: name })
const breakGlass: BreakGlass = { may: ['lead'], quorum: 2, expiresMs: 15 * minute, setsAside: ['VIP'] }
const environment = (name: string) => ({ name, when: cel(`ci.environment == "${name}"`), production: name === 'prod' })
const governance = {
  environments: ['dev', 'stage', 'prod'].map(environment),
  matrix: {
    dev: { 0: auto, 1: auto, 2: asks('one'), 3: auto },
    stage: { 1: asks('one'), 2: asks('missing') },
    prod: { 0: auto, 1: asks('two'), 2: { kind: 'people-only' }, 3: { kind: 'forbidden' } },
  },
  overrides: [],
  rules: { one, two, narrow, lines },
  defaultRule: 'one',
  freezes: [],
  breakGlass,
} as unknown as Governance
const overridden = (...overrides: readonly MatrixOverride[]): Governance => ({ ...governance, overrides })
const about = { id: 'restart-iis', owner: 'web-platform', class: 'elevated-error-rate' }

describe('the matrix', () => {
  const entry = (tier: Tier, ...environments: readonly string[]) => {
    const { kind, rule: asked } = demandOf(governance, about, tier, environments)
    return kind === 'rule' ? (asked?.name ?? 'a rule that is not declared') : kind
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

  it('asks for all of them where no rule of several environments is enough for the others', () => {
    const both = { ...governance, matrix: { dev: { 1: asks('cab') }, prod: { 1: asks('narrow') } } }
    const named = { ...both, rules: { ...governance.rules, cab: rule('cab', line(1, 'cab')) } }
    assert.deepEqual(demandOf(named, about, 1, ['dev', 'prod']).rule?.lines, [line(1, 'cab'), line(1, 'owner')])
  })

  it('forgets no rule that is not declared among others that are (P5)', () => {
    assert.equal(entry(2, 'stage'), 'a rule that is not declared')
    assert.equal(entry(2, 'stage', 'dev'), 'a rule that is not declared')
  })

  it('forbids what it does not name (P5)', () => {
    assert.equal(entry(0, 'stage'), 'forbidden')
    for (const name of ['moon', 'constructor', '__proto__']) assert.equal(entry(0, name), 'forbidden')
    assert.equal(entry(0), 'forbidden')
    assert.equal(entry(0, 'dev', 'moon'), 'forbidden')
  })

  it('never lets tier 3 run by itself', () => assert.equal(entry(3, 'dev'), 'people-only'))
})

describe('an override', () => {
  const kind = (override: Omit<MatrixOverride, 'entry'>, environments = ['prod'], tier: Tier = 1, of = about) =>
    demandOf(overridden({ ...override, entry: auto }), of, tier, environments).kind

  it('stands before the matrix where everything that it names fits', () => {
    assert.equal(kind({}), 'auto')
    assert.equal(kind({ runbook: 'restart-iis', class: 'elevated-error-rate', owner: 'web-platform' }), 'auto')
    assert.equal(kind({ environment: 'prod', tier: 1 }), 'auto')
  })

  it('does not where one thing does not fit', () => {
    for (const override of [
      { runbook: 'clear-disk' },
      { class: 'disk-full' },
      { owner: 'others' },
      { environment: 'dev' },
      { tier: 0 },
    ] as const)
      assert.equal(kind(override), 'rule', JSON.stringify(override))
    assert.equal(kind({ runbook: 'restart-iis', owner: 'others' }), 'rule')
  })

  it('for a class fits no runbook that names none', () => {
    assert.equal(kind({ class: 'elevated-error-rate' }, ['prod'], 1, { ...about, class: null as never }), 'rule')
  })

  it('is the first that fits', () => {
    const ordered = overridden(
      { runbook: 'restart-iis', entry: asks('lines') },
      { environment: 'prod', entry: { kind: 'forbidden' } },
    )
    assert.equal(demandOf(ordered, about, 1, ['prod']).rule?.name, 'lines')
    assert.equal(demandOf(ordered, { ...about, id: 'clear-disk' }, 1, ['prod']).kind, 'forbidden')
  })

  it('may fill a cell that the matrix leaves out, or close one', () => {
    assert.equal(kind({}, ['moon']), 'auto')
    const closed = overridden({ tier: 0, entry: { kind: 'people-only' } })
    assert.equal(demandOf(closed, about, 0, ['prod']).kind, 'people-only')
  })

  it('never lets tier 3 run by itself', () => {
    assert.equal(kind({}, ['prod'], 3), 'people-only')
    assert.deepEqual(entryFor(overridden({ entry: auto }), about, 3, 'prod').entry, { kind: 'people-only' })
    assert.equal(kind({ tier: 3 }, ['prod'], 3), 'people-only')
  })

  it('holds in its own environment only, and the strictest of all holds for the plan', () => {
    assert.equal(kind({ environment: 'prod' }, ['dev', 'prod']), 'auto')
    assert.equal(kind({ environment: 'dev' }, ['dev', 'prod']), 'rule')
  })

  it('is named where people read what the matrix says (P12)', () => {
    const where = (override: MatrixOverride) => demandOf(overridden(override), about, 1, ['dev', 'prod']).where
    assert.equal(
      where({ runbook: 'restart-iis', environment: 'prod', entry: auto }),
      'tier 1 in dev, prod (override for runbook restart-iis, in prod)',
    )
    assert.equal(where({ entry: auto }), 'tier 1 in dev, prod (override for everything)')
    assert.equal(where({ runbook: 'other', entry: auto }), 'tier 1 in dev, prod')
    const every = { class: 'slow', owner: 'web-platform', tier: 0 as const, entry: auto }
    assert.equal(overrideWords(every), 'class slow, runbooks of web-platform, tier 0')
  })
})

describe('the rule of a part that asks for itself', () => {
  const glass: Glass = { by: bo, reason: 'the shop is down', at: t0 }
  const asked = (part: Part, environments: readonly string[], broken: Glass | null = null, rules = governance) => {
    const targets = environments.map((name) => ({ name, ci: ci(name, { environment: name }) }))
    const facts = { context: { readAt: t0 }, glass: broken }
    return partRule({ draft: { ...draft(), targets }, governance: rules, facts, at: t0 }, part)
  }
  const of = (tier: Tier, approval: string | null, ...environments: readonly string[]) => {
    const answer = asked({ tier, approval }, environments)
    return 'rule' in answer ? answer.rule.name : answer.refused
  }

  it('is the matrix’s, or the default where the matrix says auto', () => {
    assert.equal(of(1, 'always', 'prod'), 'two')
    assert.equal(of(1, null, 'prod'), 'two')
    assert.equal(of(1, 'always', 'dev'), 'one')
  })

  it('is the named one, and the matrix’s too where that is not enough', () => {
    assert.equal(of(2, 'narrow', 'dev'), 'narrow')
    assert.equal(of(1, 'one', 'prod'), 'two')
    const answer = asked({ tier: 1, approval: 'lines' }, ['prod'])
    assert.deepEqual('rule' in answer && answer.rule.lines, [line(2, 'owner'), line(1, 'cab')])
  })

  it('is refused where no approval would help, and says why (P12)', () => {
    assert.equal(of(2, 'always', 'prod'), 'tier 2 in prod is for people only')
    assert.equal(of(3, 'always', 'dev'), 'tier 3 in dev is for people only')
    assert.equal(of(3, 'one', 'dev', 'prod'), 'tier 3 in dev, prod is forbidden')
    assert.equal(of(2, 'always', 'stage'), 'the approval rule of tier 2 in stage is not declared')
    assert.equal(of(1, 'nowhere', 'dev'), 'the approval rule of tier 1 in dev is not declared')
  })

  it('goes by an override like the plan itself', () => {
    const answer = asked({ tier: 2, approval: 'always' }, ['prod'], null, overridden({ entry: asks('lines') }))
    assert.equal('rule' in answer && answer.rule.name, 'lines')
  })

  it('is the glass’s role where the glass is broken, but never for what is for people only', () => {
    const broken = asked({ tier: 1, approval: 'lines' }, ['prod'], glass)
    assert.deepEqual('rule' in broken && [broken.rule.name, broken.rule.lines], ['break-glass', [line(2, 'lead')]])
    assert.deepEqual(asked({ tier: 2, approval: 'always' }, ['prod'], glass), {
      refused: 'tier 2 in prod is for people only',
    })
    assert.deepEqual(asked({ tier: 3, approval: 'always' }, ['prod'], glass), {
      refused: 'tier 3 in prod is forbidden',
    })
    const without = asked({ tier: 1, approval: null }, ['prod'], glass, { ...governance, breakGlass: null })
    assert.equal('rule' in without && without.rule.name, 'two')
  })

  it('has somebody in it who may override a calendar freeze, also under a broken glass (P11)', () => {
    const calendar = { name: 'payday', at: () => ({ open: false, why: 'salaries' }) }
    const frozen: Governance = { ...governance, freezes: [{ calendar, override: ['cab'] }] }
    const seats = (part: Part, broken: Glass | null) => {
      const answer = asked(part, ['dev'], broken, frozen)
      return 'rule' in answer ? answer.rule.lines.toSorted((a, b) => b.quorum - a.quorum) : answer.refused
    }
    assert.deepEqual(seats({ tier: 1, approval: 'two' }, null), [line(2, 'owner'), line(1, 'cab')])
    assert.deepEqual(seats({ tier: 1, approval: 'lines' }, null), lines.lines)
    assert.deepEqual(seats({ tier: 1, approval: 'two' }, glass), [line(2, 'lead'), line(1, 'cab')])
  })
})
