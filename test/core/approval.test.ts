// Owns the specs of approvals: who is kept out, which approvals count, and when a rule is met by different people.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { approvalsFor, exclusionOf, type Parties, tally } from '../../src/core/approval.ts'
import type { ApprovalRule } from '../../src/core/governance.ts'
import { after, ana, approved, asking, bo, nobody, oneApprover, other, plan, t0 } from './given.ts'

const rule = (lines: ApprovalRule['lines'], not: ApprovalRule['not'] = []): ApprovalRule => oneApprover({ lines, not })
const by = (id: string, ...groups: readonly string[]) => ({ by: { id }, groups, afterMs: 0 })
const ownerAndCab = rule([
  { from: ['owner'], quorum: 1 },
  { from: ['cab'], quorum: 1 },
])

describe('tally', () => {
  it('is complete when every line has its people', () => {
    assert.deepEqual(tally(ownerAndCab, [by('a', 'owner'), by('b', 'cab')], nobody), { complete: true, missing: [] })
  })

  it('says what is missing, one phrase a line (P12)', () => {
    assert.deepEqual(tally(ownerAndCab, [], nobody).missing, ['1 of owner', '1 of cab'])
    assert.deepEqual(tally(rule([{ from: ['owner', 'cab'], quorum: 3 }]), [by('a', 'cab')], nobody).missing, [
      '2 of owner or cab',
    ])
  })

  it('does not let one person who is in both groups fill two lines (P10)', () => {
    assert.deepEqual(tally(ownerAndCab, [by('a', 'owner', 'cab')], nobody), {
      complete: false,
      missing: ['1 of cab'],
    })
  })

  it('moves a person of both groups to the line that nobody else can fill', () => {
    const both = by('a', 'owner', 'cab')
    assert.equal(tally(ownerAndCab, [both, by('b', 'owner')], nobody).complete, true)
    assert.equal(tally(ownerAndCab, [by('b', 'owner'), both], nobody).complete, true)
    assert.equal(tally(ownerAndCab, [both, by('b', 'cab')], nobody).complete, true)
  })

  it('finds the one way through a chain of overlapping groups', () => {
    const three = rule([
      { from: ['x', 'y'], quorum: 1 },
      { from: ['y', 'z'], quorum: 1 },
      { from: ['z'], quorum: 1 },
    ])
    assert.equal(tally(three, [by('a', 'y', 'z'), by('b', 'z'), by('c', 'x', 'y')], nobody).complete, true)
    assert.deepEqual(tally(three, [by('a', 'z'), by('b', 'z'), by('c', 'z')], nobody).missing, ['1 of x or y'])
  })

  it('counts nobody whose groups have nothing to do with the rule', () => {
    assert.equal(tally(oneApprover(), [by('a', 'cab'), by('b')], nobody).complete, false)
  })

  const notAuthor = oneApprover({ not: ['author'] })

  it('wants two different people where the author is not known (P10)', () => {
    const unknown = { authors: null }
    assert.deepEqual(tally(notAuthor, [by('a', 'owner')], unknown), {
      complete: false,
      missing: ["1 more person, because the runbook's author is not known"],
    })
    assert.equal(tally(notAuthor, [by('a', 'owner'), by('b', 'small-team')], unknown).complete, true)
  })

  it('wants two different people where the opener maps to nobody (P10)', () => {
    const notOpener = oneApprover({ not: ['opener'] })
    const unknown = { authors: [], opener: 'unknown' }
    assert.deepEqual(tally(notOpener, [by('a', 'owner')], unknown).missing, [
      "1 more person, because the incident's opener is not known",
    ])
    assert.equal(tally(notOpener, [by('a', 'owner'), by('b', 'owner')], unknown).complete, true)
    assert.equal(tally(notOpener, [by('a', 'owner')], { authors: [], opener: null }).complete, true)
    assert.equal(tally(oneApprover({ not: [] }), [by('a', 'owner')], unknown).complete, true)
  })

  it('wants nobody more where the author is known, or may approve', () => {
    assert.equal(tally(notAuthor, [by('a', 'owner')], { authors: ['x'] }).complete, true)
    assert.equal(tally(oneApprover(), [by('a', 'owner')], { authors: null }).complete, true)
    const two = rule(ownerAndCab.lines, ['author'])
    assert.equal(tally(two, [by('a', 'owner'), by('b', 'cab')], { authors: null }).complete, true)
  })

  it('agrees with trying every way to seat different people (P10)', () => {
    const groups = fc.subarray(['owner', 'cab', 'team'], { minLength: 1 })
    const lines = fc.array(fc.record({ from: groups, quorum: fc.integer({ min: 1, max: 2 }) }), {
      minLength: 1,
      maxLength: 3,
    })
    const people = fc.array(fc.subarray(['owner', 'cab', 'team']), { maxLength: 5 })
    fc.assert(
      fc.property(lines, people, (wanted, given) => {
        const seats = wanted.flatMap((line) => Array.from({ length: line.quorum }, () => line.from))
        const seatable = (seat: number, free: readonly (readonly string[])[]): boolean =>
          seat === seats.length ||
          free.some(
            (mine, index) =>
              mine.some((group) => seats[seat]?.includes(group)) && seatable(seat + 1, free.toSpliced(index, 1)),
          )
        const approvals = given.map((mine, index) => by(`p${index}`, ...mine))
        assert.equal(tally(rule(wanted), approvals, nobody).complete, seatable(0, given))
      }),
    )
  })
})

describe('exclusion', () => {
  const parties: Parties = { requester: 'ana', opener: 'bo', authors: ['cy', 'dee'] }
  const why = (not: ApprovalRule['not'], id: string, who = parties) => exclusionOf(oneApprover({ not }), { id }, who)

  it('keeps the requester, the opener and every author out, and says why (P10, P12)', () => {
    assert.equal(why(['requester'], 'ana'), 'you requested this run, so somebody else must approve it')
    assert.equal(why(['opener'], 'bo'), 'you opened the incident, so somebody else must approve it')
    for (const author of ['cy', 'dee'])
      assert.equal(why(['author'], author), 'you wrote this runbook, so somebody else must approve it')
  })

  it('knows a person in any spelling of the id (P10)', () => {
    assert.notEqual(why(['requester'], 'ANA'), null)
    assert.notEqual(why(['author'], 'dee', { ...parties, authors: ['DEE'] }), null)
  })

  it('keeps nobody out whom the rule does not name', () => {
    for (const id of ['ana', 'bo', 'cy']) assert.equal(why([], id), null)
    assert.equal(why(['author', 'opener'], 'ana'), null)
  })

  it('takes the requester of a run that an event started for nobody', () => {
    const unknown: Parties = { requester: null, opener: null, authors: null }
    assert.equal(why(['requester', 'opener', 'author'], 'ana', unknown), null)
  })
})

describe('approvals that count', () => {
  const run = after(asking(), t0, approved(ana), approved(ana), approved(bo, 'run', other), approved(bo, 'step:x'))

  it('are those of exactly this plan and scope, one a person (P1, P10)', () => {
    assert.deepEqual(
      approvalsFor(run, { plan, scope: 'run', at: t0 }).map((each) => each.by.id),
      ['ana'],
    )
    assert.deepEqual(
      approvalsFor(run, { plan: other, scope: 'run', at: t0 }).map((each) => each.by.id),
      ['bo'],
    )
  })
})
