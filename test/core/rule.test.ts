// Owns the specs of one rule against another: what satisfies both, what is covered, and whose word counts when (P10).
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { exclusionOf, type Parties, tally } from '../../src/core/approval.ts'
import type { ApprovalLine, ApprovalRule, Exclusion } from '../../src/core/governance.ts'
import { bothOf, glassRule, groupsAt, groupsOf, isCoveredBy } from '../../src/core/rule.ts'
import { minute, oneApprover, t0 } from './given.ts'

const line = (quorum: number, ...from: readonly string[]): ApprovalLine => ({ from, quorum })
const later = (minutes: number, ...from: readonly string[]) => ({ substitute: { from, afterMs: minutes * minute } })
const rule = (name: string, lines: readonly ApprovalLine[], not: readonly Exclusion[] = []) =>
  oneApprover({ name, lines, not })
const one = rule('one', [line(1, 'owner', 'team')])
const narrow = rule('narrow', [line(1, 'owner')])
const cab = rule('cab', [line(1, 'cab')])
const two = rule('two', [line(2, 'owner')])
const lines = rule('lines', [line(1, 'owner'), line(1, 'cab')])

/** Any rule over three groups, with or without somebody who stands in. */
const groups = fc.subarray(['owner', 'cab', 'team'], { minLength: 1 })
const anyLine: fc.Arbitrary<ApprovalLine> = fc
  .record({
    from: groups,
    quorum: fc.integer({ min: 1, max: 2 }),
    stands: fc.option(fc.record({ from: groups, afterMs: fc.constantFrom(5 * minute, 10 * minute) })),
  })
  .map(({ stands, ...rest }) => (stands ? { ...rest, substitute: stands } : rest))
const anyRule: fc.Arbitrary<ApprovalRule> = fc
  .record({
    lines: fc.array(anyLine, { minLength: 1, maxLength: 3 }),
    not: fc.subarray<Exclusion>(['requester', 'author', 'opener']),
  })
  .map((some) => oneApprover({ name: 'any', ...some }))
const anyParties: fc.Arbitrary<Parties> = fc.record({
  requester: fc.constantFrom('p0', null),
  opener: fc.constantFrom('p1', 'unknown', null),
  authors: fc.constantFrom<readonly string[] | null>(['p2'], [], null),
})
const anyPeople = fc.array(fc.subarray(['owner', 'cab', 'team']), { maxLength: 7 })
/** Each clicks some minutes after the ask; a group counts from its time on, as at a click. */
const satisfies = (of: ApprovalRule, people: readonly (readonly string[])[], parties: Parties): boolean =>
  tally(
    of,
    people
      .map((mine, index) => {
        const afterMs = ((index * 4) % 12) * minute
        const counted = groupsAt(of, t0, t0 + afterMs)
        return { by: { id: `p${index}` }, afterMs, groups: mine.filter((group) => counted.includes(group)) }
      })
      .filter(({ by, groups: left }) => left.length > 0 && exclusionOf(of, by, parties) === null),
    parties,
  ).complete

describe('the rule that satisfies both', () => {
  const alike = (a: ApprovalRule, b: ApprovalRule) => {
    const both = bothOf(a, b)
    return { name: both.name, lines: both.lines }
  }

  it('is the stricter one where it is enough for the other, whichever comes first', () => {
    const pairs = [
      [one, narrow],
      [narrow, two],
      [narrow, lines],
      [cab, lines],
      [one, two],
    ] as const
    for (const [mild, strict] of pairs) {
      const wanted = { name: strict.name, lines: strict.lines }
      assert.deepEqual(alike(mild, strict), wanted)
      assert.deepEqual(alike(strict, mild), wanted)
    }
  })

  it('is itself for a rule and itself', () => {
    for (const each of [one, two, lines]) assert.deepEqual(bothOf(each, each), each)
  })

  it('asks people of each where nobody of one is enough for the other', () => {
    assert.deepEqual(alike(narrow, cab), { name: 'narrow + cab', lines: [line(1, 'owner'), line(1, 'cab')] })
    assert.deepEqual(alike(two, cab), { name: 'two + cab', lines: [line(2, 'owner'), line(1, 'cab')] })
    assert.deepEqual(alike(cab, two), { name: 'two + cab', lines: [line(2, 'owner'), line(1, 'cab')] })
  })

  it('begins with the one of more lines where both ask as many people', () => {
    const wanted = { name: 'lines + two', lines: [line(2, 'owner'), line(1, 'cab')] }
    assert.deepEqual(alike(two, lines), wanted)
    assert.deepEqual(alike(lines, two), wanted)
  })

  it('asks as many people as the one that asks more of the same', () => {
    const three = rule('three', [line(1, 'owner'), line(3, 'cab')])
    assert.deepEqual(alike(three, two).lines, [line(2, 'owner'), line(3, 'cab')])
  })

  it('lets no line of one serve two lines of the other: they are different people (P10)', () => {
    const twice = rule('twice', [line(1, 'owner'), line(1, 'owner')])
    assert.deepEqual(alike(twice, narrow).lines, [line(2, 'owner')])
    assert.deepEqual(alike(lines, twice).lines, [line(2, 'owner'), line(1, 'cab')])
    const wide = rule('wide', [line(1, 'owner', 'team'), line(1, 'owner', 'cab')])
    assert.equal(alike(narrow, wide).lines.length, 2 + 1)
  })

  it('lets nobody stand in for both who stands in for one of them alone', () => {
    const stands = rule('stands', [{ ...line(1, 'owner'), ...later(10, 'on-call') }])
    assert.deepEqual(alike(stands, narrow).lines, [line(1, 'owner')])
    assert.deepEqual(alike(narrow, stands).lines, [line(1, 'owner')])
    const sooner = rule('sooner', [{ ...line(1, 'owner'), ...later(5, 'on-call') }])
    assert.deepEqual(alike(stands, sooner).lines, stands.lines)
  })

  it('shares seat by seat: two of a wide group are one of each of two narrower ones', () => {
    const wide = rule('wide', [line(2, 'owner', 'small-team', 'cab')])
    const each = rule('each', [line(1, 'owner'), line(1, 'cab')])
    assert.deepEqual(alike(wide, each), { name: 'each', lines: each.lines })
    assert.ok(isCoveredBy(wide, each))
    assert.ok(!isCoveredBy(each, wide))
  })

  it('keeps out whom either keeps out (P10)', () => {
    assert.deepEqual(bothOf(rule('a', one.lines, ['requester']), rule('b', two.lines, ['author', 'requester'])).not, [
      'author',
      'requester',
    ])
  })

  it('expires with the earlier, reminds with the shorter, and pages where either does', () => {
    const early = { ...one, expiresMs: 10 * minute, remindMs: 4 * minute }
    const late = { ...two, expiresMs: 60 * minute, remindMs: 2 * minute, page: 'pager' }
    for (const both of [bothOf(early, late), bothOf(late, early)]) {
      assert.deepEqual([both.expiresMs, both.remindMs, both.page], [10 * minute, 2 * minute, 'pager'])
    }
    assert.equal(bothOf(one, early).remindMs, 4 * minute)
    const plain = bothOf(one, two)
    assert.deepEqual(['remindMs' in plain, 'page' in plain], [false, false])
    assert.equal(bothOf({ ...one, page: 'mild' }, { ...two, page: 'strict' }).page, 'strict')
  })

  it('is met by nobody who does not meet each of the two, whatever they ask (P1, P10)', () => {
    let met = 0
    fc.assert(
      fc.property(anyRule, anyRule, anyPeople, anyParties, (a, b, people, parties) => {
        if (!satisfies(bothOf(a, b), people, parties)) return
        met += 1
        assert.ok(satisfies(a, people, parties) && satisfies(b, people, parties))
      }),
    )
    assert.ok(met > 0, 'nobody ever met both')
  })

  it('is enough for both at the gate (P2)', () => {
    fc.assert(
      fc.property(anyRule, anyRule, (a, b) => {
        const both = bothOf(a, b)
        assert.ok(isCoveredBy(a, a) && isCoveredBy(both, both))
        assert.ok(isCoveredBy(a, both) && isCoveredBy(b, both))
      }),
    )
  })
})

describe('a rule is covered', () => {
  it('by one that asks more, or fewer to choose from', () => {
    assert.equal(isCoveredBy(one, narrow), true)
    assert.equal(isCoveredBy(narrow, two), true)
    assert.equal(isCoveredBy(cab, lines), true)
  })

  it('not by one that asks fewer people, others, or one person for two lines', () => {
    assert.equal(isCoveredBy(two, narrow), false)
    assert.equal(isCoveredBy(narrow, one), false)
    assert.equal(isCoveredBy(lines, narrow), false)
    assert.equal(isCoveredBy(rule('twice', [line(1, 'owner'), line(1, 'owner')]), narrow), false)
  })

  it('not by one that keeps fewer people out (P10)', () => {
    const strict = rule('a', one.lines, ['author'])
    assert.equal(isCoveredBy(strict, one), false)
    assert.equal(isCoveredBy(one, strict), true)
  })

  it('by one whose substitutes are allowed no earlier, and not otherwise', () => {
    const after = (minutes: number) => rule('s', [{ ...line(1, 'owner'), ...later(minutes, 'on-call') }])
    assert.equal(isCoveredBy(after(10), after(10)), true)
    assert.equal(isCoveredBy(after(10), after(11)), true)
    assert.equal(isCoveredBy(after(10), after(9)), false)
    assert.equal(isCoveredBy(narrow, after(10)), false)
    assert.equal(isCoveredBy(after(10), narrow), true)
    assert.equal(isCoveredBy(rule('open', [line(1, 'owner', 'on-call')]), after(10)), true)
    assert.equal(isCoveredBy(rule('t', [{ ...line(1, 'owner'), ...later(10, 'team') }]), after(10)), false)
  })

  it('only by one that whoever meets meets this too (P1, P10)', () => {
    let covered = 0
    fc.assert(
      fc.property(anyRule, anyRule, anyPeople, anyParties, (mild, strict, people, some) => {
        // Where somebody is unknown the ask wants one more person, of its own groups, whatever rule would cover it.
        const parties = { ...some, opener: some.opener === 'unknown' ? null : some.opener, authors: some.authors ?? [] }
        if (!isCoveredBy(mild, strict) || !satisfies(strict, people, parties)) return
        covered += 1
        assert.ok(satisfies(mild, people, parties))
      }),
      // Few pairs cover each other, and fewer people meet one.
      { numRuns: 30 * (fc.readConfigureGlobal().numRuns ?? 100) },
    )
    assert.ok(covered > 0, 'no rule was ever covered and met')
  })
})

describe('whom a rule speaks of', () => {
  const stands = rule('stands', [
    { ...line(1, 'owner', 'cab'), ...later(10, 'on-call', 'cab') },
    line(2, 'cab'),
    { ...line(1, 'cab'), ...later(20, 'security') },
  ])

  it('are every group and who stands in, each once', () => {
    assert.deepEqual(groupsOf(stands), ['owner', 'cab', 'on-call', 'security'])
  })

  it('are those that stand in only from their time on, each line at its own (P10)', () => {
    const at = (minutes: number) => groupsAt(stands, t0, t0 + minutes * minute)
    assert.deepEqual(at(0), ['owner', 'cab'])
    assert.deepEqual(groupsAt(stands, t0, t0 + 10 * minute - 1), ['owner', 'cab'])
    assert.deepEqual(at(10), ['owner', 'cab', 'on-call'])
    assert.deepEqual(at(20), ['owner', 'cab', 'on-call', 'security'])
  })
})

it('a broken glass asks so many of its own role, and leaves nobody out', () => {
  const glass = { may: ['incident-lead'], quorum: 2, expiresMs: 15 * minute, setsAside: ['VIP'] as const }
  assert.deepEqual(glassRule(glass), {
    name: 'break-glass',
    lines: [line(2, 'incident-lead')],
    expiresMs: 15 * minute,
    not: [],
  })
  assert.equal(glassRule({ ...glass, page: 'pager' }).page, 'pager')
})
